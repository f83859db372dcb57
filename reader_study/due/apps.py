from django.apps import AppConfig


class DueConfig(AppConfig):
    name = "reader_study.due"
    label = "due"

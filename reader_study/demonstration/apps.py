from django.apps import AppConfig


class DemonstrationConfig(AppConfig):
    name = "reader_study.demonstration"
    label = "demonstration"

from django.apps import AppConfig


class ReadingConfig(AppConfig):
    name = "reader_study.reading"
    label = "reading"

from django.apps import AppConfig


class InteropConfig(AppConfig):
    name = "reader_study.interop"
    label = "interop"

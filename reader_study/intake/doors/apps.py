from django.apps import AppConfig


class DoorsConfig(AppConfig):
    name = "reader_study.intake.doors"
    label = "doors"

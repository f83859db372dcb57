from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "reader_study.cases"
    label = "cases"

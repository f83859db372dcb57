from django.apps import AppConfig


class AgreementConfig(AppConfig):
    name = "reader_study.agreement"
    label = "agreement"

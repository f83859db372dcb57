from django.apps import AppConfig


class TranslationConfig(AppConfig):
    name = "reader_study.translation"
    label = "translation"

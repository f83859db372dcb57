from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "reader_study.accounts"
    label = "accounts"

from django.apps import AppConfig


class AllocationConfig(AppConfig):
    name = "reader_study.allocation"
    label = "allocation"

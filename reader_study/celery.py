"""Celery for the web application's own work. Names of tasks are the contract; the GPU worker sends to them."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reader_study.settings")

app = Celery("reader_study")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

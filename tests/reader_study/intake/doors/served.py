"""The application as granian serves it, on the database of a test: granian's entry point."""

import os

from django.conf import settings

settings.DATABASES["default"]["NAME"] = os.environ["DATABASE_OF_TEST"]

from reader_study.wsgi import application  # noqa: E402  # reads the settings

__all__ = ["application"]

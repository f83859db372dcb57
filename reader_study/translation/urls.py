from django.urls import path

from reader_study.translation import api

urlpatterns = [path("studies/<uuid:study_id>/translations", api.Translations.as_view())]

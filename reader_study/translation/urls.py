from django.urls import path

from reader_study.translation import api

urlpatterns = [
    path("cases/<uuid:case_id>/translations", api.CaseTranslations.as_view()),
    path("studies/<uuid:study_id>/translations", api.Translations.as_view()),
    path("studies/<uuid:study_id>/translations/<uuid:job_id>/again", api.Again.as_view()),
]

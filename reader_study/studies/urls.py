from django.urls import path

from reader_study.studies import api

urlpatterns = [
    path("session", api.Session.as_view()),
    path("studies", api.Studies.as_view()),
    path("studies/<uuid:study_id>", api.OneStudy.as_view()),
    path("studies/<uuid:study_id>/protocol", api.Protocol.as_view()),
    path("studies/<uuid:study_id>/sites", api.Sites.as_view()),
    path("studies/<uuid:study_id>/members", api.Members.as_view()),
    path("studies/<uuid:study_id>/journal", api.Journal.as_view()),
]

from django.urls import path

from reader_study.intake.doors import api

urlpatterns = [
    path("studies/<uuid:study_id>/tokens", api.Tokens.as_view()),
    path("studies/<uuid:study_id>/peers", api.Peers.as_view()),
    path("peers/<uuid:peer_id>", api.OnePeer.as_view()),
]

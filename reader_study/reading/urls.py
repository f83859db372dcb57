from django.urls import path

from reader_study.reading import api, investigator_api

urlpatterns = [
    path("reading/worklist", api.Worklist.as_view()),
    path("reading/reads/<uuid:token>", api.OneRead.as_view()),
    path("reading/reads/<uuid:token>/volumes/<slug:slot>", api.Volume.as_view()),
    path("reading/reads/<uuid:token>/polar/<slug:slot>", api.Polar.as_view()),
    path("reading/reads/<uuid:token>/events", api.Events.as_view()),
    path("reading/reads/<uuid:token>/signature", api.Signature.as_view()),
    path("studies/<uuid:study_id>/opening", investigator_api.Opening.as_view()),
    path("studies/<uuid:study_id>/progress", investigator_api.Progress.as_view()),
]

from django.urls import path

from reader_study.agreement import api

urlpatterns = [
    path("studies/<uuid:study_id>/lock", api.StudyLock.as_view()),
    path("studies/<uuid:study_id>/report", api.StudyReport.as_view()),
    path("studies/<uuid:study_id>/report/again", api.StudyReportAgain.as_view()),
    path("studies/<uuid:study_id>/report/<str:name>", api.ReportFile.as_view()),
]

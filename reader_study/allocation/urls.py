from django.urls import path

from reader_study.allocation import api

urlpatterns = [
    path("studies/<uuid:study_id>/allocation", api.StudyAllocation.as_view()),
    path("studies/<uuid:study_id>/allocation/list", api.SealedList.as_view()),
]

from django.urls import path

from reader_study.due import api

urlpatterns = [path("due", api.DueForMe.as_view())]

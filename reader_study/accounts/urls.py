from django.contrib.auth.views import LogoutView
from django.urls import path

from reader_study.accounts import api, views

pages = [
    path("sign-in", views.SignIn.as_view(), name="sign-in"),
    path("sign-out", LogoutView.as_view(), name="sign-out"),
    path("language", views.choose_language, name="language"),
    path("invitations/<uid>/<token>", views.invitation, name="invitation"),
]
urlpatterns = [
    path("session/language", api.SessionLanguage.as_view()),
    path("session/reminders", api.SessionReminders.as_view()),
    path("invitations", api.Invitations.as_view()),
    path("token", api.OwnToken.as_view()),
    path("tokens/<uuid:token_id>", api.OneToken.as_view()),
]

from django.urls import path

from reader_study.studies import api, charter_api, people_api, views

PEOPLE = "studies/<uuid:study_id>"

pages = [path("join/<str:secret>", views.join, name="join")]
urlpatterns = [
    path("session", api.Session.as_view()),
    path("protocol-templates", api.ProtocolTemplates.as_view()),
    path("studies", api.Studies.as_view()),
    path("studies/<uuid:study_id>", api.OneStudy.as_view()),
    path("studies/<uuid:study_id>/protocol", api.Protocol.as_view()),
    path("protocol-check", charter_api.CheckOfNew.as_view()),
    path("studies/<uuid:study_id>/protocol/check", charter_api.Check.as_view()),
    path("studies/<uuid:study_id>/protocol/versions", charter_api.Versions.as_view()),
    path("studies/<uuid:study_id>/protocol/versions/<int:version>", charter_api.OneVersion.as_view()),
    path("studies/<uuid:study_id>/protocol/diff", charter_api.Differences.as_view()),
    path("studies/<uuid:study_id>/protocol/export", charter_api.Export.as_view()),
    path("studies/<uuid:study_id>/freeze", charter_api.Freeze.as_view()),
    path("studies/<uuid:study_id>/sites", api.Sites.as_view()),
    path(f"{PEOPLE}/members", people_api.Members.as_view()),
    path(f"{PEOPLE}/members/<uuid:membership_id>/end", people_api.EndOfMembership.as_view()),
    path(f"{PEOPLE}/delegation", people_api.DelegationLog.as_view()),
    path(f"{PEOPLE}/delegation.csv", people_api.DelegationLogCsv.as_view()),
    path(f"{PEOPLE}/invitations", people_api.StudyInvitations.as_view()),
    path(f"{PEOPLE}/invitations/<uuid:invitation_id>/resend", people_api.InvitationAgain.as_view()),
    path(f"{PEOPLE}/invitations/<uuid:invitation_id>/withdraw", people_api.InvitationWithdrawal.as_view()),
    path("studies/<uuid:study_id>/journal", api.Journal.as_view()),
]

from django.urls import path

from reader_study.reading import (
    adjudication_api,
    amending_api,
    api,
    investigator_api,
    qualification_api,
    session_end_api,
)

READ = "reading/reads/<uuid:token>"

urlpatterns = [
    path("reading/worklist", api.Worklist.as_view()),
    path("reading/display-check", api.DisplayCheck.as_view()),
    path("reading/display-check/later", api.DisplayCheckLater.as_view()),
    path(
        "reading/studies/<uuid:study_id>/sessions/<int:session>/questions",
        session_end_api.SessionQuestions.as_view(),
    ),
    path(READ, api.OneRead.as_view()),
    path(f"{READ}/volumes/<int:set>/<slug:state>", api.Volume.as_view()),
    path(f"{READ}/polar/<int:set>/<slug:state>", api.Polar.as_view()),
    path(f"{READ}/contour/<int:set>/<slug:state>", api.Contour.as_view()),
    path(f"{READ}/cines/<slug:kind>/<slug:state>", api.Cine.as_view()),
    path(f"{READ}/events", api.Events.as_view()),
    path(f"{READ}/signature", api.Signature.as_view()),
    path(f"{READ}/unlock", api.Unlock.as_view()),
    path(f"{READ}/feedback", api.Feedback.as_view()),
    path("studies/<uuid:study_id>/opening", investigator_api.Opening.as_view()),
    path("studies/<uuid:study_id>/adjudication", adjudication_api.StudyAdjudication.as_view()),
    path("studies/<uuid:study_id>/amendment", amending_api.Amendment.as_view()),
    path("studies/<uuid:study_id>/amendment/preview", amending_api.Preview.as_view()),
    path("studies/<uuid:study_id>/qualification", qualification_api.Qualification.as_view()),
    path("studies/<uuid:study_id>/qualification/opening", qualification_api.Opening.as_view()),
    path("studies/<uuid:study_id>/qualification/cases/<uuid:case_id>", qualification_api.Purpose.as_view()),
    path("studies/<uuid:study_id>/qualification/reference", qualification_api.Reference.as_view()),
    path("studies/<uuid:study_id>/qualification/reference.csv", qualification_api.ReferenceTable.as_view()),
    path(
        "studies/<uuid:study_id>/qualification/readers/<uuid:reader_id>/attempts",
        qualification_api.FurtherAttempts.as_view(),
    ),
    path("studies/<uuid:study_id>/progress", investigator_api.Progress.as_view()),
    path("studies/<uuid:study_id>/unlocks", investigator_api.Unlocks.as_view()),
    path("studies/<uuid:study_id>/unlocks/<uuid:unlock_id>", investigator_api.OneUnlock.as_view()),
]

from django.urls import path

from reader_study.agreement import api, drift_api, milestones_api, rehearsal_api, replay_api, unblinding_api

UNBLINDING = "studies/<uuid:study_id>/unblinding/<uuid:request_id>"
REPLAY = "studies/<uuid:study_id>/replays/<uuid:token>"

urlpatterns = [
    path("studies/<uuid:study_id>/drift", drift_api.Drift.as_view()),
    path("studies/<uuid:study_id>/milestones", milestones_api.Milestones.as_view()),
    path("studies/<uuid:study_id>/rehearsal", rehearsal_api.StudyRehearsal.as_view()),
    path("studies/<uuid:study_id>/lock", api.StudyLock.as_view()),
    path("studies/<uuid:study_id>/report", api.StudyReport.as_view()),
    path("studies/<uuid:study_id>/report/again", api.StudyReportAgain.as_view()),
    path("studies/<uuid:study_id>/report/<str:name>", api.ReportFile.as_view()),
    path("studies/<uuid:study_id>/unblinding", unblinding_api.Unblinding.as_view()),
    path(f"{UNBLINDING}/withdrawal", unblinding_api.UnblindingWithdrawal.as_view()),
    path(f"{UNBLINDING}/key", unblinding_api.EmergencyKey.as_view()),
    path("unblinding", unblinding_api.WaitingUnblindings.as_view()),
    path("unblinding/<uuid:request_id>", unblinding_api.OneWaitingUnblinding.as_view()),
    path("studies/<uuid:study_id>/replays", replay_api.Replays.as_view()),
    path(REPLAY, replay_api.OneReplay.as_view()),
    path(f"{REPLAY}/volumes/<int:set>/<slug:state>", replay_api.ReplayVolume.as_view()),
    path(f"{REPLAY}/polar/<int:set>/<slug:state>", replay_api.ReplayPolar.as_view()),
    path(f"{REPLAY}/contour/<int:set>/<slug:state>", replay_api.ReplayContour.as_view()),
    path(f"{REPLAY}/cines/<slug:kind>/<slug:state>", replay_api.ReplayCine.as_view()),
]

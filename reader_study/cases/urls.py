from django.urls import path

from reader_study.cases import api, site_query_api

urlpatterns = [
    path("studies/<uuid:study_id>/cases", api.Cases.as_view()),
    path("cases/<uuid:case_id>", api.OneCase.as_view()),
    path("studies/<uuid:study_id>/site-queries", site_query_api.SiteQueries.as_view()),
    path("cases/<uuid:case_id>/site-queries", site_query_api.Questions.as_view()),
    path("site-queries/<uuid:query_id>/answer", site_query_api.Answer.as_view()),
    path("site-queries/<uuid:query_id>/reopening", site_query_api.Reopening.as_view()),
    path("site-queries/<uuid:query_id>/closing", site_query_api.Closing.as_view()),
    path("images/<uuid:image_id>/qc", api.Quality.as_view()),
    path("images/<uuid:image_id>/geometry", api.Geometry.as_view()),
    path("images/<uuid:image_id>/derivation", api.Derivation.as_view()),
    path("cines/<uuid:cine_id>/derivation", api.CineDerivation.as_view()),
    path("images/<uuid:image_id>/volume", api.Volume.as_view()),
    path("images/<uuid:image_id>/polar", api.Polar.as_view()),
    path("images/<uuid:image_id>/dicom", api.Dicom.as_view()),
    path("images/<uuid:image_id>/uncertainty/volume", api.UncertaintyVolume.as_view()),
    path("images/<uuid:image_id>/uncertainty/polar", api.UncertaintyPolar.as_view()),
    path("images/<uuid:image_id>/uncertainty/dicom", api.UncertaintyDicom.as_view()),
]

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from drf_spectacular.views import SpectacularAPIView

from reader_study.accounts.urls import pages as account_pages
from reader_study.studies.urls import pages as study_pages


@never_cache
@login_required
@ensure_csrf_cookie
def application(request: HttpRequest) -> HttpResponse:
    """The single-page application: one page for every address that is not the API's, for those who signed in."""
    page = settings.FRONTEND_DIST / "index.html"
    if not page.exists():
        return HttpResponse(
            _("The front end is not built. Run ./run demo."), status=503, content_type="text/plain"
        )
    return HttpResponse(page.read_bytes())


urlpatterns = [
    path("accounts/", include([*account_pages, *study_pages])),
    path("api/schema", SpectacularAPIView.as_view()),
    *(
        path("api/", include(f"reader_study.{room}.urls"))
        for room in (
            "accounts", "studies", "cases", "intake", "intake.doors", "translation", "allocation", "reading",
            "agreement", "interop", "due",
        )
    ),
    re_path(r"^(?!api/|accounts/|static/).*$", application, name="application"),
]  # fmt: skip

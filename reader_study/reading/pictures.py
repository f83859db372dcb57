"""The bytes of a picture as a browser gets them, whoever asks."""

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes

from inference.objects import ObjectStore
from reader_study.problems import NotFound

BYTES = {(200, "application/octet-stream"): OpenApiTypes.BINARY}


def bytes_of(key: str) -> HttpResponse:
    """Raises NotFound where there is no such picture. Nothing on the way may keep it."""
    if not key:
        raise NotFound()
    answer = HttpResponse(
        ObjectStore(settings.OBJECT_STORE).get(key), content_type="application/octet-stream"
    )
    answer["Cache-Control"] = "private, no-store"
    return answer

"""The DICOMweb service under /api/studies/{id}/dicomweb. Nothing here answers a reader of the study."""

import re
from collections.abc import Iterator
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from reader_study.accounts.authentication import BearerToken, SessionCookie, signed_in
from reader_study.accounts.models import TokenScope
from reader_study.intake.doors.stow import Stow
from reader_study.interop import queries
from reader_study.interop.dicomweb import matching, multipart, retrieval, search
from reader_study.interop.dicomweb.json_model import with_addresses
from reader_study.interop.dicomweb.negotiation import (
    DICOM,
    DICOM_JSON,
    EXPLICIT_LITTLE_ENDIAN,
    JSON,
    OCTETS,
    Offer,
    chosen,
)
from reader_study.interop.models import IndexedFile
from reader_study.problems import Invalid

_MOST_FRAMES = 4096
_JSON = (Offer(DICOM_JSON), Offer(JSON))


class _OwnNegotiation(BaseContentNegotiation):
    """Accept is read by `chosen`; the renderer only writes errors, which are JSON."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        return parsers[0] if parsers else None

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class DicomWebToken(BearerToken):
    """A program (a viewer, an archive) reads with the rights of the person who made its token."""

    scope: ClassVar[TokenScope | None] = TokenScope.DICOMWEB


@extend_schema(exclude=True)  # the description is PS3.18
class DicomWebView(APIView):
    """Base of everything under /dicomweb."""

    authentication_classes = (SessionCookie, DicomWebToken)
    content_negotiation_class = _OwnNegotiation
    metadata_class = None  # OPTIONS would describe the address to whoever is signed in

    def base(self, study_id: UUID) -> str:
        """The public address of the service: as it is set, or with the host and port that the client named."""
        path = f"/api/studies/{study_id}/dicomweb"
        return settings.PUBLIC_URL + path if settings.PUBLIC_URL else self.request.build_absolute_uri(path)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        finalized = super().finalize_response(request, response, *args, **kwargs)
        finalized["Cache-Control"] = "private, no-store"
        finalized["Vary"] = "Accept, Cookie, Authorization"
        return finalized


class SearchStudies(DicomWebView):
    def get(self, request: Request, study_id: UUID) -> HttpResponseBase:
        files = queries.headers_for(signed_in(request), study_id)
        query = matching.parsed(request.query_params, search.STUDY)
        return _found(self.request, search.studies(files, query, base=self.base(study_id)), query)


class SearchSeries(DicomWebView):
    def get(self, request: Request, study_id: UUID, study: str = "") -> HttpResponseBase:
        files = queries.headers_for(signed_in(request), study_id, study_uid=study)
        if study:
            files = queries.within(files, study=study)
        query = matching.parsed(request.query_params, search.STUDY + search.SERIES)
        page = search.series(files, query, base=self.base(study_id), of_one_study=bool(study))
        return _found(self.request, page, query)


class SearchInstances(DicomWebView):
    def get(self, request: Request, study_id: UUID, study: str = "", series: str = "") -> HttpResponseBase:
        files = queries.headers_for(signed_in(request), study_id, study_uid=study)
        if study:
            files = queries.within(files, study=study, series=series)
        query = matching.parsed(request.query_params, search.STUDY + search.SERIES + search.INSTANCE)
        above = "series" if series else "study" if study else ""
        page = search.instances(files, query, base=self.base(study_id), above=above)
        return _found(self.request, page, query)


class Retrieve(DicomWebView):
    """A study, a series or an instance as DICOM files."""

    def get(
        self, request: Request, study_id: UUID, study: str, series: str = "", instance: str = ""
    ) -> HttpResponseBase:
        files = queries.files_for(signed_in(request), study_id, study_uid=study)
        found = queries.within(files, study=study, series=series, instance=instance)
        single = [Offer(DICOM)] if instance else []
        offer = chosen(self.request, [Offer(DICOM, multipart=True), *single])
        if not offer.multipart:
            return HttpResponse(retrieval.stored(found[0]), content_type=_described(found[0]))
        base = self.base(study_id)
        rows = list(found.defer("metadata"))

        def parts() -> Iterator[multipart.Part]:
            for file in rows:
                yield multipart.Part(
                    _described(file), search.instance_address(base, file), retrieval.stored(file)
                )

        return multipart.answer(parts(), media_type=DICOM)


class Metadata(DicomWebView):
    """Headers as JSON, without bulk data."""

    def get(
        self, request: Request, study_id: UUID, study: str, series: str = "", instance: str = ""
    ) -> HttpResponseBase:
        files = queries.headers_for(signed_in(request), study_id, study_uid=study)
        found = queries.within(files, study=study, series=series, instance=instance)
        offer = chosen(self.request, _JSON)
        base = self.base(study_id)
        headers = [
            with_addresses(file.metadata, search.instance_address(base, file) + "/")
            for file in found.iterator()
        ]
        return JsonResponse(headers, safe=False, content_type=offer.type)


class Frames(DicomWebView):
    def get(
        self, request: Request, study_id: UUID, *, study: str, series: str, instance: str, frames: str
    ) -> HttpResponseBase:
        files = queries.files_for(signed_in(request), study_id, study_uid=study)
        file = queries.within(files, study=study, series=series, instance=instance)[0]
        if not re.fullmatch(r"[0-9]{1,9}(,[0-9]{1,9})*", frames) or frames.count(",") >= _MOST_FRAMES:
            raise Invalid("frames", _("Frames are numbers from 1, separated by commas."))
        numbers = [int(number) for number in frames.split(",")]
        single = [Offer(OCTETS)] if len(numbers) == 1 else []
        offer = chosen(self.request, [Offer(OCTETS, multipart=True), *single])
        found = retrieval.frames_of(file, numbers)
        if not offer.multipart:
            return HttpResponse(found[0], content_type=_OCTETS)
        address = search.instance_address(self.base(study_id), file)
        parts = (
            multipart.Part(_OCTETS, f"{address}/frames/{number}", data)
            for number, data in zip(numbers, found, strict=True)
        )
        return multipart.answer(parts, media_type=OCTETS)


class BulkData(DicomWebView):
    def get(
        self, request: Request, study_id: UUID, *, study: str, series: str, instance: str, value: str
    ) -> HttpResponseBase:
        files = queries.files_for(signed_in(request), study_id, study_uid=study)
        file = queries.within(files, study=study, series=series, instance=instance)[0]
        offer = chosen(self.request, [Offer(OCTETS, multipart=True), Offer(OCTETS)])
        data = retrieval.bulk_data(file, value)
        if not offer.multipart:
            return HttpResponse(data, content_type=_OCTETS)
        address = f"{search.instance_address(self.base(study_id), file)}/bulkdata/{value}"
        return multipart.answer([multipart.Part(_OCTETS, address, data)], media_type=OCTETS)


_OCTETS = f"{OCTETS}; transfer-syntax={EXPLICIT_LITTLE_ENDIAN}"


def _described(file: IndexedFile) -> str:
    return f"{DICOM}; transfer-syntax={file.transfer_syntax}"


def _found(request: Any, page: search.Page, query: matching.Query) -> HttpResponseBase:
    offer = chosen(request, _JSON)
    response = JsonResponse(list(page.results), safe=False, content_type=offer.type)
    warnings = [*query.warnings]
    if page.more:
        warnings.append(f"There are {page.more} additional results that can be requested")
    if warnings:
        host = request.get_host()
        response["Warning"] = ", ".join(f'299 {host} "{warning}"' for warning in warnings)
    return response


@transaction.non_atomic_requests  # what is stored through this door is stored file by file
@csrf_exempt  # the views check sessions themselves
def studies(request: HttpRequest, study_id: UUID) -> HttpResponseBase:
    """One address: files come in by POST, through the intake's door, and are searched by GET."""
    if request.method == "POST":
        return _STORE(request, study_id=study_id)
    with transaction.atomic():
        return _SEARCH(request, study_id=study_id)


@transaction.non_atomic_requests
@csrf_exempt
def one_study(request: HttpRequest, study_id: UUID, study: str) -> HttpResponseBase:
    """The same for a study that both sides know."""
    if request.method == "POST":
        return _STORE(request, study_id=study_id, study_uid=study)
    with transaction.atomic():
        return _RETRIEVE(request, study_id=study_id, study=study)


_STORE, _SEARCH, _RETRIEVE = Stow.as_view(), SearchStudies.as_view(), Retrieve.as_view()

"""What a reader's browser can call: own reads under opaque tokens, neutral volumes, and nothing else."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from inference.objects import ObjectStore
from reader_study.accounts.models import User
from reader_study.problems import NotFound
from reader_study.reading import actions, draft, queries
from reader_study.reading.form import Form
from reader_study.reading.models import Read, ReadVolume
from reader_study.reading.serializers import (
    NEUTRAL_GRID,
    POLAR_GRID,
    EventsSerializer,
    LastSeqSerializer,
    NewSignatureSerializer,
    ReadSerializer,
    SignedSerializer,
    WorklistSerializer,
)
from reader_study.reading.wall import ReaderView


class Worklist(ReaderView):
    @extend_schema(responses=WorklistSerializer)
    def get(self, request: Request) -> Response:
        return Response(WorklistSerializer({"studies": queries.agendas(self.reader)}).data)


class OneRead(ReaderView):
    @extend_schema(responses=ReadSerializer)
    def get(self, request: Request, token: UUID) -> Response:
        return Response(ReadSerializer(_contents(actions.present(reader=self.reader, token=token))).data)


class Volume(ReaderView):
    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, token: UUID, slot: str) -> HttpResponse:
        return _bytes(_picture(self.reader, token, slot).neutral_key)


class Polar(ReaderView):
    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, token: UUID, slot: str) -> HttpResponse:
        return _bytes(_picture(self.reader, token, slot).polar_key)


class Events(ReaderView):
    @extend_schema(request=EventsSerializer, responses=LastSeqSerializer)
    def post(self, request: Request, token: UUID) -> Response:
        given = EventsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        acts = [actions.Act(**event) for event in given.validated_data["events"]]
        last_seq = actions.append(reader=self.reader, token=token, acts=acts)
        return Response({"last_seq": last_seq})


class Signature(ReaderView):
    @extend_schema(request=NewSignatureSerializer, responses={201: SignedSerializer})
    def post(self, request: Request, token: UUID) -> Response:
        given = NewSignatureSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        signature = actions.sign_read(
            reader=self.reader,
            token=token,
            password=wanted["password"],
            content_sha256=wanted["content_sha256"],
            last_seq=wanted["last_seq"],
        )
        read = queries.read_for(self.reader, token)
        signed = {"signature": signature, "next": queries.agenda(self.reader, read.study).next}
        return Response(SignedSerializer(signed).data, status=201)


def _contents(read: Read) -> dict[str, Any]:
    """A read as ReadSerializer shows it. A signed one has no pictures and no scores: it is not seen again."""
    form = Form.of(read.study.form)
    sheet = queries.sheet_of(read)
    session = Read.objects.filter(study=read.study, reader=read.reader_id, session=read.session)
    return {
        "token": read.token,
        "study": read.study,
        "position": {"session": read.session, "number": read.position, "of": session.count()},
        "state": "signed" if sheet else "open",
        "form": form,
        "display": read.study.display,
        "slots": [] if sheet else [_slot(volume) for volume in _in_order(form, read)],
        "last_seq": queries.last_seq(read),
        "draft": None if sheet else draft.fold(form, read.events.order_by("seq")),
        "signature": sheet.signature if sheet else None,
    }


def _in_order(form: Form, read: Read) -> list[ReadVolume]:
    return sorted(read.volumes.all(), key=lambda volume: form.states.index(volume.slot))


def _slot(volume: ReadVolume) -> dict[str, Any]:
    ventricle = {"apex_k": volume.apex_k, "base_k": volume.base_k, "radius_mm": volume.radius_mm}
    return {"name": volume.slot, **NEUTRAL_GRID, "lv": ventricle, "polar": POLAR_GRID}


def _picture(reader: User, token: UUID, slot: str) -> ReadVolume:
    read = actions.present(reader=reader, token=token)
    volume = read.volumes.filter(slot=slot).first()
    if volume is None or queries.sheet_of(read) is not None:
        raise NotFound()
    return volume


def _bytes(key: str) -> HttpResponse:
    return HttpResponse(ObjectStore(settings.OBJECT_STORE).get(key), content_type="application/octet-stream")

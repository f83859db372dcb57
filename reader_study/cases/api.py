from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.accounts.authentication import signed_in
from reader_study.accounts.models import User
from reader_study.cases import actions, cines, queries
from reader_study.cases.findings import NOTE, Seen, in_force, is_confirmed, to_confirm
from reader_study.cases.messages import failure, flag, to_look_at
from reader_study.cases.models import Case, Image
from reader_study.cases.quality_models import Findings
from reader_study.cases.storage import store
from reader_study.problems import NotFound
from reader_study.studies.models import Study
from reader_study.studies.queries import protocol_of, study_for
from reader_study.studies.serializers import SiteSerializer

BYTES = {(200, "application/octet-stream"): OpenApiTypes.BINARY}


class ImageSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    image_set = serializers.ChoiceField(choices=Image.Set.choices)
    state = serializers.ChoiceField(choices=Image.State.choices)
    source = serializers.ChoiceField(choices=Image.Source.choices)  # type: ignore[assignment]
    status = serializers.ChoiceField(choices=Image.Status.choices)
    qc = serializers.ChoiceField(choices=Image.Decision.choices)
    flags = serializers.ListField(child=serializers.CharField())
    geometry = serializers.ChoiceField(
        choices=[queries.PROVEN, queries.UNCONFIRMED, queries.CONFIRMED],
        help_text="Whether the header proves how the image lies, or else whether a person has confirmed it",
    )
    confirmed = serializers.BooleanField(help_text="Whether somebody has confirmed its contour and its state")
    message = serializers.CharField(help_text="Why it cannot be used, or why it was rejected")


class NeedSerializer(serializers.Serializer[Any]):
    image_set = serializers.ChoiceField(choices=Image.Set.choices)
    state = serializers.ChoiceField(choices=Image.State.choices)
    code = serializers.ChoiceField(
        choices=sorted(queries.LACKS),
        allow_blank=True,
        help_text="What it still waits for; empty if it is here",
    )


class CaseSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    subject = serializers.CharField()
    site = SiteSerializer()
    images = ImageSerializer(many=True)
    complete = serializers.BooleanField()
    waiting_for = serializers.ListField(child=serializers.CharField())
    needs = NeedSerializer(many=True, help_text="Every image that the arms of the protocol need of a case")
    decides = serializers.BooleanField(help_text="Whether the person decides about the images of the case")
    asks = serializers.BooleanField(help_text="Whether the person may ask the site about the case")


class ModelSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    version = serializers.CharField()
    digest = serializers.CharField()


class MakerSerializer(ModelSerializer):
    members = serializers.IntegerField(
        allow_null=True, help_text="Networks whose mean the image is; null if the worker did not say"
    )
    flags = serializers.ListField(child=serializers.CharField(), help_text="What it doubted about its input")


class VentricleSerializer(serializers.Serializer[Any]):
    apex_k = serializers.FloatField()
    base_k = serializers.FloatField()
    radius_mm = serializers.FloatField()


class UncertaintySerializer(serializers.Serializer[Any]):
    segments = serializers.ListField(
        child=serializers.FloatField(),
        help_text="Standard deviations of the segments, points of % of the maximum",
    )


class FindingsSerializer(serializers.Serializer[Any]):
    confirmed = serializers.ListField(child=serializers.ChoiceField(choices=Findings.Confirmed.choices))
    artefacts = serializers.ListField(child=serializers.ChoiceField(choices=Findings.Artefact.choices))
    note = serializers.CharField()
    by = serializers.CharField(source="by.full_name")
    at = serializers.DateTimeField()


class ImageDetailSerializer(ImageSerializer):
    to_confirm = serializers.ListField(
        child=serializers.ChoiceField(choices=Findings.Confirmed.choices),
        help_text="What has to be confirmed before it is accepted, where the study has a quality control",
    )
    findings = FindingsSerializer(allow_null=True, help_text="What was seen in it last")
    decided_by = serializers.CharField(help_text="Who accepted or rejected it; empty while nobody has")
    decided_at = serializers.DateTimeField(allow_null=True)
    to_look_at = serializers.ListField(
        child=serializers.CharField(), help_text="What a person has to see before confirming the geometry"
    )
    state_source = serializers.CharField(
        help_text="DICOM keyword that said stress or rest; coordinator; or empty"
    )
    view_source = serializers.CharField(help_text="DICOM keyword that said the view; coordinator; or empty")
    segments = serializers.ListField(
        child=serializers.FloatField(), help_text="17 values of a heart, 12 of a brain, % of the maximum"
    )
    uncertainty = UncertaintySerializer(
        allow_null=True, help_text="Spread of the networks that computed the image"
    )
    lv = VentricleSerializer(allow_null=True)
    provenance = serializers.DictField()
    model = MakerSerializer(allow_null=True)


class CaseDetailSerializer(CaseSerializer):
    images = ImageDetailSerializer(many=True)


class SeenSerializer(serializers.Serializer[Any]):
    confirmed = serializers.ListField(
        child=serializers.ChoiceField(choices=Findings.Confirmed.choices), default=list
    )
    artefacts = serializers.ListField(
        child=serializers.ChoiceField(choices=Findings.Artefact.choices), default=list
    )
    note = serializers.CharField(max_length=NOTE, allow_blank=True, default="")


class DecisionSerializer(serializers.Serializer[Any]):
    decision = serializers.ChoiceField(choices=["accepted", "rejected"])
    reason = serializers.CharField(max_length=500, allow_blank=True, default="")
    seen = SeenSerializer(
        required=False, help_text="What was seen in the image, written down with the decision"
    )


class GeometrySerializer(serializers.Serializer[Any]):
    confirmed = serializers.BooleanField()


def _model(image: Image) -> dict[str, Any] | None:
    model: dict[str, Any] | None = image.provenance.get("model")
    if model is None:
        return None
    doubts = [flag(code) for code in image.provenance.get("flags", [])]
    return {**model, "members": image.provenance.get("members"), "flags": doubts}


def seen_in(given: dict[str, Any]) -> Seen | None:
    """What a request says was seen, if it says anything."""
    seen = given.pop("seen", None)
    return None if seen is None else Seen(**seen)


def _image(image: Image, findings: Findings | None) -> dict[str, Any]:
    return {
        "id": image.id,
        "image_set": image.image_set,
        "state": image.state,
        "source": image.source,
        "status": image.status,
        "qc": image.qc,
        "flags": [flag(code) for code in dict.fromkeys([*image.flags, *image.provenance.get("flags", [])])],
        "geometry": queries.geometry(image),
        "to_look_at": to_look_at(image.flags, image_set=image.image_set),
        "state_source": image.provenance.get("state_source", ""),
        "view_source": image.provenance.get("view_source", ""),
        "confirmed": is_confirmed(findings, image.image_set),
        "to_confirm": to_confirm(image.image_set),
        "findings": findings,
        "decided_by": image.qc_by.full_name if image.qc_by else "",
        "decided_at": image.qc_at,
        "message": failure(image.code) or image.qc_reason,
        "segments": image.segments or [],
        "uncertainty": {"segments": image.uncertainty_segments} if image.uncertainty_neutral_key else None,
        "lv": image.lv,
        "provenance": image.provenance,
        "model": _model(image),
    }


def _answered(image: Image) -> Response:
    return Response(ImageSerializer(_image(image, in_force([image.id]).get(image.id))).data)


@dataclass(frozen=True)
class _Asked:
    """What is the same for every case that one answer tells of. decided, asked: sites."""

    wanted: list[queries.Place]
    decided: set[UUID]
    asked: set[UUID]
    findings: dict[UUID, Findings]


def _asked(user: User, study: Study, cases: Iterable[Case]) -> _Asked:
    return _Asked(
        queries.places(protocol_of(study)),
        set(queries.decided_sites(user, study).values_list("pk", flat=True)),
        set(queries.asked_sites(user, study).values_list("pk", flat=True)),
        in_force(image.id for case in cases for image in queries.images_of(case)),
    )


def _case(case: Case, asked: _Asked) -> dict[str, Any]:
    wanted = asked.wanted
    lacks = queries.lacking(case, wanted)
    codes = {(kind, state): code for kind, state, code in lacks}
    return {
        "id": case.id,
        "subject": case.subject,
        "site": case.site,
        "images": [_image(image, asked.findings.get(image.id)) for image in queries.images_of(case)],
        "complete": not lacks,
        "waiting_for": [queries.phrase(lack) for lack in lacks],
        "needs": [
            {"image_set": kind, "state": state, "code": codes.get((kind, state), "")}
            for kind, state in wanted
        ],
        "decides": case.site_id in asked.decided,
        "asks": case.site_id in asked.asked,
    }


class Cases(APIView):
    @extend_schema(responses=CaseSerializer(many=True))
    def get(self, request: Request, study_id: UUID) -> Response:
        study = study_for(signed_in(request), study_id, *queries.UNBLINDED)
        cases = list(queries.visible_cases(signed_in(request), study))
        asked = _asked(signed_in(request), study, cases)
        return Response(CaseSerializer([_case(case, asked) for case in cases], many=True).data)


class OneCase(APIView):
    @extend_schema(responses=CaseDetailSerializer)
    def get(self, request: Request, case_id: UUID) -> Response:
        case = queries.case_for(signed_in(request), case_id)
        asked = _asked(signed_in(request), case.study, [case])
        return Response(CaseDetailSerializer(_case(case, asked)).data)


class Quality(APIView):
    @extend_schema(request=DecisionSerializer, responses=ImageSerializer)
    def post(self, request: Request, image_id: UUID) -> Response:
        given = DecisionSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        said = dict(given.validated_data)
        seen = seen_in(said)
        return _answered(
            actions.decide_quality(actor=signed_in(request), image_id=image_id, seen=seen, **said)
        )


class Geometry(APIView):
    @extend_schema(request=GeometrySerializer, responses=ImageSerializer)
    def post(self, request: Request, image_id: UUID) -> Response:
        """Confirm, having looked, that the image lies as it is shown; or take that back."""
        given = GeometrySerializer(data=request.data)
        given.is_valid(raise_exception=True)
        said = given.validated_data
        return _answered(actions.confirm_geometry(actor=signed_in(request), image_id=image_id, **said))


class Derivation(APIView):
    @extend_schema(request=None, responses={202: ImageSerializer})
    def post(self, request: Request, image_id: UUID) -> Response:
        """Prepare a failed image again."""
        answer = _answered(actions.derive_again(actor=signed_in(request), image_id=image_id))
        answer.status_code = 202
        return answer


class CineDerivation(APIView):
    @extend_schema(request=None, responses={202: None})
    def post(self, request: Request, cine_id: UUID) -> Response:
        """Prepare a failed cine again."""
        cines.derive_cine_again(actor=signed_in(request), cine_id=cine_id)
        return Response(status=202)


def _download(key: str, name: str, content_type: str = "application/octet-stream") -> HttpResponse:
    if not key:
        raise NotFound()
    response = HttpResponse(store().get(key), content_type=content_type)
    response["Cache-Control"] = "no-store"
    if name:
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


class Volume(APIView):
    @extend_schema(responses=BYTES)
    def get(self, request: Request, image_id: UUID) -> HttpResponse:
        """Neutral volume: uint16, little-endian; 64 x 80 x 80 of a heart, 80 x 112 x 96 of a brain."""
        return _download(
            queries.image_for(signed_in(request), image_id, *queries.MAY_DOWNLOAD).neutral_key, ""
        )


class Polar(APIView):
    @extend_schema(responses=BYTES)
    def get(self, request: Request, image_id: UUID) -> HttpResponse:
        """Polar map: 24 x 72 uint16, little-endian."""
        return _download(queries.image_for(signed_in(request), image_id, *queries.MAY_DOWNLOAD).polar_key, "")


class UncertaintyVolume(APIView):
    @extend_schema(responses=BYTES)
    def get(self, request: Request, image_id: UUID) -> HttpResponse:
        """Standard deviation of a computed image on its neutral volume; 400 is one point of %."""
        image = queries.image_for(signed_in(request), image_id, *queries.MAY_DOWNLOAD)
        return _download(image.uncertainty_neutral_key, "")


class UncertaintyPolar(APIView):
    @extend_schema(responses=BYTES)
    def get(self, request: Request, image_id: UUID) -> HttpResponse:
        """The same on the polar map: 24 x 72 uint16, little-endian."""
        image = queries.image_for(signed_in(request), image_id, *queries.MAY_DOWNLOAD)
        return _download(image.uncertainty_polar_key, "")


class UncertaintyDicom(APIView):
    @extend_schema(responses={(200, "application/dicom"): OpenApiTypes.BINARY})
    def get(self, request: Request, image_id: UUID) -> HttpResponse:
        """The same as the DICOM file that the worker made."""
        image = queries.image_for(signed_in(request), image_id, *queries.MAY_DOWNLOAD)
        return _download(image.uncertainty_dicom_key, f"{_name(image)}-uncertainty.dcm", "application/dicom")


class Dicom(APIView):
    @extend_schema(responses={(200, "application/dicom"): OpenApiTypes.BINARY})
    def get(self, request: Request, image_id: UUID) -> HttpResponse:
        """The DICOM file of a computed image, marked as such."""
        image = queries.image_for(signed_in(request), image_id, *queries.MAY_DOWNLOAD)
        if image.source == Image.Source.UPLOAD:
            raise NotFound()  # what a site sent, the site has
        return _download(image.dicom_keys[0], f"{_name(image)}.dcm", "application/dicom")


def _name(image: Image) -> str:
    return f"{image.case.subject}-{image.image_set.replace('_', '-')}-{image.state}"

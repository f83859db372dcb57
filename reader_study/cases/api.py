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
from reader_study.cases import actions, queries
from reader_study.cases.messages import failure, flag, to_look_at
from reader_study.cases.models import Case, Image
from reader_study.cases.storage import store
from reader_study.problems import NotFound
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
        child=serializers.FloatField(), help_text="17 standard deviations, points of % of the maximum"
    )


class ImageDetailSerializer(ImageSerializer):
    to_look_at = serializers.ListField(
        child=serializers.CharField(), help_text="What a person has to see before confirming the geometry"
    )
    state_source = serializers.CharField(
        help_text="DICOM keyword that said stress or rest; coordinator; or empty"
    )
    view_source = serializers.CharField(help_text="DICOM keyword that said the view; coordinator; or empty")
    segments = serializers.ListField(child=serializers.FloatField(), help_text="17 values, % of the maximum")
    uncertainty = UncertaintySerializer(
        allow_null=True, help_text="Spread of the networks that computed the image"
    )
    lv = VentricleSerializer(allow_null=True)
    provenance = serializers.DictField()
    model = MakerSerializer(allow_null=True)


class CaseDetailSerializer(CaseSerializer):
    images = ImageDetailSerializer(many=True)


class DecisionSerializer(serializers.Serializer[Any]):
    decision = serializers.ChoiceField(choices=["accepted", "rejected"])
    reason = serializers.CharField(max_length=500, allow_blank=True, default="")


class GeometrySerializer(serializers.Serializer[Any]):
    confirmed = serializers.BooleanField()


def _model(image: Image) -> dict[str, Any] | None:
    model: dict[str, Any] | None = image.provenance.get("model")
    if model is None:
        return None
    doubts = [flag(code) for code in image.provenance.get("flags", [])]
    return {**model, "members": image.provenance.get("members"), "flags": doubts}


def _image(image: Image) -> dict[str, Any]:
    return {
        "id": image.id,
        "image_set": image.image_set,
        "state": image.state,
        "source": image.source,
        "status": image.status,
        "qc": image.qc,
        "flags": [flag(code) for code in dict.fromkeys([*image.flags, *image.provenance.get("flags", [])])],
        "geometry": queries.geometry(image),
        "to_look_at": to_look_at(image.flags),
        "state_source": image.provenance.get("state_source", ""),
        "view_source": image.provenance.get("view_source", ""),
        "message": failure(image.code) or image.qc_reason,
        "segments": image.segments or [],
        "uncertainty": {"segments": image.uncertainty_segments} if image.uncertainty_neutral_key else None,
        "lv": image.lv,
        "provenance": image.provenance,
        "model": _model(image),
    }


def _case(case: Case, wanted: list[queries.Place]) -> dict[str, Any]:
    lacks = queries.lacking(case, wanted)
    codes = {(kind, state): code for kind, state, code in lacks}
    return {
        "id": case.id,
        "subject": case.subject,
        "site": case.site,
        "images": [_image(image) for image in queries.images_of(case)],
        "complete": not lacks,
        "waiting_for": [queries.phrase(lack) for lack in lacks],
        "needs": [
            {"image_set": kind, "state": state, "code": codes.get((kind, state), "")}
            for kind, state in wanted
        ],
    }


class Cases(APIView):
    @extend_schema(responses=CaseSerializer(many=True))
    def get(self, request: Request, study_id: UUID) -> Response:
        study = study_for(signed_in(request), study_id, *queries.UNBLINDED)
        wanted = queries.places(protocol_of(study))
        cases = [_case(case, wanted) for case in queries.visible_cases(signed_in(request), study)]
        return Response(CaseSerializer(cases, many=True).data)


class OneCase(APIView):
    @extend_schema(responses=CaseDetailSerializer)
    def get(self, request: Request, case_id: UUID) -> Response:
        case = queries.case_for(signed_in(request), case_id)
        wanted = queries.places(protocol_of(case.study))
        return Response(CaseDetailSerializer(_case(case, wanted)).data)


class Quality(APIView):
    @extend_schema(request=DecisionSerializer, responses=ImageSerializer)
    def post(self, request: Request, image_id: UUID) -> Response:
        given = DecisionSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        image = actions.decide_quality(actor=signed_in(request), image_id=image_id, **given.validated_data)
        return Response(ImageSerializer(_image(image)).data)


class Geometry(APIView):
    @extend_schema(request=GeometrySerializer, responses=ImageSerializer)
    def post(self, request: Request, image_id: UUID) -> Response:
        """Confirm, having looked, that the image lies as it is shown; or take that back."""
        given = GeometrySerializer(data=request.data)
        given.is_valid(raise_exception=True)
        image = actions.confirm_geometry(actor=signed_in(request), image_id=image_id, **given.validated_data)
        return Response(ImageSerializer(_image(image)).data)


class Derivation(APIView):
    @extend_schema(request=None, responses={202: ImageSerializer})
    def post(self, request: Request, image_id: UUID) -> Response:
        """Prepare a failed image again."""
        image = actions.derive_again(actor=signed_in(request), image_id=image_id)
        return Response(ImageSerializer(_image(image)).data, status=202)


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
        """Neutral volume: 64 x 80 x 80 uint16, little-endian."""
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
        """Standard deviation of a computed image: 64 x 80 x 80 uint16, little-endian; 400 is one point of %."""
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
        name = f"{image.case.subject}-virtual-pet-{image.state}-uncertainty.dcm"
        return _download(image.uncertainty_dicom_key, name, "application/dicom")


class Dicom(APIView):
    @extend_schema(responses={(200, "application/dicom"): OpenApiTypes.BINARY})
    def get(self, request: Request, image_id: UUID) -> HttpResponse:
        """The DICOM file of a computed image, marked as such."""
        image = queries.image_for(signed_in(request), image_id, *queries.MAY_DOWNLOAD)
        if image.source != Image.Source.TRANSLATION:
            raise NotFound()  # what a site sent, the site has
        name = f"{image.case.subject}-virtual-pet-{image.state}.dcm"
        return _download(image.dicom_keys[0], name, "application/dicom")

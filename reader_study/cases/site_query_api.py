from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.accounts.authentication import signed_in
from reader_study.accounts.models import User
from reader_study.cases import asking, queries
from reader_study.cases.api import SeenSerializer, seen_in
from reader_study.cases.models import Image
from reader_study.cases.quality_models import SiteQuery, SiteQueryEntry
from reader_study.cases.site_queries import ANSWERED, CLOSED, OPEN, standing, visible_queries
from reader_study.studies.models import Study
from reader_study.studies.queries import coordinated_sites, study_for, takes_files
from reader_study.studies.serializers import SiteSerializer

TEXT = 1000  # characters


class SiteQueryEntrySerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=SiteQueryEntry.Kind.choices)
    text = serializers.CharField()
    by = serializers.CharField(source="by.full_name")
    at = serializers.DateTimeField()
    due_on = serializers.DateField(allow_null=True)


class QueriedCaseSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    subject = serializers.CharField()
    site = SiteSerializer()


class QueriedImageSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    image_set = serializers.ChoiceField(choices=Image.Set.choices)
    state = serializers.ChoiceField(choices=Image.State.choices)


class SiteQuerySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    case = QueriedCaseSerializer()
    image = QueriedImageSerializer(allow_null=True, help_text="Null: it is about the case as a whole")
    category = serializers.ChoiceField(choices=SiteQuery.Category.choices)
    state = serializers.ChoiceField(choices=[OPEN, ANSWERED, CLOSED])
    due_on = serializers.DateField(help_text="Until when the last question is to be answered")
    overdue = serializers.BooleanField()
    entries = SiteQueryEntrySerializer(many=True, source="entries.all")
    answers = serializers.BooleanField(help_text="Whether the person may answer now")
    closes = serializers.BooleanField(help_text="Whether the person may close it, or ask again")


class SiteQuestionSerializer(serializers.Serializer[Any]):
    image_id = serializers.UUIDField(allow_null=True, default=None)
    category = serializers.ChoiceField(choices=SiteQuery.Category.choices)
    text = serializers.CharField(max_length=TEXT)
    due_on = serializers.DateField(allow_null=True, default=None)
    seen = SeenSerializer(
        required=False, help_text="What was seen in the image, written down with the question"
    )


class SiteAnswerSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=TEXT)


class ReopeningSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=TEXT)
    due_on = serializers.DateField(allow_null=True, default=None)


class ClosingSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=TEXT, allow_blank=True, default="")


def _told(user: User, study: Study, *only: UUID) -> list[dict[str, Any]]:
    """What the user sees of queries of the study, or only of these."""
    found = visible_queries(user, study)
    own = set(coordinated_sites(user, study).values_list("pk", flat=True))
    asked = set(queries.asked_sites(user, study).values_list("pk", flat=True))
    going_on = takes_files(study.state)
    told = []
    for query in found.filter(pk__in=only) if only else found:
        state, overdue = standing(query)
        site = query.case.site_id
        told.append(
            {
                "id": query.id,
                "case": query.case,
                "image": query.image,
                "category": query.category,
                "state": state,
                "due_on": query.due,  # type: ignore[attr-defined]  # annotated
                "overdue": overdue and going_on,
                "entries": query.entries,
                "answers": going_on and state == OPEN and site in own,
                "closes": going_on and site in asked,
            }
        )
    return told


def _one(request: Request, query: SiteQuery, status: int = 200) -> Response:
    (told,) = _told(signed_in(request), query.case.study, query.id)
    return Response(SiteQuerySerializer(told).data, status=status)


class SiteQueries(APIView):
    @extend_schema(responses=SiteQuerySerializer(many=True))
    def get(self, request: Request, study_id: UUID) -> Response:
        """Queries of the quality control to the sites that the person sees, the latest first."""
        study = study_for(signed_in(request), study_id, *queries.UNBLINDED)
        return Response(SiteQuerySerializer(_told(signed_in(request), study), many=True).data)


class Questions(APIView):
    @extend_schema(request=SiteQuestionSerializer, responses={201: SiteQuerySerializer})
    def post(self, request: Request, case_id: UUID) -> Response:
        """Ask the site of a case about one of its images, or about the case."""
        given = SiteQuestionSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        said = dict(given.validated_data)
        seen = seen_in(said)
        return _one(
            request, asking.ask_site(actor=signed_in(request), case_id=case_id, seen=seen, **said), 201
        )


class Answer(APIView):
    @extend_schema(request=SiteAnswerSerializer, responses=SiteQuerySerializer)
    def post(self, request: Request, query_id: UUID) -> Response:
        """Answer for the site."""
        given = SiteAnswerSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        said = given.validated_data
        return _one(request, asking.answer_site_query(actor=signed_in(request), query_id=query_id, **said))


class Reopening(APIView):
    @extend_schema(request=ReopeningSerializer, responses=SiteQuerySerializer)
    def post(self, request: Request, query_id: UUID) -> Response:
        """Ask once more."""
        given = ReopeningSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        said = given.validated_data
        return _one(request, asking.reopen_site_query(actor=signed_in(request), query_id=query_id, **said))


class Closing(APIView):
    @extend_schema(request=ClosingSerializer, responses=SiteQuerySerializer)
    def post(self, request: Request, query_id: UUID) -> Response:
        """Close an answered query, or with a word about why one that nobody has answered."""
        given = ClosingSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        said = given.validated_data
        return _one(request, asking.close_site_query(actor=signed_in(request), query_id=query_id, **said))

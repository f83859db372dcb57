"""What those who run a study may know of its reading: how far each is, who asks to correct what. Never by arm."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.accounts.authentication import signed_in
from reader_study.audit.queries import entries_of
from reader_study.reading import opening, queries, unlocks
from reader_study.reading.desk_serializers import ReadingSessionSerializer
from reader_study.reading.models import Read, ReadingStudy
from reader_study.reading.progress import progress
from reader_study.studies.models import Role, Study
from reader_study.studies.queries import study_for


class NewOpeningSerializer(serializers.Serializer[Any]):
    password = serializers.CharField(trim_whitespace=False, max_length=1024)
    reason = serializers.CharField(max_length=500)


class OpenedBlockSerializer(serializers.Serializer[Any]):
    block = serializers.IntegerField()
    digest = serializers.CharField(help_text="What is signed to open it")
    reads = serializers.IntegerField()
    opened = serializers.BooleanField()


class OpeningSerializer(serializers.Serializer[Any]):
    opened_at = serializers.DateTimeField(allow_null=True, help_text="Null while the study is not open")
    reads = serializers.IntegerField(help_text="Laid out so far")
    blocks = OpenedBlockSerializer(many=True)


def _opening(study: Study) -> dict[str, Any]:
    opened = ReadingStudy.objects.filter(pk=study.pk).first()  # or its qualification only
    entry = entries_of(study.pk).filter(action="reading.study_opened").first()
    return {
        "opened_at": entry and entry.at,
        "reads": opened.reads.filter(purpose=Read.Purpose.STUDY).count() if opened else 0,
        "blocks": [
            {
                "block": block.block,
                "digest": block.digest,
                "reads": block.assignments.count(),
                "opened": laid_out,
            }
            for block, laid_out in opening.blocks(study)
        ],
    }


class ReaderProgressSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    full_name = serializers.CharField()
    signed = serializers.IntegerField()
    total = serializers.IntegerField()
    sessions = ReadingSessionSerializer(many=True)
    has_left = serializers.BooleanField(help_text="What is not signed stays missing")
    per_week = serializers.FloatField(
        allow_null=True, help_text="Reads signed a week, by the last four weeks"
    )
    ends_at = serializers.DateTimeField(
        allow_null=True, help_text="When the last read is signed at this pace; null where it cannot be said"
    )


class SessionProgressSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    signed = serializers.IntegerField()
    total = serializers.IntegerField()
    readers = serializers.IntegerField()
    finished = serializers.IntegerField(help_text="Readers who have signed all of it")


class SiteProgressSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(source="site.code")
    name = serializers.CharField(source="site.name")
    cases = serializers.IntegerField()
    allocated = serializers.IntegerField()
    withheld = serializers.IntegerField()
    queries = serializers.IntegerField(help_text="To be answered by the site")
    overdue = serializers.IntegerField(help_text="Of these")
    signed = serializers.IntegerField()
    total = serializers.IntegerField()


class ProgressSerializer(serializers.Serializer[Any]):
    readers = ReaderProgressSerializer(many=True)
    sessions = SessionProgressSerializer(many=True)
    sites = SiteProgressSerializer(many=True)
    missing = serializers.IntegerField(help_text="Unsigned reads of readers who have left")
    ends_at = serializers.DateTimeField(
        allow_null=True, help_text="When all is read at the pace so far; null where it cannot be said"
    )


class NewUnlockAnswerSerializer(serializers.Serializer[Any]):
    approved = serializers.BooleanField()
    reason = serializers.CharField(max_length=500)


class UnlockAnswerSerializer(serializers.Serializer[Any]):
    approved = serializers.BooleanField()
    reason = serializers.CharField()
    by = serializers.CharField(source="by.full_name")
    at = serializers.DateTimeField()


class UnlockSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    reader = serializers.CharField(source="read.reader.full_name")
    session = serializers.IntegerField(source="read.session")
    position = serializers.IntegerField(source="read.position")
    version = serializers.IntegerField(help_text="The signed one that would be corrected")
    reason = serializers.CharField()
    requested_at = serializers.DateTimeField()
    answer = UnlockAnswerSerializer(allow_null=True)


class UnlocksSerializer(serializers.Serializer[Any]):
    unlocks = UnlockSerializer(many=True)


class Opening(APIView):
    @extend_schema(responses=OpeningSerializer)
    def get(self, request: Request, study_id: UUID) -> Response:
        """Which blocks of the allocation readers have."""
        study = study_for(signed_in(request), study_id, Role.INVESTIGATOR, Role.MONITOR)
        return Response(OpeningSerializer(_opening(study)).data)

    @extend_schema(request=NewOpeningSerializer, responses={201: OpeningSerializer})
    def post(self, request: Request, study_id: UUID) -> Response:
        """Open the study or, where it is open, the next block of late cases."""
        study = study_for(signed_in(request), study_id, Role.INVESTIGATOR)
        given = NewOpeningSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        open_next = opening.open_block if study.state == Study.State.OPEN else opening.open_study
        open_next(actor=signed_in(request), study=study, **given.validated_data)
        return Response(OpeningSerializer(_opening(study)).data, status=201)


class Progress(APIView):
    @extend_schema(responses=ProgressSerializer)
    def get(self, request: Request, study_id: UUID) -> Response:
        study = study_for(signed_in(request), study_id, Role.INVESTIGATOR, Role.MONITOR)
        return Response(ProgressSerializer(progress(study)).data)


class Unlocks(APIView):
    @extend_schema(responses=UnlocksSerializer)
    def get(self, request: Request, study_id: UUID) -> Response:
        """Every request to correct a signed read, newest first."""
        study = study_for(signed_in(request), study_id, Role.INVESTIGATOR, Role.MONITOR)
        return Response(UnlocksSerializer({"unlocks": queries.unlocks_of(study.id)}).data)


class OneUnlock(APIView):
    @extend_schema(request=NewUnlockAnswerSerializer, responses={201: UnlockAnswerSerializer})
    def post(self, request: Request, study_id: UUID, unlock_id: UUID) -> Response:
        """Allow the reader to correct the read, or refuse it."""
        study = study_for(signed_in(request), study_id, Role.INVESTIGATOR)
        given = NewUnlockAnswerSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        answer = unlocks.answer_unlock(
            actor=signed_in(request), study=study, unlock_id=unlock_id, **given.validated_data
        )
        return Response(UnlockAnswerSerializer(answer).data, status=201)

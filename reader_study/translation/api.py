from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.accounts.authentication import signed_in
from reader_study.cases.api import ModelSerializer
from reader_study.cases.models import Image
from reader_study.cases.queries import UNBLINDED, case_for
from reader_study.studies.queries import study_for
from reader_study.translation import actions, queries
from reader_study.translation.messages import advice, failure
from reader_study.translation.models import TranslationJob


class TranslatedCaseSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    subject = serializers.CharField()


class TranslationSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    case = TranslatedCaseSerializer()
    image_set = serializers.ChoiceField(choices=Image.Set.choices, help_text="What is computed")
    image_state = serializers.ChoiceField(choices=Image.State.choices)
    state = serializers.ChoiceField(choices=TranslationJob.State.choices)
    attempts = serializers.IntegerField()
    model = ModelSerializer()
    seconds = serializers.FloatField(allow_null=True)
    message = serializers.CharField(help_text="Why it failed")
    advice = serializers.CharField(help_text="What to do about it")


def _job(job: TranslationJob) -> dict[str, Any]:
    code = job.code if job.state == TranslationJob.State.FAILED else ""
    return {
        "id": job.id,
        "case": job.image.case,
        "image_set": job.image_set,
        "image_state": job.image.state,
        "state": job.state,
        "attempts": job.attempts,
        "model": {"name": job.model_name, "version": job.model_version, "digest": job.model_digest},
        "seconds": (job.manifest or {}).get("seconds"),
        "message": failure(code, job.detail),
        "advice": advice(code),
    }


class Translations(APIView):
    @extend_schema(responses=TranslationSerializer(many=True))
    def get(self, request: Request, study_id: UUID) -> Response:
        study = study_for(signed_in(request), study_id, *UNBLINDED)
        jobs = [_job(job) for job in queries.visible_jobs(signed_in(request), study)]
        return Response(TranslationSerializer(jobs, many=True).data)


class CaseTranslations(APIView):
    @extend_schema(responses=TranslationSerializer(many=True))
    def get(self, request: Request, case_id: UUID) -> Response:
        """What was ordered for the current images of a case."""
        case = case_for(signed_in(request), case_id)
        return Response(TranslationSerializer([_job(job) for job in queries.jobs_of(case)], many=True).data)


class Again(APIView):
    @extend_schema(request=None, responses={202: TranslationSerializer})
    def post(self, request: Request, study_id: UUID, job_id: UUID) -> Response:
        """Start a failed computation again."""
        job = actions.start_again(actor=signed_in(request), study_id=study_id, job_id=job_id)
        return Response(TranslationSerializer(_job(job)).data, status=202)

"""The doors to unblinding, for who asks and for who approves. Nothing here answers a reader."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.accounts.authentication import signed_in
from reader_study.accounts.models import User
from reader_study.agreement import unblinding as keys
from reader_study.studies import unblinding
from reader_study.studies.models import Role, Study, UnblindingAnswer, UnblindingRequest
from reader_study.studies.queries import roles_of, study_for

Scope, Kind = UnblindingRequest.Scope, UnblindingAnswer.Kind
SEE_CASES = {Role.INVESTIGATOR, Role.MONITOR}


class UnblindingAnswerSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=Kind.values)
    by = serializers.CharField(source="by.full_name")
    reason = serializers.CharField()
    at = serializers.DateTimeField()


class UnblindingRequestSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    scope = serializers.ChoiceField(choices=Scope.choices)
    subject = serializers.CharField(
        allow_null=True, help_text="The case; null where it is the whole study, or you do not see cases"
    )
    state = serializers.ChoiceField(choices=UnblindingRequest.State.choices)
    requester = serializers.CharField(source="requester.full_name")
    mine = serializers.BooleanField(help_text="You have asked for it")
    reason = serializers.CharField()
    requested_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    answer = UnblindingAnswerSerializer(allow_null=True)


class UnblindingSerializer(serializers.Serializer[Any]):
    scope = serializers.ChoiceField(
        choices=Scope.choices, allow_null=True, help_text="What may be asked for in the state of the study"
    )
    approvers = serializers.ListField(
        child=serializers.CharField(), help_text="Who could approve what you ask"
    )
    requests = UnblindingRequestSerializer(many=True)


class NewUnblindingSerializer(serializers.Serializer[Any]):
    case_id = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="Emergency: which"
    )
    reason = serializers.CharField(max_length=500)
    password = serializers.CharField(trim_whitespace=False, max_length=1024)


class NewUnblindingAnswerSerializer(serializers.Serializer[Any]):
    approved = serializers.BooleanField()
    reason = serializers.CharField(max_length=500)
    password = serializers.CharField(
        trim_whitespace=False, max_length=1024, required=False, allow_blank=True, help_text="Of who approves"
    )


class UnblindingWithdrawalSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500)


class UnblindingStudySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    title = serializers.CharField(help_text="The one for readers")


class WaitingUnblindingSerializer(UnblindingRequestSerializer):
    study = UnblindingStudySerializer()


class KeyOfReadSerializer(serializers.Serializer[Any]):
    reader = serializers.CharField()
    session = serializers.IntegerField()
    position = serializers.IntegerField()
    arm = serializers.CharField()
    repetition = serializers.IntegerField(help_text="1: the hidden repeat")
    signed_at = serializers.DateTimeField(allow_null=True)


class KeyOfCaseSerializer(serializers.Serializer[Any]):
    subject = serializers.CharField()
    site_code = serializers.CharField()
    site_name = serializers.CharField()
    reads = KeyOfReadSerializer(many=True)


def _told(asked: UnblindingRequest, user: User) -> dict[str, Any]:
    sees_cases = bool(roles_of(user, asked.study) & SEE_CASES)
    return {
        "id": asked.id,
        "scope": asked.scope,
        "subject": (asked.subject or None) if sees_cases else None,
        "state": asked.state,
        "requester": asked.requester,
        "mine": asked.requester_id == user.pk,
        "reason": asked.reason,
        "requested_at": asked.requested_at,
        "expires_at": asked.expires_at,
        "answer": getattr(asked, "answer", None),
    }


def _unblinding(study: Study, user: User) -> dict[str, Any]:
    scopes = {state: scope for scope, state in unblinding.STATE_OF.items()}
    return {
        "scope": scopes.get(Study.State(study.state)),
        "approvers": [
            person.full_name
            for person in unblinding.approvers(study, requester=user)
            if roles_of(person, study)
        ],
        "requests": [_told(asked, user) for asked in unblinding.requests_of(study)],
    }


class Unblinding(APIView):
    @extend_schema(responses=UnblindingSerializer)
    def get(self, request: Request, study_id: UUID) -> Response:
        """Everything that was asked in the study, newest first, and what became of it."""
        user = signed_in(request)
        study = study_for(user, study_id, Role.INVESTIGATOR, *unblinding.APPROVERS)
        return Response(UnblindingSerializer(_unblinding(study, user)).data)

    @extend_schema(request=NewUnblindingSerializer, responses={201: UnblindingRequestSerializer})
    def post(self, request: Request, study_id: UUID) -> Response:
        """Ask a second person to unblind the locked study or, while it is open, one case."""
        user = signed_in(request)
        study = study_for(user, study_id, Role.INVESTIGATOR)
        given = NewUnblindingSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        case_id = given.validated_data.pop("case_id")
        if case_id is None:
            asked = keys.ask_for_study(actor=user, study=study, **given.validated_data)
        else:
            asked = keys.ask_for_case(actor=user, study=study, case_id=case_id, **given.validated_data)
        return Response(UnblindingRequestSerializer(_told(asked, user)).data, status=201)


class UnblindingWithdrawal(APIView):
    @extend_schema(request=UnblindingWithdrawalSerializer, responses={201: UnblindingAnswerSerializer})
    def post(self, request: Request, study_id: UUID, request_id: UUID) -> Response:
        """Take back what you have asked for."""
        user = signed_in(request)
        study = study_for(user, study_id, Role.INVESTIGATOR)
        given = UnblindingWithdrawalSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        answer = unblinding.withdraw_request(
            actor=user, study=study, request_id=request_id, **given.validated_data
        )
        return Response(UnblindingAnswerSerializer(answer).data, status=201)


class EmergencyKey(APIView):
    @extend_schema(request=None, responses=KeyOfCaseSerializer)
    def post(self, request: Request, study_id: UUID, request_id: UUID) -> Response:
        """The key of a case that you asked for and a second person approved. Each time it is journaled."""
        user = signed_in(request)
        study = study_for(user, study_id, Role.INVESTIGATOR)
        key = keys.show_key(actor=user, study=study, request_id=request_id)
        return Response(KeyOfCaseSerializer(key).data, headers={"Cache-Control": "private, no-store"})


class WaitingUnblindings(APIView):
    @extend_schema(responses=WaitingUnblindingSerializer(many=True))
    def get(self, request: Request) -> Response:
        """What waits for you as the second person, over all studies."""
        user = signed_in(request)
        found = [
            {
                **_told(asked, user),
                "study": {"id": asked.study_id, "title": asked.study.title},
            }
            for asked in unblinding.waiting_for(user)
        ]
        answer = WaitingUnblindingSerializer(found, many=True).data
        return Response(answer, headers={"Cache-Control": "no-store"})


class OneWaitingUnblinding(APIView):
    @extend_schema(request=NewUnblindingAnswerSerializer, responses={201: UnblindingAnswerSerializer})
    def post(self, request: Request, request_id: UUID) -> Response:
        """Approve, with your signature, or refuse, as the second person."""
        given = NewUnblindingAnswerSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        answer = unblinding.answer_request(
            actor=signed_in(request), request_id=request_id, **given.validated_data
        )
        return Response(UnblindingAnswerSerializer(answer).data, status=201)

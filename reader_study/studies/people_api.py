"""Who takes part in a study: roles in force, the log of all of them, and invitations."""

import csv
import io
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.accounts.authentication import signed_in
from reader_study.studies import actions, delegation, invitations, queries
from reader_study.studies.models import Invitation, Membership, Role
from reader_study.studies.serializers import SiteSerializer

LOG = ("full_name", "email", "role", "site", "began_at", "began_by", "ended_at", "ended_by", "ended_reason")


class NewMemberSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField()
    role = serializers.ChoiceField(choices=Role.values)
    site_id = serializers.UUIDField(required=False, allow_null=True, default=None)


class MemberSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    full_name = serializers.CharField(source="user.full_name")
    email = serializers.EmailField(source="user.email")
    role = serializers.ChoiceField(choices=Role.values)
    site = SiteSerializer(allow_null=True)
    began_at = serializers.DateTimeField()


class DelegationSerializer(MemberSerializer):
    began_by = serializers.CharField(source="began_by.full_name", allow_null=True, default=None)
    ended_at = serializers.DateTimeField(allow_null=True)
    ended_by = serializers.CharField(source="ended_by.full_name", allow_null=True, default=None)
    ended_reason = serializers.CharField(allow_blank=True)


class WhichDelegationsSerializer(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=Role.values, required=False)
    in_force = serializers.BooleanField(required=False, allow_null=True, default=None)


class EndSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500)


class NewInvitationSerializer(NewMemberSerializer):
    full_name = serializers.CharField(max_length=120)
    language = serializers.ChoiceField(choices=settings.LANGUAGES)


class StudyInvitationSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    email = serializers.EmailField()
    full_name = serializers.CharField()
    language = serializers.ChoiceField(choices=settings.LANGUAGES)
    role = serializers.ChoiceField(choices=Role.values)
    site = SiteSerializer(allow_null=True)
    invited_by = serializers.CharField(source="invited_by.full_name")
    invited_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    mailed_at = serializers.DateTimeField(allow_null=True)
    accepted_at = serializers.DateTimeField(allow_null=True)
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    state = serializers.ChoiceField(choices=Invitation.State.choices)


class OfferSerializer(serializers.Serializer[Any]):
    invitation = StudyInvitationSerializer()
    link = serializers.CharField(
        allow_null=True, help_text="To be handed on by the inviter; null where the mail has it"
    )


class Members(APIView):
    @extend_schema(responses=MemberSerializer(many=True))
    def get(self, request: Request, study_id: UUID) -> Response:
        """Who holds which role now."""
        study = queries.study_for(signed_in(request), study_id, Role.INVESTIGATOR, Role.MONITOR)
        found = queries.members(study).select_related("user", "site").order_by("role", "user__full_name")
        return Response(MemberSerializer(found, many=True).data)

    @extend_schema(request=NewMemberSerializer, responses={201: MemberSerializer})
    def post(self, request: Request, study_id: UUID) -> Response:
        study = queries.study_for(signed_in(request), study_id, Role.INVESTIGATOR)
        given = NewMemberSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        role = Role(given.validated_data.pop("role"))
        member = actions.add_member(actor=signed_in(request), study=study, role=role, **given.validated_data)
        return Response(MemberSerializer(member).data, status=201)


class EndOfMembership(APIView):
    @extend_schema(request=EndSerializer, responses=DelegationSerializer)
    def post(self, request: Request, study_id: UUID, membership_id: UUID) -> Response:
        """End somebody's role from now on."""
        study = queries.study_for(signed_in(request), study_id, Role.INVESTIGATOR)
        given = EndSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        ended = delegation.end_membership(
            actor=signed_in(request), study=study, membership_id=membership_id, **given.validated_data
        )
        return Response(DelegationSerializer(ended).data)


def _log(request: Request, study_id: UUID) -> QuerySet[Membership]:
    study = queries.study_for(signed_in(request), study_id, Role.INVESTIGATOR, Role.MONITOR)
    asked = WhichDelegationsSerializer(data=request.query_params)
    asked.is_valid(raise_exception=True)
    return delegation.log_of(study, **asked.validated_data)


class DelegationLog(APIView):
    @extend_schema(parameters=[WhichDelegationsSerializer], responses=DelegationSerializer(many=True))
    def get(self, request: Request, study_id: UUID) -> Response:
        """Every role that anybody has held, in the order in which they began."""
        return Response(DelegationSerializer(_log(request, study_id), many=True).data)


class DelegationLogCsv(APIView):
    @extend_schema(
        parameters=[WhichDelegationsSerializer], responses={(200, "text/csv"): OpenApiTypes.BINARY}
    )
    def get(self, request: Request, study_id: UUID) -> HttpResponse:
        text = io.StringIO()
        rows = csv.DictWriter(text, LOG, extrasaction="ignore")
        rows.writeheader()
        for row in DelegationSerializer(_log(request, study_id), many=True).data:
            site = row["site"]["code"] if row["site"] else ""
            rows.writerow({name: _cell(value) for name, value in {**row, "site": site}.items()})
        response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="delegation-log.csv"'
        response["Cache-Control"] = "private, no-store"
        return response


def _cell(value: Any) -> Any:
    """A spreadsheet takes a cell that begins so for a formula: names and reasons were typed by people."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


class StudyInvitations(APIView):
    @extend_schema(responses=StudyInvitationSerializer(many=True))
    def get(self, request: Request, study_id: UUID) -> Response:
        """Every invitation of the study, newest first."""
        study = queries.study_for(signed_in(request), study_id, Role.INVESTIGATOR, Role.MONITOR)
        found = study.invitations.select_related("site", "invited_by").order_by("-invited_at")
        return Response(StudyInvitationSerializer(found, many=True).data)

    @extend_schema(request=NewInvitationSerializer, responses={201: OfferSerializer})
    def post(self, request: Request, study_id: UUID) -> Response:
        """Offer somebody a role by mail; one that waits already is offered again."""
        study = queries.study_for(signed_in(request), study_id, Role.INVESTIGATOR)
        given = NewInvitationSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        role = Role(given.validated_data.pop("role"))
        invitation, link = invitations.invite(
            actor=signed_in(request), study=study, role=role, **given.validated_data
        )
        return _offer(invitation, link, status=201)


class InvitationAgain(APIView):
    @extend_schema(request=None, responses=OfferSerializer)
    def post(self, request: Request, study_id: UUID, invitation_id: UUID) -> Response:
        """Mail a new link that holds for another week; the older one is dead."""
        study = queries.study_for(signed_in(request), study_id, Role.INVESTIGATOR)
        invitation, link = invitations.resend(
            actor=signed_in(request), study=study, invitation_id=invitation_id
        )
        return _offer(invitation, link, status=200)


class InvitationWithdrawal(APIView):
    @extend_schema(request=None, responses=StudyInvitationSerializer)
    def post(self, request: Request, study_id: UUID, invitation_id: UUID) -> Response:
        study = queries.study_for(signed_in(request), study_id, Role.INVESTIGATOR)
        invitation = invitations.withdraw(actor=signed_in(request), study=study, invitation_id=invitation_id)
        return Response(StudyInvitationSerializer(invitation).data)


def _offer(invitation: Invitation, link: str | None, *, status: int) -> Response:
    answer = OfferSerializer({"invitation": invitation, "link": link}).data
    return Response(answer, status=status, headers={"Cache-Control": "no-store"})

from typing import Any, cast
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.accounts import actions
from reader_study.accounts.authentication import AnyToken, signed_in
from reader_study.accounts.models import ApiToken, TokenScope


class LanguageSerializer(serializers.Serializer[Any]):
    language = serializers.ChoiceField(choices=settings.LANGUAGES)


class RemindersSerializer(serializers.Serializer[Any]):
    reminders = serializers.BooleanField()


class InvitationSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField()
    full_name = serializers.CharField(max_length=120)
    language = serializers.ChoiceField(choices=settings.LANGUAGES)


class InvitationLinkSerializer(serializers.Serializer[Any]):
    link = serializers.CharField()


class SessionLanguage(APIView):
    @extend_schema(request=LanguageSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        given = LanguageSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        actions.choose_language(user=signed_in(request), language=given.validated_data["language"])
        return Response(status=204)


class SessionReminders(APIView):
    @extend_schema(request=RemindersSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        """Switch one's own mails about what is due on or off."""
        given = RemindersSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        actions.choose_reminders(user=signed_in(request), reminders=given.validated_data["reminders"])
        return Response(status=204)


class Invitations(APIView):
    @extend_schema(request=InvitationSerializer, responses={201: InvitationLinkSerializer})
    def post(self, request: Request) -> Response:
        given = InvitationSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        _user, link = actions.invite(inviter=signed_in(request), **given.validated_data)
        return Response({"link": link}, status=201)


class TokenSerializer(serializers.Serializer[Any]):
    """A token as it may be shown: without its secret."""

    id = serializers.UUIDField()
    scope = serializers.ChoiceField(choices=TokenScope.choices)
    study = serializers.UUIDField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of that name is none of the serializer's
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)


class OwnToken(APIView):
    """What a program may ask about the token that it holds: of which study it is, and until when."""

    authentication_classes = [AnyToken]

    @extend_schema(responses=TokenSerializer)
    def get(self, request: Request) -> Response:
        return Response(TokenSerializer(cast(ApiToken, request.auth)).data)


class OneToken(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, token_id: UUID) -> Response:
        actions.revoke_token(actor=signed_in(request), token_id=token_id)
        return Response(status=204)

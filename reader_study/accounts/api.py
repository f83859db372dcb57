from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.accounts import actions
from reader_study.accounts.authentication import signed_in


class LanguageSerializer(serializers.Serializer[Any]):
    language = serializers.ChoiceField(choices=settings.LANGUAGES)


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


class Invitations(APIView):
    @extend_schema(request=InvitationSerializer, responses={201: InvitationLinkSerializer})
    def post(self, request: Request) -> Response:
        given = InvitationSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        _user, link = actions.invite(inviter=signed_in(request), **given.validated_data)
        return Response({"link": link}, status=201)

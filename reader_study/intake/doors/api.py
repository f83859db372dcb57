from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.accounts.actions import MAX_TOKEN_DAYS
from reader_study.accounts.api import TokenSerializer
from reader_study.accounts.authentication import signed_in
from reader_study.accounts.models import TokenScope
from reader_study.accounts.queries import own_tokens
from reader_study.cases.queries import UNBLINDED
from reader_study.intake.doors import actions, queries
from reader_study.intake.doors.tokens import token_for_study
from reader_study.studies.queries import study_for
from reader_study.studies.serializers import SiteSerializer

DAYS = 90


class TokenWishSerializer(serializers.Serializer[Any]):
    scope = serializers.ChoiceField(choices=TokenScope.choices)
    label = serializers.CharField(  # type: ignore[assignment]  # a field of that name is none of the serializer's
        max_length=80, help_text="What it is for, e.g. the name of the script"
    )
    days = serializers.IntegerField(min_value=1, max_value=MAX_TOKEN_DAYS, default=DAYS)
    password = serializers.CharField(write_only=True, trim_whitespace=False)


class NewTokenSerializer(TokenSerializer):
    token = serializers.CharField(help_text="Shown this once, kept nowhere")


class PeerWishSerializer(serializers.Serializer[Any]):
    site_id = serializers.UUIDField()
    calling = serializers.CharField(max_length=16)
    networks = serializers.ListField(child=serializers.CharField(max_length=50), max_length=20, default=list)
    certificates = serializers.ListField(
        child=serializers.CharField(max_length=95), max_length=20, default=list
    )


class PeerSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    site = SiteSerializer()
    called = serializers.CharField(help_text="The title that the hospital's system calls")
    calling = serializers.CharField(help_text="The title of the hospital's system")
    networks = serializers.ListField(child=serializers.CharField())
    certificates = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)


class Tokens(APIView):
    @extend_schema(responses=TokenSerializer(many=True))
    def get(self, request: Request, study_id: UUID) -> Response:
        """One's own tokens for this study, without their secrets."""
        study = study_for(signed_in(request), study_id, *UNBLINDED)
        return Response(TokenSerializer(own_tokens(signed_in(request), study.id), many=True).data)

    @extend_schema(request=TokenWishSerializer, responses={201: NewTokenSerializer})
    def post(self, request: Request, study_id: UUID) -> Response:
        wish = TokenWishSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        token, secret = token_for_study(owner=signed_in(request), study_id=study_id, **wish.validated_data)
        answer = {**TokenSerializer(token).data, "token": secret}
        return Response(answer, status=201, headers={"Cache-Control": "no-store"})


class Peers(APIView):
    @extend_schema(responses=PeerSerializer(many=True))
    def get(self, request: Request, study_id: UUID) -> Response:
        study = study_for(signed_in(request), study_id, *UNBLINDED)
        return Response(PeerSerializer(queries.visible_peers(signed_in(request), study), many=True).data)

    @extend_schema(request=PeerWishSerializer, responses={201: PeerSerializer})
    def post(self, request: Request, study_id: UUID) -> Response:
        wish = PeerWishSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        peer = actions.add_peer(actor=signed_in(request), study_id=study_id, **wish.validated_data)
        return Response(PeerSerializer(peer).data, status=201)


class OnePeer(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, peer_id: UUID) -> Response:
        actions.revoke_peer(actor=signed_in(request), peer_id=peer_id)
        return Response(status=204)

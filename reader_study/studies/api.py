from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.accounts.authentication import signed_in
from reader_study.accounts.models import User
from reader_study.audit.queries import entries_of
from reader_study.problems import NotFound
from reader_study.studies import actions, queries
from reader_study.studies.models import BLIND, Membership, Role, Study
from reader_study.studies.serializers import (
    JournalEntrySerializer,
    NewProtocolSerializer,
    NewStudySerializer,
    ProtocolSerializer,
    ProtocolTemplateSerializer,
    SessionSerializer,
    SiteSerializer,
    StudySerializer,
    StudySummarySerializer,
)
from reader_study.studies.templates import TEMPLATES

JOURNAL_PAGE = 500


def _summary(study: Study, roles: set[Role]) -> dict[str, Any]:
    """Who reads gets the title that the protocol has for readers: the other may name the arms."""
    protocol = queries.protocol_of(study)
    title = protocol.reader_title if roles and roles <= BLIND else study.title
    return {"id": study.id, "title": title, "state": study.state, "simulated": protocol.simulated}


def _study(study: Study, user: User) -> dict[str, Any]:
    roles = queries.roles_of(user, study)
    version = queries.current_protocol(study)
    may_see_protocol = roles & {Role.INVESTIGATOR, Role.MONITOR}
    return {
        **_summary(study, roles),
        "roles": sorted(roles),
        "sites": queries.sites_of(user, study),
        "takes_readers": queries.takes_readers(study),
        "protocol": version if may_see_protocol else None,
    }


class Session(APIView):
    """Who is signed in, and what they may do where."""

    @extend_schema(responses=SessionSerializer)
    def get(self, request: Request) -> Response:
        own: list[Membership] = list(queries.memberships_of(signed_in(request)))
        memberships = [
            {"study": _summary(m.study, {Role(o.role) for o in own if o.study_id == m.study_id}),
             "role": m.role, "site": m.site}
            for m in own
        ]  # fmt: skip
        return Response(SessionSerializer({"user": signed_in(request), "memberships": memberships}).data)


class Studies(APIView):
    @extend_schema(responses=StudySummarySerializer(many=True))
    def get(self, request: Request) -> Response:
        found = [
            _summary(study, queries.roles_of(signed_in(request), study))
            for study in queries.studies_of(signed_in(request))
        ]
        return Response(StudySummarySerializer(found, many=True).data)

    @extend_schema(request=NewStudySerializer, responses={201: StudySummarySerializer})
    def post(self, request: Request) -> Response:
        given = NewStudySerializer(data=request.data)
        given.is_valid(raise_exception=True)
        study = actions.create_study(creator=signed_in(request), **given.validated_data)
        roles = {Role.INVESTIGATOR}  # what its principal investigator sees of it
        return Response(StudySummarySerializer(_summary(study, roles)).data, status=201)


class ProtocolTemplates(APIView):
    @extend_schema(responses=ProtocolTemplateSerializer(many=True))
    def get(self, request: Request) -> Response:
        """What an administrator can found a study with, the usual one first."""
        if not signed_in(request).is_staff:
            raise NotFound()
        found = [
            {"name": name, "document": template(title="", reader_title="", simulated=False).as_document()}
            for name, template in TEMPLATES.items()
        ]
        return Response(ProtocolTemplateSerializer(found, many=True).data)


class OneStudy(APIView):
    @extend_schema(responses=StudySerializer)
    def get(self, request: Request, study_id: UUID) -> Response:
        study = queries.study_for(signed_in(request), study_id)
        return Response(StudySerializer(_study(study, signed_in(request))).data)


class Protocol(APIView):
    @extend_schema(request=NewProtocolSerializer, responses={201: ProtocolSerializer})
    def put(self, request: Request, study_id: UUID) -> Response:
        study = queries.study_for(signed_in(request), study_id, Role.INVESTIGATOR)
        given = NewProtocolSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        version = actions.amend_protocol(author=signed_in(request), study=study, **given.validated_data)
        return Response(ProtocolSerializer(version).data, status=201)


class Sites(APIView):
    @extend_schema(request=SiteSerializer, responses={201: SiteSerializer})
    def post(self, request: Request, study_id: UUID) -> Response:
        study = queries.study_for(signed_in(request), study_id, Role.INVESTIGATOR)
        given = SiteSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        site = actions.add_site(actor=signed_in(request), study=study, **given.validated_data)
        return Response(SiteSerializer(site).data, status=201)


class Journal(APIView):
    @extend_schema(
        parameters=[OpenApiParameter("after", int, description="Only entries after this number")],
        responses=JournalEntrySerializer(many=True),
    )
    def get(self, request: Request, study_id: UUID) -> Response:
        study = queries.study_for(signed_in(request), study_id, Role.INVESTIGATOR, Role.MONITOR)
        after = request.query_params.get("after", "0")
        page = list(entries_of(study.id, after=int(after) if after.isdecimal() else 0)[:JOURNAL_PAGE])
        names = dict(
            User.objects.filter(pk__in={entry.actor for entry in page}).values_list("pk", "full_name")
        )
        rows = [
            {"number": e.number, "at": e.at, "action": e.action, "actor": names.get(e.actor) if e.actor else None,
             "subject": e.subject, "detail": e.detail}
            for e in page
        ]  # fmt: skip
        return Response(JournalEntrySerializer(rows, many=True).data)

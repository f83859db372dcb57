"""What a reader's browser can call: own reads under opaque tokens, neutral volumes, and nothing else."""

from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from reader_study.accounts.models import User
from reader_study.problems import NotFound
from reader_study.reading import actions, qualification, queries, unlocks, wall
from reader_study.reading.contents import contents, feedback, own_unlock
from reader_study.reading.desk_serializers import WorklistSerializer
from reader_study.reading.models import ReadVolume
from reader_study.reading.pictures import BYTES, bytes_of
from reader_study.reading.queries import Due, ReadState
from reader_study.reading.serializers import (
    AheadSerializer,
    DisplayCheckSerializer,
    EndOfLedgerSerializer,
    EventsSerializer,
    FeedbackSerializer,
    NewDisplayCheckSerializer,
    NewSignatureSerializer,
    NewUnlockSerializer,
    OwnUnlockSerializer,
    ReadSerializer,
    SignedSerializer,
)
from reader_study.reading.wall import ReaderView

PUT_OFF = "display_check_put_off"  # of the session: who signs in the next time is asked again


class CheckedView(ReaderView):
    """Says whether the display is to be checked before the next read."""

    @property
    def check_due(self) -> bool:
        return not self.request.session.get(PUT_OFF) and queries.display_check_due(self.reader)


class Worklist(CheckedView):
    def before_the_wall(self) -> None:
        wall.at_the_desk.send(sender=Worklist, reader=self.reader)

    @extend_schema(responses=WorklistSerializer)
    def get(self, request: Request) -> Response:
        agendas = queries.agendas(self.reader)
        desk = {
            "studies": agendas,
            "qualifications": qualification.of_reader(self.reader),
            "display_check_due": self.check_due,
            "break_due": queries.break_due(self.reader, [plan.study for plan in agendas if plan.next]),
        }
        return Response(WorklistSerializer(desk).data)


class OneRead(CheckedView):
    @extend_schema(parameters=[AheadSerializer], responses=ReadSerializer)
    def get(self, request: Request, token: UUID) -> Response:
        asked = AheadSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        # The read before it may be signed by now: who asks ahead still looks at nothing.
        if asked.validated_data["ahead"]:
            due = queries.read_for(self.reader, token)
        else:
            due = actions.present(reader=self.reader, token=token)
        asks_for_break = due.state == ReadState.OPEN and queries.break_due(self.reader, [due.read.study])
        # In the middle of a read the question would come between two scores: the next read asks it.
        asks_for_check = self.check_due and not queries.in_the_middle(due)
        seen = {"display_check_due": asks_for_check, "break_due": asks_for_break}
        return Response(ReadSerializer({**contents(due), **seen}).data)


class Volume(ReaderView):
    @extend_schema(responses=BYTES)
    def get(self, request: Request, token: UUID, set: int, state: str) -> HttpResponse:
        return bytes_of(_picture(self.reader, token, set, state).neutral_key)


class Polar(ReaderView):
    @extend_schema(responses=BYTES)
    def get(self, request: Request, token: UUID, set: int, state: str) -> HttpResponse:
        return bytes_of(_picture(self.reader, token, set, state).polar_key)


class Contour(ReaderView):
    @extend_schema(responses=BYTES)
    def get(self, request: Request, token: UUID, set: int, state: str) -> HttpResponse:
        return bytes_of(_picture(self.reader, token, set, state).contour_key)


class Cine(ReaderView):
    @extend_schema(responses=BYTES)
    def get(self, request: Request, token: UUID, kind: str, state: str) -> HttpResponse:
        cine = _shown(self.reader, token).read.cines.filter(kind=kind, state=state).first()
        return bytes_of(cine.key if cine else "")


class Events(ReaderView):
    @extend_schema(request=EventsSerializer, responses=EndOfLedgerSerializer)
    def post(self, request: Request, token: UUID) -> Response:
        given = EventsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        acts = [actions.Act(**event) for event in given.validated_data["events"]]
        step = given.validated_data.get("step")
        last_seq, hash_ = actions.append(reader=self.reader, token=token, acts=acts, step=step)
        return Response({"last_seq": last_seq, "hash": hash_})


class Signature(ReaderView):
    @extend_schema(request=NewSignatureSerializer, responses={201: SignedSerializer})
    def post(self, request: Request, token: UUID) -> Response:
        given = NewSignatureSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        signature, more = actions.sign_read(reader=self.reader, token=token, **given.validated_data)
        read = queries.read_for(self.reader, token).read
        if read.purpose in qualification.QUALIFYING:
            # With the transaction the readers' role ends.
            transaction.on_commit(
                lambda: wall.at_the_desk.send(sender=Signature, reader=self.reader), robust=True
            )
        plan = queries.agenda(read)
        signed = {
            "signature": signature,
            "next": plan.next,
            "upcoming": plan.upcoming,
            "more": more,
            "waiting": plan.waiting,
            "break_due": plan.next is not None and queries.break_due(self.reader, [plan.study]),
        }
        return Response(SignedSerializer(signed).data, status=201)


class Feedback(ReaderView):
    @extend_schema(responses=FeedbackSerializer)
    def get(self, request: Request, token: UUID) -> Response:
        """An own training read that is signed, beside the reference."""
        found = qualification.feedback(self.reader, token)
        return Response(FeedbackSerializer(feedback(found)).data)


class Unlock(ReaderView):
    @extend_schema(request=NewUnlockSerializer, responses={201: OwnUnlockSerializer})
    def post(self, request: Request, token: UUID) -> Response:
        given = NewUnlockSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        unlocks.request_unlock(reader=self.reader, token=token, **given.validated_data)
        standing = queries.read_for(self.reader, token).standing
        return Response(OwnUnlockSerializer(own_unlock(standing)).data, status=201)


class DisplayCheck(ReaderView):
    @extend_schema(request=NewDisplayCheckSerializer, responses={201: DisplayCheckSerializer})
    def post(self, request: Request) -> Response:
        given = NewDisplayCheckSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        check = actions.check_display(reader=self.reader, **given.validated_data)
        return Response(DisplayCheckSerializer(check).data, status=201)


class DisplayCheckLater(ReaderView):
    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """Put the check off until the next time of signing in; nothing is recorded."""
        request.session[PUT_OFF] = True
        return Response(status=204)


def _shown(reader: User, token: UUID) -> Due:
    """A read whose pictures may be fetched: open or ahead. Only who opens the read itself looks at it."""
    due = queries.read_for(reader, token)
    if due.state == ReadState.SIGNED:
        raise NotFound()
    return due


def _picture(reader: User, token: UUID, set: int, state: str) -> ReadVolume:
    due = _shown(reader, token)
    volume = due.read.volumes.filter(step=due.standing.step, set=set, state=state).first()
    if volume is None:
        raise NotFound()
    return volume

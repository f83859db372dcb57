"""The questions at the end of a session, and the door through which they are answered once. No answer comes back."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from reader_study.reading import session_end
from reader_study.reading.models import ArmGuess, SessionEnd
from reader_study.reading.session_end import Asked, Guess, Recall
from reader_study.reading.wall import ReaderView

MOST_READS = 10_000


class EndedReadSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    signed_at = serializers.DateTimeField()


class SessionQuestionsSerializer(serializers.Serializer[Any]):
    title = serializers.CharField()
    simulated = serializers.BooleanField()
    session = serializers.IntegerField()
    reads = EndedReadSerializer(many=True)
    recall = serializers.BooleanField(help_text="Whether the reader had seen a case before is asked")
    arms = serializers.ListField(
        child=serializers.CharField(), help_text="What there is to choose from, the same at every read"
    )
    guessed = serializers.ListField(
        child=serializers.IntegerField(), help_text="Numbers of the reads whose arm is asked; empty: of none"
    )


class RecallSerializer(serializers.Serializer[Any]):
    seen = serializers.ChoiceField(choices=[(seen.value, seen.value) for seen in SessionEnd.Seen])
    reads = serializers.IntegerField(
        min_value=1, max_value=MOST_READS, allow_null=True, help_text="How many; null unless seen"
    )
    positions = serializers.ListField(
        child=serializers.IntegerField(min_value=1), max_length=MOST_READS, help_text="Which, where known"
    )


class GuessSerializer(serializers.Serializer[Any]):
    position = serializers.IntegerField(min_value=1)
    answer = serializers.ChoiceField(choices=[(answer.value, answer.value) for answer in ArmGuess.Answer])
    arm = serializers.IntegerField(min_value=0, allow_null=True, help_text="Place in `arms`, from 0")
    confidence = serializers.IntegerField(min_value=0, max_value=100, allow_null=True, help_text="%")


class SessionAnswersSerializer(serializers.Serializer[Any]):
    reader = serializers.UUIDField(
        help_text="Whose answers they are: another may have signed in in the meantime"
    )
    recall = RecallSerializer(allow_null=True)
    guesses = GuessSerializer(many=True)


class SessionQuestions(ReaderView):
    @extend_schema(responses=SessionQuestionsSerializer)
    def get(self, request: Request, study_id: UUID, session: int) -> Response:
        asked = session_end.asked(self.reader, study_id, session)
        return Response(SessionQuestionsSerializer(_contents(asked)).data)

    @extend_schema(request=SessionAnswersSerializer, responses={204: None})
    def post(self, request: Request, study_id: UUID, session: int) -> Response:
        given = SessionAnswersSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        recall, guesses = given.validated_data["recall"], given.validated_data["guesses"]
        session_end.answer(
            reader=self.reader,
            answered_by=given.validated_data["reader"],
            study_id=study_id,
            session=session,
            recall=recall and Recall(recall["seen"], recall["reads"], tuple(recall["positions"])),
            guesses=[Guess(**guess) for guess in guesses],
        )
        return Response(status=204)


def _contents(asked: Asked) -> dict[str, Any]:
    return {
        "title": asked.study.title,
        "simulated": asked.study.simulated,
        "session": asked.session,
        "reads": [{"number": position, "signed_at": at} for position, _token, at in asked.reads],
        "recall": asked.questions.recall,
        "arms": [label for _code, label in asked.questions.arms],
        "guessed": asked.guessed,
    }

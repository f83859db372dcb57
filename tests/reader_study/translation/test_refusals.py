"""What a model says of an image that it refuses reaches a coordinator in the coordinator's language."""

import pytest
from django.utils.translation import override

from inference.translation import refusals as said
from reader_study.translation.messages import failure
from reader_study.translation.refusals import in_words

FILLED = {
    "WRONG_BODY_PART": said.WRONG_BODY_PART.format(found="BRAIN", organ="heart"),
    "SPACING": said.SPACING.format(found="9.1 x 9.1 x 9.1", least=2.0, most=8.0),
    "NO_VENTRICLE": said.NO_VENTRICLE.format(reason="The volume shows no activity"),
}
SENTENCES = [
    FILLED.get(name, text) for name, text in vars(said).items() if name.isupper() and isinstance(text, str)
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_every_refusal_is_known_word_for_word_and_has_its_japanese(sentence: str) -> None:
    with override("en"):
        assert in_words(sentence) == sentence
    with override("ja"):
        there = in_words(sentence)
    assert there != sentence and "{" not in there and there.endswith("。")


def test_the_numbers_of_a_refusal_come_along() -> None:
    with override("ja"):
        there = in_words(FILLED["SPACING"])
    assert "9.1 x 9.1 x 9.1 mm" in there and "2～8 mm" in there


def test_a_sentence_of_a_newer_model_is_shown_as_it_was_said() -> None:
    with override("ja"):
        assert in_words("The table moved.") == "The table moved."
        assert failure("not_translatable", "The table moved.").endswith(" The table moved.")

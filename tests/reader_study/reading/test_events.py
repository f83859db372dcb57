"""What a reader does, as events: kept once and in order, or refused in one sentence with nothing kept."""

import uuid

import pytest

from reader_study.reading.models import Event
from tests.reader_study.allocation.drafts import Draft
from tests.reader_study.reading.reads import Desk, event, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Draft:
    return opened(per_site=(2,), readers=2)


@pytest.fixture
def desk(study: Draft, signed_in) -> Desk:
    return Desk(signed_in(study.readers[0]))


def test_scores_answers_and_views_add_up_to_the_draft_on_any_computer(study, desk, signed_in):
    token = desk.next()
    sent = [
        event(1, value=2),
        event(2, state="rest", segment=17, value="NE"),
        event(3, "field", name="comment", value="下壁?"),
        event(4, "view", name="window_stress", value="0 95.5"),
        event(5, value=3),
    ]
    assert desk.send(token, *sent[:2]).json()["last_seq"] == 2
    assert desk.send(token, *sent[2:]).json()["last_seq"] == 5
    elsewhere = Desk(signed_in(study.readers[0])).read(token).json()
    assert elsewhere["last_seq"] == 5
    assert elsewhere["draft"] == {
        "scores": {"stress": [3] + [None] * 16, "rest": [None] * 16 + ["NE"]},
        "fields": {"comment": "下壁?"},
    }


def test_sending_again_what_had_no_answer_changes_nothing(study, desk):
    token = desk.next()
    first, second, third = event(1), event(2, segment=2), event(3, segment=3)
    for batch in ([first, second], [first, second], [second, third], [first]):
        assert desk.send(token, *batch).status_code == 200
    assert list(Event.objects.order_by("seq").values_list("id", flat=True)) == [
        uuid.UUID(sent["id"]) for sent in (first, second, third)
    ]
    assert desk.send(token).json()["last_seq"] == 3


@pytest.mark.parametrize(
    "following",
    [
        [event(3)],  # a gap
        [event(1)],  # another act under a number that is taken
        [event(2), event(2)],
        [event(2), event(4)],
    ],
)
def test_a_gap_or_a_number_that_is_taken_is_refused_and_nothing_of_the_batch_is_kept(study, desk, following):
    token = desk.next()
    desk.send(token, event(1))
    answer = desk.send(token, *following)
    assert answer.status_code == 409
    assert answer.json()["code"] == "sequence"
    assert answer.json()["last_seq"] == 1
    assert Event.objects.count() == 1


def test_an_act_cannot_be_moved_to_another_number_or_read(study, desk, signed_in):
    token = desk.next()
    known = event(1)
    desk.send(token, known)
    assert desk.send(token, {**known, "seq": 2}).status_code == 409
    other = Desk(signed_in(study.readers[1]))
    answer = other.send(other.next(), known)
    assert answer.status_code == 409
    assert answer.json()["last_seq"] == 0
    assert Event.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (event(1, value=5), "score"),
        (event(1, value=True), "score"),
        (event(1, value="2"), "score"),
        (event(1, state="gated"), "state"),
        (event(1, segment=18), "segment"),
        (event(1, segment=0), "invalid"),
        (event(1, "field", name="arm", value="PET"), "field"),
        (event(1, "field", name="quality", value=9), "choice"),
        (event(1, "field", name="comment", value="x" * 2001), "text"),
        (event(1, "field", name="comment", value="\ud800"), "text"),
        (event(1, "view", name="table", value="x" * 2001), "invalid"),
        (event(1, "view", name="table", value="a\0"), "invalid"),
        (event(1, "view", name="table", value={"name": "gray"}), "invalid"),
        (event(1, "view", name="table", value=95.5), "invalid"),
        (event(1, "view", name="table", value="\ud800"), "invalid"),
        (event(1, "view", name="table", value="gray", segment=1), "invalid"),
        (event(1, name="also"), "invalid"),
        (event(1, "guess", name="arm", value="PET"), "invalid"),
        ({**event(1), "id": "1"}, "invalid"),
        ({**event(1), "seq": 2**40}, "invalid"),
        ({**event(1), "elapsed_ms": -1}, "invalid"),
        ({**event(1), "at": "noon"}, "invalid"),
        ({"kind": "score"}, "invalid"),
    ],
)
def test_what_does_not_fit_the_form_is_refused_in_one_sentence(study, desk, wrong, code):
    token = desk.next()
    answer = desk.send(token, wrong)
    assert answer.status_code == 400
    assert answer.json()["code"] == code
    assert answer.json()["message"]
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    "batch",
    [
        [event(1)] * 501,
        [0] * 1_000_000,
        [[[[]]]] * 1000,
        {"0": event(1)},
        "no list",
        None,
        [None],
        [event(1, value=[0] * 100_000)],
        [event(1, "field", name="artefacts", value=["motion"] * 100_000)],
        [event(1, value={"a": {"b": [1] * 10_000}})],
        [event(1, "field", name="confidence", value=True)],
        [event(1, "field", name="confidence", value=60.0)],
        [event(1, "field", name="artefacts", value=["other", "motion"])],
        [event(1, "field", name="artefacts", value=["motion", "motion"])],
        [event(1, "field", name="artefacts", value=[])],
    ],
)
def test_a_bomb_of_a_list_is_refused_shortly(study, desk, batch):
    token = desk.next()
    answer = desk.client.post(f"/api/reading/reads/{token}/events", {"events": batch}, "application/json")
    assert answer.status_code == 400
    assert len(answer.content) < 2000
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b'{"events":[{"kind":"view","value":NaN}]}',
        b'{"events":[{"kind":"score","value":Infinity}]}',
        b'{"events":' + b"[" * 100_000,
        b'{"events":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'{"events":[' + b"9" * 5000 + b"]}",
        b"\xff\xfe",
        b"",
    ],
    ids=lambda body: repr(body[:30]),
)
def test_what_is_no_json_is_refused_shortly(study, desk, body):
    answer = desk.client.post(f"/api/reading/reads/{desk.next()}/events", body, "application/json")
    assert answer.status_code == 400
    assert len(answer.content) < 2000


def test_more_than_a_full_batch_is_not_even_read(study, desk):
    sent = [event(seq, "view", name="table", value="界" * 2000) for seq in range(1, 501)]
    assert desk.send(desk.next(), *sent).json()["last_seq"] == 500
    answer = desk.client.post(
        f"/api/reading/reads/{desk.next()}/events", b" " * (8 * 2**20 + 1), "application/json"
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_one_wrong_act_in_a_batch_keeps_none_of_it(study, desk):
    assert desk.send(desk.next(), event(1), event(2, value=9)).status_code == 400
    assert not Event.objects.exists()

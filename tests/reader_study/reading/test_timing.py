"""Reading time: every stretch counts as the attention was when it began."""

from hypothesis import given
from hypothesis import strategies as st

from reader_study.reading.timing import Moment, ReadingTime, moment, reading_time


def at(seconds: float, attention: str = "") -> Moment:
    return Moment(round(seconds * 1000), attention)


def test_without_a_word_of_attention_all_time_is_active():
    assert reading_time([]) == ReadingTime(0, 0, 0)
    assert reading_time([at(1), at(4)]) == ReadingTime(4, 0, 0)


def test_a_page_that_is_opened_again_starts_its_own_stretch():
    assert reading_time([at(1), at(4), at(0.5), at(2.5)]).active == 6.5


def test_idle_and_hidden_time_is_not_active():
    seen = [
        at(0, "active"),
        at(10),
        at(70, "idle"),
        at(130, "active"),
        at(140, "hidden"),
        at(200, "active"),
        at(203),
    ]
    assert reading_time(seen) == ReadingTime(active=83, idle=60, hidden=60)


def test_a_page_that_was_hidden_and_is_opened_again_is_looked_at():
    assert reading_time([at(5, "hidden"), at(2), at(3)]) == ReadingTime(active=8, idle=0, hidden=0)


def test_a_page_counts_from_its_first_complete_picture():
    shown = Moment(20_000, shown=True)  # loaded, and the screen checked
    assert reading_time([at(0, "active"), shown, at(50)]) == ReadingTime(active=30, idle=0, hidden=0)
    again = [at(0, "active"), shown, at(50), at(0, "active"), Moment(5_000, shown=True), at(9)]
    assert reading_time(again) == ReadingTime(active=34, idle=0, hidden=0)


def test_neither_a_slow_second_opening_nor_its_check_of_the_screen_is_reading():
    crashed = [Moment(2_000, shown=True), at(2, "active"), at(10)]
    assert reading_time([*crashed, Moment(70_000, shown=True), at(70, "active"), at(75)]).active == 13


def test_the_time_between_two_computers_is_not_reading():
    here = [Moment(1_000, shown=True), at(300)]
    there = [Moment(2_000, shown=True), at(600)]
    back = [Moment(4_000_000, shown=True), at(4_000), at(4_010)]
    assert reading_time([*here, *there, *back]).active == 299 + 598 + 10


def test_only_a_view_named_shown_says_that_the_picture_is_there():
    assert moment(elapsed_ms=1, kind="view", name="shown", value="").shown
    assert not moment(elapsed_ms=1, kind="field", name="shown", value="").shown


def test_only_a_view_named_attention_speaks_of_it():
    assert moment(elapsed_ms=1, kind="view", name="attention", value="idle") == Moment(1, "idle")
    for kind, name, value in (
        ("field", "attention", "idle"),
        ("view", "table", "idle"),
        ("view", "attention", "asleep"),
        ("view", "attention", None),
        ("score", "", "NE"),
    ):
        assert moment(elapsed_ms=1, kind=kind, name=name, value=value) == Moment(1)


moments = st.lists(
    st.builds(Moment, st.integers(0, 10**7), st.sampled_from(["", "active", "idle", "hidden"])), max_size=40
)


@given(moments)
def test_no_time_is_lost_or_counted_twice(seen):
    stretches, last = 0, 0
    for now in seen:
        stretches += now.elapsed_ms - (last if now.elapsed_ms >= last else 0)
        last = now.elapsed_ms
    told = reading_time(seen)
    assert round(1000 * (told.active + told.idle + told.hidden)) == stretches
    assert min(told.active, told.idle, told.hidden) >= 0

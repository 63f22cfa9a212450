"""The bench in its tiniest form, so that it cannot rot: two directors, a report each; and that it sees faults."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench import contestants, meeting, ours
from tests.bench.databases import Places, sqlite_places
from tests.bench.events import TOKEN, reply_token
from tests.bench.line import Line
from tests.bench.load import Load, Step
from tests.bench.loop import Loop
from tests.bench.measure import Shape, percentile
from tests.bench.plan import Bar
from tests.bench.stage import first_report, play

HEAD = b"POST /v2/bot/message/reply HTTP/1.1\r\nAuthorization: Bearer " + TOKEN.encode()


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return sqlite_places(tmp_path / "base.db", lambda url: ours.prepare(url, 2))


def test_two_directors_report_through_the_procfiles_server(places: Places, tmp_path: Path) -> None:
    marks = first_report(places, tmp_path / "alone")
    two = contestants.ours("two", ours.ReportTalk(marks), places, 2)
    shape = Shape("two", directors=2, seconds=60, warm=0.01, twice=0.2, once=True)
    result, load = play(two, shape, tmp_path / "two")
    assert (result.problems, result.lost, result.double, result.wrong) == ([], 0, 0, 0)
    assert (result.talks, len(load.flights)) == (2, 2 * len(marks))
    assert result.start > 0
    assert result.memory > 0
    assert result.cpu > 0


def test_three_people_are_called_to_a_meeting_and_check_in() -> None:
    played = meeting.play(3, 0.5)
    one = next(played)
    played.close()
    assert one.holds, one.line()


@pytest.fixture
def load() -> Iterator[Load]:
    loop = Loop()
    line = Line(loop)
    yield Load(loop, line, ("127.0.0.1", 9), contestants.EchoTalk())
    loop.close()


def reply(load: Load, number: int, text: str) -> bytes:
    """Let a bot reply to the event of that number; return LINE's answer."""
    body = {"replyToken": reply_token(number), "messages": [{"type": "text", "text": text}]}
    return load.line.answer(HEAD, json.dumps(body).encode())


def test_a_token_is_good_once_and_a_second_reply_is_counted(load: Load) -> None:
    flight = load.say(1, Step("hello", "hello"), lambda: None)
    assert reply(load, 1, "hello").startswith(b"HTTP/1.1 200")
    assert reply(load, 1, "hello").startswith(b"HTTP/1.1 400")
    assert (flight.attempts, flight.wrong, flight.lost) == (2, False, False)


def test_a_reply_about_another_step_is_wrong(load: Load) -> None:
    flight = load.say(1, Step("hello", "hello"), lambda: None)
    reply(load, 1, "goodbye")
    assert flight.wrong


def test_an_event_without_a_reply_is_lost(load: Load) -> None:
    assert load.say(1, Step("hello"), lambda: None).lost


@pytest.mark.parametrize(
    ("question", "well"),
    [("learners.now", True), ("learners.next", False), ("teachers.now", False), ("more.open", False)],
)
def test_an_answer_under_another_question_is_seen(question: str, well: bool) -> None:
    assert ours.is_filed_well("ขาดเรียนบ่อยช่วงตัดอ้อย (7/1 ปัจจุบัน 2)", question) is well


def test_the_crowd_waits_at_the_99th_percentile() -> None:
    assert [percentile(list(range(100)), share) for share in (0.5, 0.99)] == [50, 99]
    assert percentile([], 0.5) == 0


def test_a_bar_is_a_least_or_a_most() -> None:
    most = Bar("webhook p50", "raingan", value=9.0, bound=10.0)
    assert (most.reached, replace(most, at_least=True).reached) == (True, False)

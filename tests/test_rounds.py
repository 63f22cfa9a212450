"""Rounds: their usual titles and days, and which of them runs."""

from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select, update

from handlers import question_file, questions, rounds
from handlers.channels import NoChannel
from handlers.rounds import BadRound, Round, current_round, open_round
from handlers.thai import today
from models.audit import audit
from models.programme import channels
from models.programme import rounds as rows
from models.store import Store

NOW = datetime(2026, 6, 22, 2, 10, tzinfo=UTC)
DUE = date(2026, 7, 22)


@pytest.fixture
def db(store: Store):
    with store.write() as db:
        for channel in ("main", "noise"):
            db.execute(insert(channels), {"id": channel, "name": channel, "created_at": NOW})
            questions.save(db, channel, question_file.parse(question_file.default()), NOW)
        yield db


def opened(db: Connection, channel: str = "main", **changed) -> int:
    usual: dict[str, Any] = {"year": 2569, "semester": 1, "title": "ปีการศึกษา 2569 ภาคเรียนที่ 1", "opens_at": NOW}
    set_id = questions.newest(db, channel)
    return open_round(db, channel, **({"due_on": DUE, "question_set_id": set_id, "now": NOW} | usual | changed))


def running(db: Connection, now: datetime) -> Round:
    found = current_round(db, "main", now)
    assert found is not None
    return found


class TestUsual:
    @pytest.mark.parametrize(
        ("day", "title"),
        [
            (date(2026, 5, 15), "ปีการศึกษา 2568 ภาคเรียนที่ 2"),
            (date(2026, 5, 16), "ปีการศึกษา 2569 ภาคเรียนที่ 1"),
            (date(2026, 10, 11), "ปีการศึกษา 2569 ภาคเรียนที่ 1"),
            (date(2026, 10, 31), "ปีการศึกษา 2569 ภาคเรียนที่ 1"),
            (date(2026, 11, 1), "ปีการศึกษา 2569 ภาคเรียนที่ 2"),
            (date(2027, 1, 5), "ปีการศึกษา 2569 ภาคเรียนที่ 2"),
            (date(2027, 4, 1), "ปีการศึกษา 2569 ภาคเรียนที่ 2"),
        ],
    )
    def test_title(self, day, title):
        assert rounds.label(*rounds.school_term(day)) == title

    @given(st.integers(0, 24 * 365 * 50))
    def test_due_day_is_a_weekday_thirty_to_thirty_two_days_on(self, hours: int):
        opens_at = NOW + timedelta(hours=hours)
        due = rounds.usual_due(opens_at)
        assert due.weekday() < 5
        assert 30 <= (due - today(opens_at)).days <= 32

    def test_days_are_those_of_thailand(self):
        assert rounds.usual_due(datetime(2026, 6, 1, 18, tzinfo=UTC)) == date(2026, 7, 2)


class TestOpening:
    def test_pins_the_question_set_and_leaves_a_trail(self, db):
        opened(db)
        newer = question_file.parse(question_file.default().replace("version: 1", "version: 2"))
        questions.save(db, "main", newer, NOW)
        now = running(db, NOW)
        assert (now.questions_version, now.due_on) == (1, DUE)
        assert questions.load(db, now.question_set_id, now.questions_digest).version == 1
        assert db.scalars(select(audit.c.action).where(audit.c.channel_id == "main")).all() == ["round.opened"]

    @pytest.mark.parametrize(
        ("changed", "why"),
        [
            ({"due_on": date(2026, 6, 21)}, "before it opens"),
            ({"due_on": date(2026, 6, 21), "opens_at": NOW - timedelta(days=9)}, "past"),
            ({"year": 2026}, "Buddhist"),
            ({"semester": 4}, "semester 4"),
            ({"title": "  "}, "title"),
            ({"title": "ก" * 201}, "title"),
        ],
    )
    def test_refuses_what_makes_no_sense(self, db, changed, why):
        with pytest.raises(BadRound, match=why):
            opened(db, **changed)

    def test_may_be_due_on_the_day_it_opens(self, db):
        opened(db, due_on=date(2026, 6, 22))

    @pytest.mark.parametrize(("shift", "fits"), [(-31, True), (-30, False), (0, False), (30, False), (31, True)])
    def test_refuses_overlap_to_the_day(self, db, shift, fits):
        opened(db)
        shifted, early = timedelta(days=shift), NOW - timedelta(days=60)
        with nullcontext() if fits else pytest.raises(BadRound, match="overlaps"):
            opened(db, title="อื่น", opens_at=NOW + shifted, due_on=DUE + shifted, now=early)

    def test_refuses_the_same_title_twice(self, db):
        opened(db)
        with pytest.raises(BadRound, match="already"):
            opened(db, opens_at=NOW + timedelta(days=90), due_on=DUE + timedelta(days=90))

    def test_another_province_is_no_matter(self, db):
        theirs = opened(db, "noise")
        assert current_round(db, "main", NOW) is None
        with pytest.raises(BadRound, match="no question set"):
            opened(db, question_set_id=questions.newest(db, "noise"))
        assert opened(db) != theirs

    def test_an_unknown_province_is_refused(self, db):
        with pytest.raises(NoChannel, match="elsewhere"):
            opened(db, "elsewhere", question_set_id=1)


class TestRunning:
    def test_a_round_runs_on_after_its_day_until_the_next_or_its_close(self, db):
        first = opened(db, opens_at=NOW + timedelta(days=1))
        assert current_round(db, "main", NOW) is None
        assert {running(db, NOW + timedelta(days=later)).id for later in (1, 31, 90)} == {first}
        second = opened(db, title="สอง", opens_at=NOW + timedelta(days=100), due_on=DUE + timedelta(days=100))
        assert running(db, NOW + timedelta(days=100)).id == second
        assert [one.id for one in rounds.listed(db, "main")] == [first, second]
        db.execute(update(rows).values(closed_at=NOW + timedelta(days=101)))
        assert current_round(db, "main", NOW + timedelta(days=102)) is None

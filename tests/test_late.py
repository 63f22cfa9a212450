"""The worker was away for two days: what comes late is said once, at an hour that is polite."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers import late, notices, working_days
from handlers.outbox import Words
from handlers.thai import BANGKOK
from models.outbox import outbox as rows
from models.people import people
from tests.province import MAIN, NOISE, Province


def at(when: str) -> datetime:
    return datetime.fromisoformat(f"{when}+07:00")


def told(province, words, when):
    """Tell a director something that is due at a moment, and return the row's number."""
    director = next(iter(province.people.values()))
    number = next(row.id for row in province.rows(people) if row.line_user_id == director.user)
    with province.store.write() as db:
        notices.tell(
            db,
            channel=director.channel,
            person=number,
            recipient=director.user,
            once=words,
            words=Words([{"type": "text", "text": words}], [None]),
            now=when,
            push_at=when,
        )
    return next(row.id for row in province.rows(rows) if row.once_key == words)


def put_off(province, when):
    with province.store.write() as db:
        return late.put_off(db, when)


def due_at(province, row):
    return next(one.due_at for one in province.rows(rows) if one.id == row)


def test_what_was_due_on_friday_is_found_on_sunday_and_said_on_monday(province):
    row = told(province, "แจ้งเตือน", at("2026-01-09T10:00"))
    assert put_off(province, at("2026-01-11T09:00")) == 1
    assert due_at(province, row) == at("2026-01-12T07:30")
    assert put_off(province, at("2026-01-11T09:01")) == 0
    assert put_off(province, at("2026-01-12T07:30")) == 0
    assert due_at(province, row) == at("2026-01-12T07:30")


def test_in_hours_in_which_we_speak_first_nothing_is_put_off(province):
    row = told(province, "แจ้งเตือน", at("2026-01-09T10:00"))
    assert put_off(province, at("2026-01-12T09:00")) == 0
    assert due_at(province, row) == at("2026-01-09T10:00")


def test_what_was_meant_for_the_evening_is_said_in_the_evening(province):
    row = told(province, "พรุ่งนี้สองทุ่ม", at("2026-01-09T20:00"))
    assert put_off(province, at("2026-01-09T20:01")) == 0
    assert due_at(province, row) == at("2026-01-09T20:00")


def test_what_was_begun_is_finished(province):
    row = told(province, "แจ้งเตือน", at("2026-01-09T17:59"))
    with province.store.write() as db:
        db.execute(rows.update().where(rows.c.id == row).values(begun_at=at("2026-01-09T17:59"), tries=1))
    assert put_off(province, at("2026-01-09T18:01")) == 0


def test_a_day_off_of_one_province_is_kept_there_and_nowhere_else(province):
    row = told(province, "แจ้งเตือน", at("2026-01-13T17:00"))
    with province.store.write() as db:
        working_days.add(db, NOISE, at("2026-01-14T09:00").date(), "งานประจำจังหวัด", at("2026-01-12T09:00"))
        assert late.is_rest(db, at("2026-01-14T09:00"))
        assert not late.is_rest(db, at("2026-01-15T09:00"))
    assert put_off(province, at("2026-01-14T09:00")) == 1, "he is of the noisy province"
    assert due_at(province, row) == at("2026-01-15T07:30")
    with province.store.read() as db:
        assert working_days.of(db, MAIN).allows(at("2026-01-14T09:00"))


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1), timezones=st.just(BANGKOK))  # noqa: DTZ001


# The province is emptied for each.
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(due=MOMENTS, away=st.timedeltas(timedelta(0), timedelta(days=5)))
def test_whatever_comes_late_is_said_when_it_may_be_or_when_it_was_meant_to_be(province_of, due, away):
    province = province_of()
    row = told(province, "แจ้งเตือน", due)
    now = due + away
    put_off(province, now)
    then = max(due_at(province, row), now)
    days = working_days.NATIONAL
    assert days.allows(then) or not days.allows(due)
    assert then == now or then == days.polite(now)


@pytest.fixture
def province_of(store, now):
    """Return a function that empties the outbox of the one province."""
    province = Province(store, now)

    def empty():
        with store.write() as db:
            db.execute(rows.delete())
        return province

    return empty

"""What time makes due, with a clock that is set back, several that look, and nobody there for two days."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from random import Random
from threading import Barrier

import pytest

from handlers import due, invites
from models.outbox import Sending
from models.outbox import outbox as rows
from models.people import Role
from models.reminders import reminders
from models.store import Store
from tests.province import MAIN, Province

HOUR = timedelta(hours=1)
FIRST, LAST = (datetime.fromisoformat(f"2026-{day}T00:00+07:00") for day in ("01-19", "02-11"))
"""The round of the province is due on 4 February: the ladder's rungs and four Mondays lie between."""


@pytest.fixture
def new_province(new_store: Callable[[], Store], now: datetime) -> Callable[[], Province]:
    """Return a function that makes a province with one of each whom time concerns."""

    def make() -> Province:
        province = Province(new_store(), now)
        province.director()
        province.verifier()
        with province.store.write() as db:
            code = invites.create(db, MAIN, role=Role.COORDINATOR, now=province.now)
        province.person("นางสาวประสาน งานสมมติ").says(code).says("ใช่").says("รับทราบ")
        return province

    return make


def hours() -> Iterator[datetime]:
    """Return the hours of these weeks in which anything may come; nothing is said at night."""
    at = FIRST
    while at < LAST:
        if 6 <= at.hour < 20:
            yield at
        at += HOUR


def looks(province: Province, now: datetime) -> None:
    """Let the worker write what is due, and say it."""
    with province.store.write() as db:
        due.queue_due(db, now)
        is_due = (rows.c.state == Sending.QUEUED, rows.c.due_at <= now)
        db.execute(rows.update().where(*is_due).values(state=Sending.SENT, sent_at=now))


def said(province: Province, kind: str) -> Counter[tuple[int, str]]:
    """Return whom the worker told what of a kind, and how often: the first words stand for all."""
    found = [row for row in province.rows(rows) if row.once_key.startswith(kind)]
    return Counter((row.person_id, str(row.messages)) for row in found)


def reminded(province: Province) -> list[tuple[str, str, int, str]]:
    return sorted((row.kind, row.subject, row.person_id, row.slot) for row in province.rows(reminders))


def digested(province: Province) -> set[str]:
    """Return the days of the digests that were said."""
    keys = [row.once_key for row in province.rows(rows) if row.once_key.startswith("digest:")]
    assert len(keys) == len(set(keys))
    return {key.split(":")[2] for key in keys}


def test_an_hour_that_comes_twice_says_nothing_twice(new_province: Callable[[], Province]) -> None:
    straight, moved, chance = new_province(), new_province(), Random(20260119)
    for now in hours():
        looks(straight, now)
        looks(moved, now)
        if chance.random() < 0.3:
            looks(moved, now - HOUR)
    assert len(reminded(straight)) > 5
    assert reminded(moved) == reminded(straight)
    assert said(moved, "remind:") == said(straight, "remind:")
    assert digested(moved) == digested(straight) >= {"2026-01-19", "2026-01-26", "2026-02-02", "2026-02-09"}


def test_two_leaders_at_once_say_nothing_twice(new_province: Callable[[], Province]) -> None:
    straight, doubled = new_province(), new_province()
    for now in (FIRST + timedelta(days=day, hours=hour) for day in range(23) for hour in (8.5, 9)):
        looks(straight, now)
        together = Barrier(2, timeout=10)
        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(_plans, doubled, now, together) for _ in range(2)]:
                done.result()
        looks(doubled, now)
    assert len(reminded(straight)) > 5
    assert reminded(doubled) == reminded(straight)
    assert said(doubled, "remind:") == said(straight, "remind:")
    assert digested(doubled) == digested(straight)


def _plans(province: Province, now: datetime, together: Barrier) -> None:
    together.wait()
    with province.store.write() as db:
        due.queue_due(db, now)


def test_after_two_days_without_a_worker_a_reminder_still_comes_and_a_digest_is_left_out(
    new_province: Callable[[], Province],
) -> None:
    straight, away = new_province(), new_province()
    for now in hours():
        looks(straight, now)
        if not any(gone <= now < back for gone, back in AWAY):
            looks(away, now)
    assert digested(straight) - digested(away) == {"2026-01-26"}
    assert {row[:3] for row in reminded(away)} == {row[:3] for row in reminded(straight)}
    assert set(reminded(away)) < set(reminded(straight)), "a rung less: nobody is reminded twice in three working days"
    first = min(row.sent_at for row in away.rows(rows) if row.once_key.startswith("remind:"))
    assert first == datetime.fromisoformat("2026-01-30T09:00+07:00")


AWAY = [
    (datetime.fromisoformat("2026-01-25T00:00+07:00"), datetime.fromisoformat("2026-01-27T06:00+07:00")),
    (datetime.fromisoformat("2026-01-28T00:00+07:00"), datetime.fromisoformat("2026-01-30T06:00+07:00")),
]
"""Over a Monday, whose digest is no news on Tuesday; and from the day of the first rung on."""

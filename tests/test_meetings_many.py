"""A meeting of thousands: one card, a few calls to LINE, and quick."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

import pytest
from sqlalchemy import insert

from bot.delivery import Delivery
from bot.line.answers import Sent
from handlers import meetings, meetings_calling, meetings_changes, meetings_telling
from models.people import Role, agencies, memberships, people, schools
from models.store import Store
from tests.delivery_scene import FakeLine, Scene
from tests.meeting_scene import HOUR, draft
from tests.province import MAIN

MANY = 2681
"""As many as took part in the forum online."""


class Cards(FakeLine):
    """A LINE that hears cards as well."""

    def _accept(self, to: str, messages: Sequence[dict[str, Any]]) -> Sent:
        return super()._accept(to, [{"text": message.get("altText", message.get("text"))} for message in messages])


@pytest.fixture
def scene(store: Store) -> Iterator[Scene]:
    scene = Scene(store)
    scene.line = Cards(scene.clock)
    scene.web, scene.worker = (Delivery(store, scene.line, scene.clock, threads=0) for _ in range(2))
    yield scene
    assert max(Counter(scene.line.said).values()) == 1


def crowd(store: Store, now: datetime, many: int) -> None:
    """Let as many directors of as many schools have joined."""
    with store.write() as db:
        made = insert(agencies).values(channel_id=MAIN, name="สพป.สมมติ").returning(agencies.c.id)
        office = db.execute(made).scalar_one()
        numbers = range(1, many + 1)
        code = "10319{:05}".format
        db.execute(
            insert(schools),
            [
                {
                    "id": n,
                    "channel_id": MAIN,
                    "agency_id": office,
                    "code": code(n),
                    "name": f"โรงเรียน {n}",
                    "district": "ก",
                }
                for n in numbers
            ],
        )
        db.execute(
            insert(people),
            [{"id": n, "channel_id": MAIN, "line_user_id": f"U{n:032x}", "created_at": now} for n in numbers],
        )
        db.execute(
            insert(memberships),
            [
                {"channel_id": MAIN, "person_id": n, "school_id": n, "role": Role.DIRECTOR, "since": now}
                for n in numbers
            ],
        )


def test_a_call_to_2681_people_is_quick_and_six_multicasts(scene: Scene) -> None:
    store, now = scene.store, scene.clock()
    scene.line.allowed = 35_000
    crowd(store, now, MANY)
    with store.write() as db:
        starts = now + timedelta(days=20)
        usual = draft(starts_at=starts, ends_at=starts + HOUR, urgent=True)
        number = meetings_calling.make(db, MAIN, usual, None, None, now)
    began = perf_counter()
    with store.write() as db:
        assert meetings_calling.call(db, MAIN, number, None, now)
    assert perf_counter() - began < 3
    while scene.worker.deliver_due():
        scene.worker.run_until_idle()
    assert [len(to) for _, to in scene.line.cast] == [500] * 5 + [181]
    assert scene.line.calls.count("push") == 0
    assert scene.line.billed == MANY
    began = perf_counter()
    with store.write() as db:
        assert meetings_changes.change(db, MAIN, number, replace(usual, place="ห้องอื่น"), None, now) == 2
    assert perf_counter() - began < 3
    while scene.worker.deliver_due():
        scene.worker.run_until_idle()
    assert len(scene.line.cast) == 12
    with store.read() as db:
        company = meetings_telling.company(db, meetings.found(db, MAIN, number) or pytest.fail("gone"), now)
    assert len(company.hearers) == len(company.schools) == MANY

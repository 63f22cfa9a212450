"""Pushes: what LINE's two kinds of 429 mean, what a crash leaves unknown, what trouble of the database does not."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.exc import OperationalError

from bot.delivery import Delivery
from bot.sending import KEY_LIFE, Errand, Outcome
from handlers import claims, outbox, quota
from handlers.outbox import LEASE, Fate
from models.outbox import Policy, Priority, Sending
from models.outbox import outbox as rows
from models.outbox import quota as months
from models.outbox import rates as table_of_rates
from models.programme import MAIN
from models.store import Store
from tests.delivery_scene import CUT, LIMIT, LOST, OK, RATE, START, UNREACHED, Scene

SENT, HELD, QUEUED = Sending.SENT, Sending.HELD, Sending.QUEUED


@pytest.fixture
def scene(store: Store) -> Iterator[Scene]:
    scene = Scene(store)
    yield scene
    assert all(times == 1 for times in scene.line.times().values())


def ours(scene: Scene) -> int | None:
    with scene.store.read() as db:
        return db.execute(select(months.c.ours)).scalar()


def told(scene: Scene, many: int, **how: Any) -> list[int]:
    return [scene.tells(scene.person(), f"เรื่องที่ {number} {how}", **how) for number in range(many)]


def states(scene: Scene, numbers: list[int]) -> list[str]:
    return [scene.row(number).state for number in numbers]


# --- 429


def test_too_fast_pauses_the_whole_channel_and_then_all_is_said(scene: Scene) -> None:
    numbers = told(scene, 5)
    scene.line.moods.extend([OK, RATE])
    scene.works()
    assert scene.line.calls == ["quota", "push"]
    scene.passes(0.9, web=False, step=0.3)
    assert scene.line.calls == ["quota", "push"]
    scene.passes(5, web=False)
    assert states(scene, numbers) == [SENT] * 5
    assert ours(scene) == scene.line.billed == 5


def test_a_pause_keeps_no_reply_waiting(scene: Scene) -> None:
    told(scene, 2)
    scene.line.moods.extend([OK, RATE])
    scene.works()
    reply = scene.says(scene.person(), "บันทึกแล้ว")
    assert scene.row(reply).state == SENT


def test_a_used_up_month_is_asked_for_once_and_not_again_until_line_is_asked(scene: Scene) -> None:
    first = told(scene, 4)
    scene.line.moods.extend([OK, LIMIT])
    scene.works()
    assert states(scene, first) == [HELD] * 4
    later = told(scene, 4, priority=Priority.MEETING)
    scene.passes(3500, web=False, step=100)
    assert scene.line.calls == ["quota", "push"]
    assert states(scene, later) == [QUEUED] * 4
    assert ours(scene) == 0
    with scene.store.write() as db:
        quota.learn(db, MAIN, scene.clock(), allowed=300, used=300)
    scene.works()
    assert states(scene, later) == [HELD] * 4
    assert scene.line.calls == ["quota", "push"]


def test_what_a_closed_month_may_have_taken_is_asked_about_later(scene: Scene) -> None:
    (one,) = told(scene, 1)
    scene.line.moods.extend([OK, CUT])
    scene.works()
    (other,) = told(scene, 1, priority=Priority.MEETING)
    scene.line.moods.append(LIMIT)
    scene.works()
    scene.passes(60, web=False)
    assert states(scene, [one, other]) == [QUEUED, HELD]
    with scene.store.write() as db:
        quota.learn(db, MAIN, scene.clock(), allowed=300, used=1)
    scene.passes(700, web=False, step=50)
    assert scene.row(one).state == SENT
    assert ours(scene) == scene.line.billed == 1


# --- what is not known after a crash


@pytest.mark.parametrize("mood", [CUT, LOST])
def test_a_key_that_line_forgot_is_not_used_again(scene: Scene, mood: str) -> None:
    (one,) = told(scene, 1)
    scene.line.moods.extend([OK, mood])
    scene.works()
    scene.worker = Delivery(scene.store, scene.line, scene.clock, threads=0)
    scene.clock.passes(KEY_LIFE.total_seconds() + 3600)  # the worker was down
    scene.works()
    assert (scene.row(one).state, scene.line.calls) == (HELD, ["quota", "push"])
    assert "perhaps said" in scene.row(one).error


def test_what_nobody_tried_is_pushed_however_long_the_worker_was_down(scene: Scene) -> None:
    numbers = told(scene, 2)
    scene.worker.deliver_due()
    scene.worker.stop()  # before anything was tried
    scene.worker = Delivery(scene.store, scene.line, scene.clock, threads=0)
    scene.clock.passes(48 * 3600)
    scene.works()
    assert states(scene, numbers) == [SENT, SENT]
    assert ours(scene) == scene.line.billed == 2


def test_a_killed_process_is_not_paid_for_twice(scene: Scene) -> None:
    numbers = told(scene, 3)
    scene.worker.deliver_due()
    scene.worker = Delivery(scene.store, scene.line, scene.clock, threads=0)
    scene.passes(LEASE.total_seconds() + 2, web=False)
    assert states(scene, numbers) == [SENT] * 3
    assert ours(scene) == scene.line.billed == 3


def test_who_visits_does_not_hear_again_what_a_killed_process_may_have_pushed(scene: Scene) -> None:
    person = scene.person()
    number = scene.tells(person, "ผลการตรวจ")
    scene.works()
    with scene.store.write() as db:  # it was killed before it wrote that down
        db.execute(rows.update().where(rows.c.id == number).values(state=QUEUED, lease_until=scene.clock()))
    scene.says(person, "สวัสดี")
    assert scene.line.times()["ผลการตรวจ"] == 1
    scene.works()
    assert (scene.row(number).state, scene.line.times()["ผลการตรวจ"]) == (SENT, 1)


# --- trouble of the database is no trouble of LINE's


def test_trouble_of_the_database_before_a_call_makes_nothing_unsure(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = scene.writes(scene.person(), "แจ้งเตือน", policy=Policy.PUSH, token=False)
    take = scene.web._sender.budget.take
    trouble = OperationalError("SELECT 1", {}, _Locked("database is locked"))

    def broken(given: Any) -> Any:
        monkeypatch.setattr(scene.web._sender.budget, "take", take)
        raise trouble

    monkeypatch.setattr(scene.web._sender.budget, "take", broken)
    errand = Errand(row, scene.clock())
    outcome = scene.web._sender.send(errand)
    assert (outcome.fate, outcome.again is not None, errand.unsure) == (None, True, False)
    assert outcome.again is not None
    assert not outcome.again.unsure
    assert scene.line.calls == []


class _Locked(Exception):
    """Stands for the driver's own."""


_Locked.__name__, _Locked.__module__ = "OperationalError", "sqlite3"


def test_a_row_that_cannot_be_marked_strands_nobody(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    person = scene.person()
    mark, broken = outbox.mark, [True]

    def odd(db: Any, fates: Any, *more: Any) -> None:
        fates = list(fates)
        if broken and any(fate.state == QUEUED for fate in fates):
            raise ValueError("this cannot be written")
        mark(db, fates, *more)

    monkeypatch.setattr(outbox, "mark", odd)
    scene.line.moods.append(UNREACHED)
    first, second = scene.says(person, "หนึ่ง"), scene.says(person, "สอง")
    scene.clock.passes(1)
    scene.web.run_until_idle()
    broken.clear()
    scene.passes(25)
    assert scene.states([first, second]) == [SENT, SENT]
    assert len(scene.web._lines) == 0


def test_a_refund_is_written_with_the_row(scene: Scene) -> None:
    (one,) = told(scene, 1)
    with scene.store.write() as db:
        quota.learn(db, MAIN, scene.clock(), allowed=300, used=0)
        (row,) = claims.claim_due(db, scene.worker.owner, scene.clock()).rows
    assert (row.paid_in, row.tried) == ("2026-01", False)
    errand = Errand(row, scene.clock())
    fate = Fate(one, HELD, scene.clock(), 1, "for a reason", unpaid=True)
    scene.worker._marker.put(Outcome(errand, fate, refund=True))
    scene.worker.run_until_idle()
    assert (scene.row(one).paid_in, ours(scene)) == (None, 0)


# --- classes


@given(
    allowed=st.integers(0, 400),
    used=st.integers(0, 400),
    asked=st.lists(st.tuples(st.sampled_from(list(Priority)), st.integers(1, 60)), max_size=12),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_class_ever_takes_what_is_kept_for_dearer_ones(
    store: Store, allowed: int, used: int, asked: list[tuple[Priority, int]]
) -> None:
    scene = Scene(store)
    with store.write() as db:
        db.execute(delete(months))
        quota.learn(db, MAIN, START, allowed=allowed, used=used)
        for priority, many in asked:
            before = scene_used(db)
            granted = quota.take(db, MAIN, START, many=many, priority=priority) or 0
            assert 0 <= granted <= many
            assert scene_used(db) == before + granted
            limit = allowed * quota.SHARES[priority] // 100
            assert granted == 0 or before + granted <= limit
            assert granted == many or before + granted >= limit
    assert scene.line.calls == []


def scene_used(db: Any) -> int:
    return int(db.execute(select(months.c.used)).scalar_one())


def test_shares_fall_from_class_to_class() -> None:
    shares = [quota.SHARES[one] for one in quota.CLASSES]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] == 100


def test_the_dearest_class_is_claimed_first(scene: Scene) -> None:
    cheap = told(scene, 3, priority=Priority.ANNOUNCEMENT)
    dear = told(scene, 2, priority=Priority.MEETING_CHANGE)
    with scene.store.write() as db:
        quota.learn(db, MAIN, scene.clock(), allowed=None, used=0)
        claimed = claims.claim_due(db, "worker", scene.clock(), 2)
    assert {row.id for row in claimed.rows} == set(dear)
    assert claimed.full
    assert states(scene, cheap) == [QUEUED] * 3


def test_nothing_is_pushed_while_line_does_not_tell_the_plan(scene: Scene) -> None:
    numbers = told(scene, 30)
    scene.line.moods.extend([UNREACHED] * 3)
    scene.passes(9, web=False)
    assert scene.line.calls == ["quota"]
    assert states(scene, numbers) == [QUEUED] * 30
    scene.passes(60, web=False)
    assert states(scene, numbers) == [SENT] * 30
    with scene.store.read() as db:
        assert db.execute(select(table_of_rates.c.paused_until)).scalar() is None


def test_a_month_that_changes_while_rows_wait_pays_from_the_new_one(scene: Scene) -> None:
    numbers = told(scene, 2)
    scene.clock.at += timedelta(days=40)
    scene.works()
    with scene.store.read() as db:
        paid = dict(db.execute(select(months.c.month, months.c.ours)).all())
    assert states(scene, numbers) == [SENT, SENT]
    assert paid == {"2026-02": 2}

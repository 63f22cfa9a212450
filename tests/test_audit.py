"""The trail: each row is sealed with the one before it, so that nobody can change what was done, not even we."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from bot.cli import cli
from handlers.audit import Trail, note, verify
from models.audit import audit
from models.programme import MAIN, channels
from models.store import Store

OTHER = "other"


@pytest.fixture
def trail(store: Store, now: datetime) -> Store:
    """A database with two channels whose trails are written by turns, five rows each."""
    return written(store, now, 5)


def written(store: Store, now: datetime, rows: int) -> Store:
    with store.write() as db:
        for channel in (MAIN, OTHER):
            db.execute(insert(channels), {"id": channel, "name": channel, "created_at": now})
        for number in range(rows):
            for channel in (MAIN, OTHER):
                note(db, channel, "report.viewed", now + timedelta(seconds=number), report=number, topic="๑", why=None)
    return store


def checked(store: Store, channel: str = MAIN, seal: str | None = None) -> Trail:
    with store.read() as db:
        return verify(db, channel, seal)


def ids(store: Store, channel: str = MAIN) -> list[int]:
    with store.read() as db:
        return list(db.scalars(select(audit.c.id).where(audit.c.channel_id == channel).order_by(audit.c.id)))


def change(store: Store, row: int, **values: Any) -> None:
    with store.write() as db:
        db.execute(update(audit).where(audit.c.id == row).values(**values))


def test_a_trail_that_nobody_touched_fits(trail: Store) -> None:
    found = checked(trail)
    assert (found.rows, found.broken) == (5, None)
    assert len(found.newest) == 64
    assert found.newest != checked(trail, OTHER).newest, "each channel has a chain of its own"


@pytest.mark.parametrize(
    "values",
    [
        {"action": "report.verified"},
        {"detail": {"report": 7}},
        {"person_id": None, "detail": {"report": 2, "topic": "1", "why": None}},
        {"channel_id": OTHER},
        {"hash": None},
        {"hash": "0" * 64},
    ],
)
def test_a_changed_row_is_found(trail: Store, values: dict[str, Any]) -> None:
    third, fourth = ids(trail)[2:4]
    change(trail, third, **values)
    moved_away = "channel_id" in values
    assert checked(trail) == Trail(2, checked(trail).newest, fourth if moved_away else third, True)
    assert checked(trail, OTHER).broken == (third if moved_away else None)


def test_a_changed_time_is_found(trail: Store, now: datetime) -> None:
    change(trail, ids(trail)[0], at=now - timedelta(microseconds=1))
    assert checked(trail).broken == ids(trail)[0]


def test_a_deleted_row_is_found_by_the_one_behind_it(trail: Store) -> None:
    rows = ids(trail)
    with trail.write() as db:
        db.execute(delete(audit).where(audit.c.id == rows[1]))
    assert checked(trail).broken == rows[2]


def test_an_inserted_row_is_found(trail: Store, now: datetime) -> None:
    row = {"id": 0, "channel_id": MAIN, "action": "report.viewed", "detail": {}, "at": now}
    with trail.write() as db:
        db.execute(insert(audit), row)
    assert checked(trail).broken == ids(trail)[1], "even where it claims to be from before the chain"


def test_two_rows_that_changed_places_are_found(trail: Store) -> None:
    rows = ids(trail)
    for row, to in ((rows[1], 9001), (rows[2], rows[1]), (9001, rows[2])):
        change(trail, row, id=to)
    assert checked(trail).broken == rows[1]


def test_rows_cut_off_at_the_end_are_found_with_a_seal_noted_before(trail: Store) -> None:
    seal = checked(trail).newest
    assert checked(trail, seal=seal).held
    with trail.write() as db:
        db.execute(delete(audit).where(audit.c.id == ids(trail)[-1]))
    assert checked(trail).broken is None
    assert not checked(trail, seal=seal).held


def test_rows_from_before_the_chain_are_covered_by_its_first(trail: Store, now: datetime) -> None:
    with trail.write() as db:
        db.execute(update(audit).values(hash=None))
    assert checked(trail).broken is None
    with trail.write() as db:
        note(db, MAIN, "round.closed", now, round=1)
    assert (checked(trail).rows, checked(trail).broken) == (6, None)
    change(trail, ids(trail)[1], action="round.opened")
    assert checked(trail).broken == ids(trail)[-1]


details = st.dictionaries(st.text(max_size=8), st.none() | st.integers(-(2**53), 2**53) | st.text(max_size=20))
deeds = st.lists(st.tuples(st.sampled_from([MAIN, OTHER]), st.text(min_size=1, max_size=40), details), max_size=12)
tamperings = st.sampled_from(["change", "delete", "insert", "swap"])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=deeds, tampering=tamperings, data=st.data())
def test_whatever_is_done_to_any_trail_is_found(
    new_store: Callable[[], Store], deeds: list[Any], tampering: str, data: st.DataObject
) -> None:
    store, now = new_store(), datetime.fromisoformat("2026-01-05T02:10:00Z")
    written(store, now, 3)
    with store.write() as db:
        for number, (channel, action, detail) in enumerate(deeds):
            row = {f"d{key.encode().hex()}": value for key, value in detail.items()}
            note(db, channel, action, now + timedelta(minutes=number), **row)
    whole = ids(store)
    assert checked(store).broken is None
    at = data.draw(st.integers(0, len(whole) - 2))
    tamper(store, tampering, whole, at, now)
    found = checked(store).broken
    assert found is not None
    assert found in ids(store)[at : at + 2]
    assert checked(store, OTHER).broken is None


def tamper(store: Store, how: str, whole: list[int], at: int, now: datetime) -> None:
    if how == "change":
        change(store, whole[at], detail={"changed": 1})
    elif how == "delete":
        with store.write() as db:
            db.execute(delete(audit).where(audit.c.id == whole[at]))
    elif how == "swap":
        for row, to in ((whole[at], 9001), (whole[at + 1], whole[at]), (9001, whole[at + 1])):
            change(store, row, id=to)
    else:
        for row in reversed(whole[at:]):
            change(store, row, id=row + 1000)
        with store.write() as db:
            made_up = {"channel_id": MAIN, "action": "made.up", "detail": {}, "at": now, "hash": "f" * 64}
            db.execute(insert(audit), {"id": whole[at]} | made_up)


def test_two_who_write_at_once_are_chained_one_behind_the_other(trail: Store, now: datetime) -> None:
    def write(who: int) -> None:
        for number in range(5):
            with trail.write() as db:
                note(db, MAIN, f"writer.{who}", now, number=number)

    threads = [threading.Thread(target=write, args=(who,)) for who in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert (checked(trail).rows, checked(trail).broken) == (15, None)


def test_who_writes_second_waits_for_the_first_to_commit(trail: Store, now: datetime) -> None:
    begun = threading.Event()

    def second() -> None:
        begun.set()
        with trail.write() as db:
            note(db, MAIN, "second", now)

    thread = threading.Thread(target=second)
    with trail.write() as db:
        note(db, MAIN, "first", now)
        thread.start()
        begun.wait()
        thread.join(0.2)
        assert thread.is_alive()
    thread.join(10)
    assert (checked(trail).rows, checked(trail).broken) == (7, None)


# The command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def run(new_store: Callable[[], Store], now: datetime, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run `audit` on a trail of five rows whose third may be changed."""

    def run(*words: str, changed: bool = False) -> Result:
        store = written(new_store(), now, 5)
        if changed:
            change(store, ids(store)[2], action="made.up")
        url = store.url
        for name, value in {"RAINGAN_ENV": "test", "DATABASE_URL": url, "PUBLIC_URL": "https://x.example"}.items():
            monkeypatch.setenv(name, value)
        return CliRunner().invoke(cli, ["audit", *words])

    return run


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_command_lists_and_verifies(run: Callable[..., Result]) -> None:
    listed = run("--last", "2").output.splitlines()
    assert len(listed) == 2
    assert "2026-01-05 09:10:04" in listed[1]
    assert '"report": 4' in listed[1]
    fits = run("--verify")
    assert (fits.exit_code, "All 5 rows fit" in fits.output) == (0, True)
    broken = run("--verify", changed=True)
    assert (broken.exit_code, "Row 5 does not fit" in broken.output) == (1, True)
    cut = run("--verify", "--seal", "a" * 64)
    assert (cut.exit_code, "cut off" in cut.output) == (1, True)
    assert run("--seal", "a" * 64).exit_code == 2

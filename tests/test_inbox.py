"""The front door in trouble: an event whose handler raises is kept, told, retried, parked and replayed."""

import pytest
from sqlalchemy import select

from handlers import kept
from handlers.heard import Heard, Kind
from handlers.inbox import receive
from handlers.kept import RetryFailed, keep_failed, note_failed, replay, retry_due
from handlers.verbs import VERBS
from models.inbox import Kept
from models.inbox import inbox as table
from models.outbox import Sending, outbox
from tests.province import MAIN, Person, Province

WORDS = "นักเรียนอ่านคล่องขึ้นมาก จาก 20 เป็น 31 คน"


@pytest.fixture
def warunee(province: Province) -> Person:
    return province.director().says("รายงาน")


class Broken(Exception):
    """What a bug raises."""


@pytest.fixture
def bug(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Break the verb that keeps an answer."""

    def broken(_: object) -> None:
        raise Broken("ผอ. วารุณี พูดว่า ความลับ")

    monkeypatch.setitem(VERBS, "answer", broken)
    return monkeypatch


def bubble(province: Province, person: Person) -> Heard:
    province.later(seconds=1)
    return Heard(
        id="bubble",
        kind=Kind.TEXT,
        at=province.now,
        user=person.user,
        token="t-bubble",
        text=WORDS,
        message_id="m-bubble",
        raw={"words": WORDS},
    )


def fail(province: Province, heard: Heard) -> None:
    """Do what the webhook does when applying an event raises."""
    with pytest.raises(Broken), province.store.write() as db:
        receive(db, MAIN, heard, province.house, province.now)
    with province.store.write() as db:
        said = keep_failed(db, MAIN, heard, province.house, "Broken", province.now)
    assert [one.messages[0]["text"] for one in said] == ["ได้รับข้อความแล้ว กำลังบันทึกให้ จะแจ้งผลอีกครั้ง"]


def state(province: Province) -> tuple[str, int]:
    with province.store.read() as db:
        row = db.execute(select(table.c.state, table.c.tries).where(table.c.event_id == "bubble")).one()
    return row.state, row.tries


def try_again(province: Province, heard: Heard) -> bool:
    """Do what the worker does at a tick; return whether something was applied."""
    try:
        with province.store.write() as db:
            return retry_due(db, province.house, province.now, lambda _: heard) is not None
    except RetryFailed as failed:
        with province.store.write() as db:
            note_failed(db, failed, province.now)
        return False


def test_a_bug_never_costs_a_director_a_paragraph(province: Province, warunee: Person, bug: pytest.MonkeyPatch) -> None:
    heard = bubble(province, warunee)
    fail(province, heard)
    assert state(province) == (Kept.FAILED, 1)
    assert not try_again(province, heard), "not due yet"
    province.later(minutes=5)
    bug.undo()
    assert try_again(province, heard)
    assert state(province) == (Kept.APPLIED, 1)
    assert province.answer("learners.now") == [WORDS]


def test_the_person_is_told_once_that_it_was_received(
    province: Province, warunee: Person, bug: pytest.MonkeyPatch
) -> None:
    heard = bubble(province, warunee)
    fail(province, heard)
    with province.store.write() as db:
        assert keep_failed(db, MAIN, heard, province.house, "Broken", province.now) == []
        assert receive(db, MAIN, heard, province.house, province.now) == []


def test_after_three_tries_it_is_parked_and_replayed_after_a_fix(
    province: Province, warunee: Person, bug: pytest.MonkeyPatch
) -> None:
    heard = bubble(province, warunee)
    fail(province, heard)
    for _ in range(2):
        province.later(hours=1)
        try_again(province, heard)
    assert state(province) == (Kept.PARKED, 3)
    province.later(days=1)
    assert not try_again(province, heard)
    bug.undo()
    with province.store.write() as db:
        done = replay(db, 0, province.house, province.now, lambda _: heard)
    assert done is not None
    assert province.answer("learners.now") == [WORDS]
    with province.store.write() as db:
        assert replay(db, done.row, province.house, province.now, lambda _: heard) is None


def test_what_a_retried_event_says_waits_for_the_next_visit_and_costs_nothing(
    province: Province, warunee: Person, bug: pytest.MonkeyPatch
) -> None:
    heard = bubble(province, warunee)
    fail(province, heard)
    bug.undo()
    province.later(minutes=5)
    with province.store.write() as db:
        done = retry_due(db, province.house, province.now, lambda _: heard)
    assert done is not None
    assert done.outgoing == []
    assert [row.kind for row in province.rows(outbox) if row.state == Sending.HELD] == ["ack"]
    warunee.says("ต่อไป").hears("บันทึกแล้ว 1 ข้อความ", "สิ่งที่จะขับเคลื่อนต่อไป")


def test_an_error_is_kept_without_anybodys_words(province: Province, warunee: Person, bug: pytest.MonkeyPatch) -> None:
    heard = bubble(province, warunee)
    with pytest.raises(Broken) as caught, province.store.write() as db:
        receive(db, MAIN, heard, province.house, province.now)
    assert kept.error_of(caught.value).startswith("Broken at ")
    assert "ความลับ" not in kept.error_of(caught.value)


def test_an_unsent_bubble_is_forgotten_in_the_kept_event_too(province: Province, warunee: Person) -> None:
    warunee.says("เรื่องที่ไม่ควรบอก").unsends(warunee.sent[-1])
    with province.store.read() as db:
        raws = db.execute(select(table.c.raw).where(table.c.message_id == warunee.sent[-1])).scalars().all()
    assert raws == [{"forgotten": True}, {"forgotten": True}]


def test_an_event_that_names_nobody_is_kept_and_nothing_more(province: Province) -> None:
    with province.store.write() as db:
        assert receive(db, MAIN, Heard("nobody", Kind.OTHER, province.now), province.house, province.now) == []
    assert "nobody" in [row.event_id for row in province.rows(table)]

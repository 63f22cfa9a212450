"""The outbox: what was held is said at the next visit, all of it, in its order, whatever is said meanwhile."""

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import insert
from sqlalchemy.dialects import sqlite

from handlers import claims, outbox
from handlers.channels import ensure
from handlers.heard import Heard, Kind
from handlers.inbox import House, receive
from handlers.outbox import LEASE, MOST, Fate, Outgoing, To, Words
from models.outbox import Sending
from models.outbox import outbox as rows
from models.people import people
from models.programme import MAIN
from models.store import Store
from tests.province import Province

HELD, QUEUED, REPLACED, SENT = Sending.HELD, Sending.QUEUED, Sending.REPLACED, Sending.SENT
NUMBERS = count(1)


class Mouth:
    """Writes one person's rows and says what becomes of them. heard: what the person has heard."""

    def __init__(self, store: Store, now) -> None:
        self.store = store
        self.now = now
        self.heard: list[str] = []
        self.user = f"U{next(NUMBERS):032x}"
        with store.write() as db:
            ensure(db, MAIN, now)
            row = {"channel_id": MAIN, "line_user_id": self.user, "created_at": now}
            self.person = db.execute(insert(people).returning(people.c.id), row).scalar_one()

    def writes(self, *texts: str, token: bool = True, owner: str = "here", **how) -> Outgoing:
        number = next(NUMBERS)
        about: list[list[Any] | None] = [[number, text] for text in texts]
        words = Words([{"type": "text", "text": text} for text in texts], about, **how)
        with self.store.write() as db:
            to = To(MAIN, self.person, self.user, f"turn:{number}", f"token{number}" if token else None)
            return outbox.add(db, to, words, owner=owner, now=self.now)

    def holds(self, *texts: str) -> Outgoing:
        row = self.writes(*texts, token=False)
        self.ends(row, HELD)
        return row

    def ends(self, row: Outgoing, state: Sending) -> None:
        with self.store.write() as db:
            outbox.mark(db, [Fate(row.id, state, self.now, 1)])

    def says(self, row: Outgoing) -> None:
        """Let the row's moment come: it is said, unless newer words took its place."""
        with self.store.write() as db:
            if not outbox.begin(db, row, "here", row.due_at):
                return
        self.heard += texts(row)
        self.ends(row, SENT)

    def row(self, which: Outgoing):
        with self.store.read() as db:
            return db.execute(rows.select().where(rows.c.id == which.id)).one()


def texts(row: Outgoing) -> list[str]:
    return [message["text"] for message in row.messages]


@pytest.fixture
def mouth(store: Store, now) -> Mouth:
    return Mouth(store, now)


# --- what is held


def test_held_words_are_said_with_the_first_bubble_of_a_burst_and_at_once(mouth: Mouth) -> None:
    held = mouth.holds("ใบรับ")
    first = mouth.writes("บันทึกแล้ว 1", kind="ack", wait=0.7)
    assert (texts(first), first.kind, first.due_at) == (["ใบรับ", "บันทึกแล้ว 1"], "turn", mouth.now)
    second = mouth.writes("บันทึกแล้ว 2", kind="ack", wait=0.7)
    assert (mouth.row(held).state, mouth.row(first).state) == (REPLACED, QUEUED)
    assert (texts(second), second.kind, second.after) == (["บันทึกแล้ว 2"], "ack", first.id)


def test_an_acknowledgement_that_carries_nothing_waits_as_before(mouth: Mouth) -> None:
    first = mouth.writes("บันทึกแล้ว 1", kind="ack", wait=0.7)
    second = mouth.writes("บันทึกแล้ว 2", kind="ack", wait=0.7)
    assert mouth.row(first).state == REPLACED
    assert (second.kind, second.due_at) == ("ack", mouth.now + timedelta(seconds=0.7))


def test_without_a_voice_nothing_held_is_taken_up(mouth: Mouth) -> None:
    held = mouth.holds("ใบรับ")
    assert texts(mouth.writes("ผลการตรวจ", token=False)) == ["ผลการตรวจ"]
    assert mouth.row(held).state == HELD


def test_five_held_messages_come_in_parts(mouth: Mouth) -> None:
    held = mouth.holds("1", "2", "3", "4", "5")
    later = mouth.holds("6")
    turn = mouth.writes("ต่อไป")
    assert texts(turn) == ["1", "2", "3", "4", "ต่อไป"]
    assert (mouth.row(held).state, mouth.row(later).state) == (REPLACED, REPLACED)
    last = mouth.writes("เมนู")
    assert texts(last) == ["5", "6", "เมนู"]
    assert [about and about[1] for about in last.about] == ["5", "6", "เมนู"]


def test_a_turn_of_five_leaves_held_words_for_the_next(mouth: Mouth) -> None:
    held = mouth.holds("ใบรับ")
    assert texts(mouth.writes(*"12345")) == list("12345")
    assert mouth.row(held).state == HELD
    assert texts(mouth.writes("เมนู")) == ["ใบรับ", "เมนู"]


def test_held_words_that_could_not_be_said_after_all_keep_their_order(mouth: Mouth) -> None:
    mouth.holds("1", "2", "3", "4", "5")
    mouth.holds("6")
    mouth.ends(mouth.writes("ข้อ 1"), HELD)
    assert texts(mouth.writes("ข้อ 2")) == ["1", "2", "3", "4", "ข้อ 2"]
    assert texts(mouth.writes("ข้อ 3")) == ["ข้อ 1", "5", "6", "ข้อ 3"]


@given(
    held=some.lists(some.integers(1, MOST), max_size=4),
    turns=some.lists(some.tuples(some.booleans(), some.booleans()), max_size=8),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_held_word_is_lost_doubled_or_overtaken(
    store: Store, now, held: Sequence[int], turns: Sequence[tuple[bool, bool]]
) -> None:
    mouth = Mouth(store, now)
    numbers = count(1)
    for size in held:
        mouth.holds(*(f"h{next(numbers)}" for _ in range(size)))
    written = []
    for is_ack, is_slow in turns:  # a slow one is not yet begun when the next comes
        written.append(mouth.writes("…", kind="ack", wait=0.7) if is_ack else mouth.writes("…"))
        if not is_slow:
            for row in written:
                mouth.says(row)
            written = []
    for row in written:
        mouth.says(row)
    for _ in range(sum(held)):
        row = mouth.writes("…")
        assert len(row.messages) <= MOST
        mouth.says(row)
    assert [text for text in mouth.heard if text != "…"] == [f"h{number}" for number in range(1, sum(held) + 1)]


def test_what_was_held_is_heard_by_somebody_who_only_sends_bubbles(store: Store, now) -> None:
    province = Province(store, now, house=House("test", ack_wait=0.7))
    director = province.director().says("รายงาน").says("โรงเรียนมีครู 12 คน นักเรียน 168 คน")
    province.later(seconds=5)
    director.unsends(director.sent[-1])  # LINE gives no reply token with it, so the note is held
    said = []
    for number in (1, 2, 3):
        province.later(seconds=0.2)
        heard = Heard(
            id=f"burst{number}",
            kind=Kind.TEXT,
            at=province.now,
            user=director.user,
            token=f"burst{number}",
            text=f"บับเบิลที่ {number} ของคำตอบ",
            message_id=f"burst{number}",
            raw={},
        )
        with store.write() as db:
            said += receive(db, MAIN, heard, province.house, province.now)
    states = {row.id: row.state for row in province.rows(rows)}
    alive = [row for row in said if states[row.id] == QUEUED]
    assert "เอาข้อความที่ท่านยกเลิกออก" in alive[0].messages[0]["text"]
    assert [row.messages[-1]["text"].partition(" ·")[0] for row in alive] == ["บันทึกแล้ว 1 ข้อความ", "บันทึกแล้ว 3 ข้อความ"]
    assert HELD not in states.values()


# --- what is under way


def test_an_acknowledgement_that_begins_just_now_is_waited_for(new_postgresql_url: Callable[[], str], now) -> None:
    store = Store(new_postgresql_url())
    mouth = Mouth(store, now)
    first = mouth.writes("บันทึกแล้ว 1", kind="ack", wait=0.7)
    with ThreadPoolExecutor(1) as other:
        with store.write() as db:
            assert outbox.begin(db, first, "here", first.due_at)
            second = other.submit(mouth.writes, "ข้อ 2")
            wait([second], timeout=0.2)
        assert second.result().after == first.id
    assert mouth.row(first).state == QUEUED
    store.dispose()


# --- what a process left


def test_looking_for_what_was_left_does_not_read_what_was_said(new_sqlite_url: Callable[[], str]) -> None:
    store = Store(new_sqlite_url())
    words = re.sub(r"\(__\[POSTCOMPILE_silent\]\)", "('')", str(claims._DUE.compile(dialect=sqlite.dialect())))
    with store.read() as db:
        plan = db.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", (None,) * words.count("?")).all()
    assert not [step for *_, step in plan if step.startswith("SCAN outbox") and "ix_outbox" not in step]
    store.dispose()


def test_a_row_is_not_taken_over_while_the_one_before_it_is_being_tried(mouth: Mouth, store: Store) -> None:
    first, second = mouth.writes("หนึ่ง"), mouth.writes("สอง")
    mouth.now += timedelta(seconds=15)
    due = mouth.now + timedelta(seconds=8)
    with store.write() as db:  # its process tries again by itself
        outbox.mark(db, [Fate(first.id, QUEUED, mouth.now, 1, "trouble", due, due + LEASE)])
    mouth.now += timedelta(seconds=7)
    with store.write() as db:
        assert claims.claim_due(db, "worker", mouth.now).rows == []
    mouth.now = due + LEASE
    with store.write() as db:
        assert [row.id for row in claims.claim_due(db, "worker", mouth.now).rows] == [first.id, second.id]


def test_a_row_does_not_wait_for_one_that_nobody_is_trying(mouth: Mouth, store: Store) -> None:
    first, second = mouth.writes("หนึ่ง"), mouth.writes("สอง")
    due = mouth.now + timedelta(minutes=10)
    with store.write() as db:  # left to whoever comes by then
        outbox.mark(db, [Fate(first.id, QUEUED, mouth.now, 5, "trouble", due, due)])
    mouth.now += LEASE
    with store.write() as db:
        assert [row.id for row in claims.claim_due(db, "worker", mouth.now).rows] == [second.id]


def test_another_persons_row_is_no_hindrance(mouth: Mouth, store: Store) -> None:
    other = Mouth(store, mouth.now)
    mine = mouth.writes("ของผม")
    mouth.now += LEASE
    other.now = mouth.now - timedelta(seconds=1)
    theirs = replace(mine, id=other.writes("ของเขา").id)
    with store.write() as db:
        assert [row.id for row in claims.claim_due(db, "worker", mouth.now).rows] == [mine.id]
    with store.write() as db:
        assert [row.id for row in claims.claim_due(db, "worker", mouth.now + LEASE * 2).rows] == [mine.id, theirs.id]

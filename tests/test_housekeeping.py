"""Housekeeping: what is not needed any more is forgotten after its time, and nothing else is touched."""

import threading

import pytest
from sqlalchemy import update

from handlers import audit as trail
from handlers.heard import Kind
from handlers.housekeeping import EVENTS, FILES, REQUESTS, ROUNDS, due
from models.audit import audit
from models.inbox import Kept, inbox
from models.outbox import Sending, outbox, said
from models.people import join_requests, memberships
from models.place import asked
from models.programme import rounds
from models.report import answers, media, moves, parts, reports, revisions
from tests.province import Person, Province

STAYS = (reports, answers, parts, revisions, moves, memberships, audit, rounds)


@pytest.fixture
def warunee(province: Province) -> Person:
    """A director in the midst of a report, with a photo that LINE had no more."""
    warunee = province.director().says("รายงาน").says("นักเรียนอ่านคล่องขึ้น 40 คน").sends(Kind.IMAGE)
    with province.store.write() as db:
        db.execute(update(media).values(state="gone", reason="gone"))
    return warunee


def sweep(province: Province, most: int = 3) -> int:
    """Do what is due until nothing is; return how many rows that were."""
    swept = 0
    for _ in range(200):
        with province.store.write() as db:
            done = due(db, province.now, most)
        if not done:
            return swept
        swept += done
    raise AssertionError("it never comes to an end")


def test_on_the_same_day_nothing_is_due(province: Province, warunee: Person) -> None:
    assert sweep(province) == 0


def test_words_heard_and_said_are_forgotten_after_their_time(province: Province, warunee: Person) -> None:
    before = {table.name: province.rows(table) for table in STAYS}
    events = len(province.rows(inbox))
    province.later(days=89)
    assert sweep(province) == 0
    assert "อ่านคล่อง" in str(province.rows(inbox))
    province.later(days=2)
    assert sweep(province) > events
    assert sweep(province) == 0
    rows = [*province.rows(inbox), *province.rows(outbox)]
    assert "อ่านคล่อง" not in str(rows)
    assert warunee.user not in str(rows)
    assert len(province.rows(inbox)) == events
    assert {row.message_id for row in province.rows(inbox)} >= set(warunee.sent)
    assert {table.name: province.rows(table) for table in STAYS} == before


def test_the_talk_goes_on_and_unsending_still_works(province: Province, warunee: Person) -> None:
    first = warunee.sent[-2]
    province.later(days=100)
    sweep(province)
    warunee.unsends(first).says("สรุป").hears_not("อ่านคล่อง")
    assert "อ่านคล่อง" not in str(province.rows(parts))
    assert warunee.again().answered == 0


def test_what_was_not_applied_or_waits_to_be_said_is_left(province: Province, warunee: Person) -> None:
    with province.store.write() as db:
        db.execute(update(inbox).values(state=Kept.PARKED))
        db.execute(update(outbox).values(state=Sending.HELD))
    province.later(days=400)
    sweep(province)
    assert "อ่านคล่อง" in str(province.rows(inbox))
    assert all(row.messages and row.recipient for row in province.rows(outbox))


def test_what_was_asked_is_forgotten_after_the_round(province: Province, warunee: Person) -> None:
    assert province.rows(asked)
    assert province.rows(said)
    with province.store.write() as db:
        db.execute(update(rounds).where(rounds.c.channel_id == "main").values(closed_at=province.now))
    noise = [len([row for row in province.rows(table) if row.channel_id == "noise"]) for table in (asked, said)]
    province.later(days=ROUNDS.days - 1)
    sweep(province)
    assert {row.channel_id for row in province.rows(asked)} == {"main", "noise"}
    province.later(days=2)
    sweep(province)
    assert {row.channel_id for table in (asked, said) for row in province.rows(table)} == {"noise"}
    assert [len(province.rows(table)) for table in (asked, said)] == noise


def test_what_is_noted_of_lost_files_is_forgotten(province: Province, warunee: Person) -> None:
    province.later(days=FILES.days - 1)
    sweep(province)
    assert province.rows(media)[0].line_message_id
    province.later(days=2)
    sweep(province)
    assert [(row.line_message_id, row.state) for row in province.rows(media)] == [("", "gone")]


def test_requests_are_forgotten_a_year_after_they_were_decided(province: Province) -> None:
    waits, back = (province.person(name) for name in ("ผู้รอ", "ผู้ถอน"))
    for guest in (waits, back):
        guest.says("บ้านสวายตัวอย่าง").says("1").says("นางสาวผู้ขอ สมมติ").says("ใช่").hears("ส่งคำขอแล้ว")
    back.says("ยกเลิก").hears("ถอน")
    province.later(days=REQUESTS.days - 1)
    sweep(province)
    assert len(province.rows(join_requests)) == 2
    province.later(days=2)
    sweep(province)
    assert [row.state for row in province.rows(join_requests)] == ["asked"]


def test_what_was_said_last_to_who_unlinked_goes_with_the_next_sweep(province: Province, warunee: Person) -> None:
    warunee.says("ยกเลิกการเชื่อมบัญชี").says("ใช่").hears("เรียบร้อยแล้ว")
    assert sweep(province) == 1
    assert "เรียบร้อยแล้ว ระบบไม่มี" not in str(province.rows(outbox))


def test_the_audit_trail_stays_whole(province: Province, warunee: Person) -> None:
    province.later(days=3000)
    sweep(province)
    with province.store.read() as db:
        found = trail.verify(db, "main")
    assert found.broken is None
    assert found.rows == len([row for row in province.rows(audit) if row.channel_id == "main"])


def test_two_processes_sweep_together(province: Province, warunee: Person) -> None:
    events = len(province.rows(inbox))
    province.later(days=EVENTS.days + 1)
    swept: list[int] = []
    threads = [threading.Thread(target=lambda: swept.append(sweep(province, most=1))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(swept) + sweep(province) >= events
    assert "อ่านคล่อง" not in str([*province.rows(inbox), *province.rows(outbox)])

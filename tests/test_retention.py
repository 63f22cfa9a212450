"""Retention: personal data goes after its time, and not before; what was sent stays."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from handlers import audit as trail
from handlers.heard import Kind
from handlers.retention import ANSWERS, CONTACTS, DRAFTS, ERASURES, PEOPLE, REASONS, TALKS
from models.asking import asks
from models.erasing import erasure_requests
from models.people import Role, contacts, memberships, people, schools
from models.place import places
from models.programme import extension_requests, rounds
from models.report import answers, media, parts
from models.ticket import ticket_words
from tests.province import Person, Province
from tests.test_housekeeping import sweep
from tests.test_talk_asks import TWO
from tests.test_talk_privacy import number_of, row_of
from tests.test_talk_requests import office
from tests.whole_report import LONG, reports

ROOF = "หลังคาอาคารเรียนปลิวเมื่อคืน ต้องแจ้งใครก่อน"


@pytest.fixture
def boss(province: Province) -> Person:
    return office(province, Role.COORDINATOR, TWO)


@pytest.fixture
def warunee(province: Province, boss: Person) -> Person:
    """Return a director whose agency has a coordinator."""
    return province.director()


def close_round(province: Province) -> None:
    with province.store.write() as db:
        db.execute(update(rounds).where(rounds.c.channel_id == "main").values(closed_at=province.now))


def after(province: Province, time: timedelta) -> bool:
    """Sweep a day before the time is over, then let the rest of it pass."""
    province.later(days=time.days - 1)
    sweep(province)
    return True


def then(province: Province) -> None:
    province.later(days=2)
    sweep(province)


# Drafts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("closed", [True, False])
def test_a_draft_never_sent_goes_a_year_after_its_round(province: Province, warunee: Person, closed: bool) -> None:
    warunee.says("รายงาน").says(LONG).sends(Kind.IMAGE).says("ต่อไป").says("จะสอนเสริม").says("แก้ข้อ 1").says("เปลี่ยนใจ")
    if closed:
        close_round(province)
    else:
        with province.store.write() as db:
            db.execute(update(rounds).values(due_on=province.now.date(), grace_on=None))
    after(province, DRAFTS)
    assert LONG in str(province.rows(parts))
    then(province)
    main = [row for row in province.rows(parts) if row.channel_id == "main"]
    assert len(main) >= 3
    assert all(row.text is None and row.removed_at is not None for row in main)
    assert [(row.state, row.reason) for row in province.rows(media)] == [("gone", "unsent")]
    assert {row.state for row in province.rows(answers) if row.channel_id == "main"} == {"open"}
    assert ("เสียงจากอีกจังหวัด" in str(province.rows(parts))) is closed


def test_a_draft_that_was_written_to_lately_stays(province: Province, warunee: Person) -> None:
    with province.store.write() as db:
        db.execute(update(rounds).where(rounds.c.channel_id == "main").values(due_on=province.now.date()))
    province.later(days=DRAFTS.days + 20)
    warunee.says("รายงาน").says(LONG)
    then(province)
    assert province.everything() == [LONG]


def test_what_was_sent_stays_for_good(province: Province, warunee: Person) -> None:
    reports(warunee)
    before = [(row.id, row.text) for row in province.rows(parts) if row.channel_id == "main"]
    warunee.says("ถอนคืน").says("ยืนยัน")
    assert province.state() == "draft"
    close_round(province)
    province.later(days=3000)
    sweep(province)
    assert [(row.id, row.text) for row in province.rows(parts) if row.channel_id == "main"] == before


# Words ------------------------------------------------------------------------------------------------------------


def test_words_of_a_talk_go_after_a_year(province: Province, warunee: Person, boss: Person) -> None:
    warunee.says("ขอคุยกับเจ้าหน้าที่").says(ROOF).says("จบการคุย")
    after(province, TALKS)
    assert ROOF in str(province.rows(ticket_words))
    boss.says("คุย").hears(ROOF)
    then(province)
    assert ROOF not in str(province.rows(ticket_words))
    boss.says("คุย").hears("ไม่มีผู้ขอคุย")


def test_a_reason_for_more_time_goes_after_a_year(province: Province, warunee: Person) -> None:
    warunee.says("ขอเลื่อน 15 ก.พ. 2569 เพราะไปราชการต่างจังหวัด").says("ใช่").hears("ส่งคำขอเลื่อน")
    after(province, REASONS)
    assert [row.why for row in province.rows(extension_requests)] != [None]
    then(province)
    assert [(row.why, row.state) for row in province.rows(extension_requests)] == [(None, "asked")]


def test_an_answer_to_an_ask_goes_after_two_years(province: Province, warunee: Person, boss: Person) -> None:
    reports(warunee, "งบ")
    boss.says("เรื่องขอ").says("ตอบ 1 จัดสรรให้ในไตรมาสหน้า").hears("ส่งคำตอบ")
    warunee.says("เรื่องที่ขอ").hears("จัดสรรให้")
    after(province, ANSWERS)
    assert [row.answer for row in province.rows(asks)] == ["จัดสรรให้ในไตรมาสหน้า"]
    then(province)
    assert [(row.answer, row.state) for row in province.rows(asks)] == [(None, "answered")]
    warunee.says("เรื่องที่ขอ").hears("เคยมีคำตอบแล้ว").hears_not("None", "จัดสรรให้")


# People -----------------------------------------------------------------------------------------------------------


def test_contacts_of_a_closed_school_go(province: Province) -> None:
    with province.store.write() as db:
        closed = (schools.c.channel_id == "main", schools.c.code == "1031992003")
        db.execute(update(schools).where(*closed).values(closed_at=province.now))
    before = len(province.rows(contacts))
    after(province, CONTACTS)
    assert len(province.rows(contacts)) == before
    then(province)
    assert len(province.rows(contacts)) == before - 1
    assert "สวาย" not in str([row.name for row in province.rows(contacts) if row.channel_id == "main"])


def test_who_has_no_role_and_says_nothing_is_forgotten(province: Province, warunee: Person) -> None:
    me = number_of(province, warunee)
    guest = province.person("คนแปลกหน้า").says("สวัสดี")
    stranger, stays = number_of(province, guest), number_of(province, province.director("นายสุรเดช", "1031993002"))
    with province.store.write() as db:
        db.execute(update(memberships).where(memberships.c.person_id == me).values(until=province.now))
    after(province, PEOPLE)
    assert row_of(province, me).line_user_id == warunee.user
    then(province)
    assert [row_of(province, one).line_user_id is None for one in (me, stranger, stays)] == [True, True, False]
    assert warunee.user not in str(province.rows(people))
    with province.store.read() as db:
        assert trail.verify(db, "main").broken is None


def test_who_has_spoken_since_the_role_ended_stays(province: Province, warunee: Person) -> None:
    me = number_of(province, warunee)
    with province.store.write() as db:
        db.execute(update(memberships).where(memberships.c.person_id == me).values(until=province.now))
    province.later(days=200)
    warunee.says("สวัสดี")
    province.later(days=300)
    sweep(province)
    assert row_of(province, me).line_user_id == warunee.user


def test_places_of_the_silent_are_cleared(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG)
    then(province)
    assert len(province.rows(places)) == 3
    province.later(days=400)
    sweep(province)
    assert province.rows(places) == []
    warunee.says("สวัสดี").says("รายงาน").hears("ข้อ 1")


def test_decided_requests_for_erasure_go_after_two_years(province: Province, warunee: Person, boss: Person) -> None:
    warunee.says("ขอลบข้อมูล").says("ใช่")
    boss.says("คำขอลบข้อมูล").says("ไม่ลบ 1 ยังต้องใช้ตรวจสอบ")
    warunee.says("ขอลบข้อมูล").says("ใช่")
    after(province, ERASURES)
    assert len(province.rows(erasure_requests)) == 2
    then(province)
    assert [row.state for row in province.rows(erasure_requests)] == ["asked"]

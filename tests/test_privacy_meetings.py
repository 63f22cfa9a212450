"""Personal data of meetings and announcements: in the copy of one's data, gone with the person, gone after its time."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from handlers import checkins as checking
from handlers import erasures, meetings
from handlers.meetings import Invitation
from handlers.retention import REMINDERS
from handlers.retention_meetings import DRAFTS, GUESSES, NAMES, NOTICES
from models.announcements import announcement_bubbles, announcements
from models.audit import audit
from models.meetings import Mode, Reply, checkin_guesses, checkins, invitees, meeting_answers, meeting_notices
from models.meetings import meetings as table
from models.people import Role
from models.programme import rounds
from models.reminders import reminders
from models.rich_menus import menu_links
from tests.meeting_scene import ENDS, STARTS, answer, call, id_of, invited, make
from tests.province import MAIN, Person, Province
from tests.test_announcements import WORDS, shows
from tests.test_housekeeping import sweep

NAME, POSITION, REASON = "นางสาวแทนใจ สมมติสกุล", "รองผู้อำนวยการ", "ไปราชการที่กรุงเทพฯ"


def answers(province: Province, warunee: Person) -> int:
    """Let a director give a reason, then a delegate; return the meeting."""
    number = call(province)
    province.later(minutes=1)
    answer(province, number, warunee, reply=Reply.NO, reason=REASON)
    province.later(minutes=1)
    answer(province, number, warunee, reply=Reply.DELEGATE, delegate_name=NAME, delegate_position=POSITION)
    return number


def comes(province: Province, number: int, person: Person, headcount: int | None = None) -> None:
    """Let somebody's school be at a meeting that has begun."""
    province.now = STARTS
    with province.store.write() as db:
        mine = meetings.of_person(db, MAIN, id_of(province, person), province.now)
        (to,) = [one for one in mine if one.meeting.id == number]
        assert isinstance(to, Invitation)
        me = id_of(province, person)
        if headcount is None:
            checking.check_in(db, to, Mode.ROOM, me, province.now, province.now)
        else:
            checking.watched(db, to, headcount, me, province.now, province.now)


def kept(province: Province) -> str:
    """Return all words of answers."""
    return str(province.rows(meeting_answers)) + str(province.rows(invitees))


def copy_of(person: Person) -> str:
    person.says("ขอสำเนาข้อมูล").hears("สำเนาข้อมูลของท่าน หน้า 1 จาก 1")
    return person.words


# The copy ---------------------------------------------------------------------------------------------------------


def test_the_copy_holds_answers_delegates_and_check_ins(province: Province, warunee: Person) -> None:
    number = answers(province, warunee)
    comes(province, number, warunee)
    said = copy_of(warunee)
    for words in (
        "คำตอบเรื่องประชุม ประชุมชี้แจง",
        f"ไม่สะดวก · {REASON}",
        NAME,
        POSITION,
        "ส่งผู้แทน",
        "ลงเวลาประชุม",
        "ที่ห้องประชุม",
    ):
        assert words in said
    other = province.person("นางสาวกาญจนา สมมติสกุล").joins("1031991002")
    assert NAME not in copy_of(other)


def test_the_copy_holds_what_one_called_and_announced(province: Province, warunee: Person, boss: Person) -> None:
    make(province, by=id_of(province, boss))
    shows(boss).says("ใช่").hears("ถึง 1 คน")
    said = copy_of(boss)
    for words in ("ประกาศที่ท่านเขียน", WORDS, "ประชุมที่ท่านตั้ง", "ประชุมชี้แจง"):
        assert words in said
    warunee.says("สวัสดี")
    assert "ประกาศที่ท่านเขียน" not in copy_of(warunee)


# Erasure and unlinking --------------------------------------------------------------------------------------------


def erased(province: Province, person: Person) -> None:
    with province.store.write() as db:
        erasures.erase_unasked(db, MAIN, id_of(province, person), province.now)


def test_erasure_takes_reasons_and_leaves_a_delegate_who_is_still_to_come(province: Province, warunee: Person) -> None:
    answers(province, warunee)
    erased(province, warunee)
    assert REASON not in kept(province)
    assert NAME not in str(province.rows(meeting_answers))
    (mine,) = [row for row in province.rows(invitees) if row.delegate_name]
    assert (mine.delegate_name, mine.reply) == (NAME, Reply.DELEGATE)


def test_after_the_meeting_erasure_takes_the_delegate_too(province: Province, warunee: Person) -> None:
    number = answers(province, warunee)
    comes(province, number, warunee)
    province.now = ENDS + timedelta(hours=1)
    erased(province, warunee)
    assert NAME not in kept(province)
    assert REASON not in kept(province)
    assert [row.meeting_id for row in province.rows(checkins)] == [number], "that somebody came stays"


def test_a_delegate_named_at_the_door_goes_with_who_named_them(province: Province, warunee: Person) -> None:
    number = call(province)
    province.later(minutes=1)
    answer(province, number, warunee)
    helper = province.person("ครูผู้ช่วย").joins("1031992003", Role.DELEGATE)
    comes(province, number, helper)
    with province.store.write() as db:
        me, mine = id_of(province, helper), invited(province, number, "1031992003")
        checking.name_delegate(db, mine, MAIN, NAME, POSITION, me, province.now, None)
    province.now = ENDS + timedelta(hours=1)
    assert NAME in kept(province)
    erased(province, helper)
    assert NAME not in kept(province)
    assert POSITION not in kept(province)


def test_erasure_takes_drafts_and_leaves_what_an_office_said(province: Province, warunee: Person, boss: Person) -> None:
    make(province, by=id_of(province, boss), title="ร่างของคนเดียว")
    shows(boss).says("ใช่").hears("ถึง 1 คน")
    boss.says("ประกาศ ร่างที่ยังไม่ส่ง")
    erased(province, boss)
    assert "ร่างของคนเดียว" not in str(province.rows(table))
    assert [row.words for row in province.rows(announcements)] == [WORDS, ""]
    assert province.rows(announcement_bubbles) == []
    warunee.says("สวัสดี").hears(WORDS)


def test_unlinking_forgets_guesses_and_the_menu(province: Province, warunee: Person) -> None:
    me = id_of(province, warunee)
    row = {"person_id": me, "channel_id": MAIN}
    with province.store.write() as db:
        db.execute(checkin_guesses.insert().values(guesses=3, at=province.now, **row))
        at = dict.fromkeys(("wanted_at", "linked_at", "due_at"), province.now)
        db.execute(menu_links.insert().values(tries=0, **at, **row))
    warunee.says("ยกเลิกการเชื่อมบัญชี").says("ใช่").hears("เรียบร้อยแล้ว")
    assert province.rows(checkin_guesses) == []
    left = [one for one in province.rows(menu_links) if one.person_id == me]
    assert all(one.wanted is None for one in left), "at most that LINE is to be told to show none"


# Retention --------------------------------------------------------------------------------------------------------


def sweeps(province: Province, at: Any) -> None:
    province.now = at
    sweep(province)


def test_delegates_names_and_reasons_go_two_years_after_the_meeting(province: Province, warunee: Person) -> None:
    answers(province, warunee)
    sweeps(province, ENDS + NAMES - timedelta(days=1))
    assert NAME in kept(province)
    assert REASON in kept(province)
    sweeps(province, ENDS + NAMES)
    assert not any(words in kept(province) for words in (NAME, POSITION, REASON))
    assert {row.reply for row in province.rows(meeting_answers)} == {Reply.NO, Reply.DELEGATE}


def test_who_was_told_what_goes_a_year_after_the_meeting(province: Province, warunee: Person) -> None:
    number = call(province)
    sweeps(province, ENDS + NOTICES - timedelta(days=1))
    assert {row.meeting_id for row in province.rows(meeting_notices)} == {number}
    sweeps(province, ENDS + NOTICES)
    assert province.rows(meeting_notices) == []
    assert [row.id for row in province.rows(table)] == [number], "the meeting stays"


def test_guesses_go_after_a_day(province: Province, warunee: Person) -> None:
    with province.store.write() as db:
        row = {"person_id": id_of(province, warunee), "channel_id": MAIN, "guesses": 3, "at": province.now}
        db.execute(checkin_guesses.insert().values(**row, again_at=province.now + timedelta(minutes=15)))
    start = province.now
    sweeps(province, start + GUESSES)
    assert len(province.rows(checkin_guesses)) == 1
    sweeps(province, start + GUESSES + timedelta(minutes=15))
    assert province.rows(checkin_guesses) == []


def test_a_meetings_draft_goes_once_its_day_is_over(province: Province, boss: Person) -> None:
    far = make(province, starts_at=STARTS + timedelta(days=200), ends_at=ENDS + timedelta(days=200))
    make(province)
    start = province.now
    sweeps(province, start + DRAFTS - timedelta(days=1))
    assert len(province.rows(table)) == 2
    sweeps(province, start + DRAFTS)
    assert [row.id for row in province.rows(table)] == [far], "one still ahead is somebody's work"


def test_drafts_of_announcements_go_and_what_was_sent_stays(province: Province, warunee: Person, boss: Person) -> None:
    shows(boss).says("ใช่").hears("ถึง 1 คน")
    boss.says("ประกาศ ร่างแรก").says("เขียนใหม่").says("ร่างที่สอง")
    start = province.now
    sweeps(province, start + DRAFTS - timedelta(days=1))
    assert len(province.rows(announcements)) == 3
    boss.says("เมนู").says("ประกาศ").hears("ร่างที่สอง").says("เติมเมื่อครู่").says("พอแล้ว")
    sweeps(province, start + DRAFTS + timedelta(hours=1))
    assert [(row.words, row.state) for row in province.rows(announcements)] == [
        (WORDS, "sent"), ("ร่างที่สอง\nเติมเมื่อครู่", "draft"),
    ]  # fmt: skip
    sweeps(province, start + 2 * DRAFTS + timedelta(hours=1))
    assert [(row.words, row.state) for row in province.rows(announcements)] == [(WORDS, "sent")]
    assert province.rows(announcement_bubbles) == []
    boss.says("ดูประกาศ").hears("พรุ่งนี้ประชุมออนไลน์")


def test_reminders_go_a_year_after_their_rounds_close(province: Province, warunee: Person) -> None:
    with province.store.write() as db:
        running = db.execute(select(rounds.c.id).where(rounds.c.channel_id == MAIN)).scalar_one()
        row = {"channel_id": MAIN, "person_id": id_of(province, warunee), "kind": "report", "at": province.now}
        more = {"round_id": running, "subject": "1:1", "message": "x"}
        db.execute(reminders.insert().values(**row, **more, slot="due-7"))
        db.execute(reminders.insert().values(**row | {"kind": "snooze"}, subject="2", slot="1", message="y"))
    start = province.now
    sweeps(province, start + REMINDERS)
    assert [row.kind for row in province.rows(reminders)] == ["report"], "its round still runs"
    with province.store.write() as db:
        db.execute(update(rounds).values(closed_at=province.now))
    sweeps(province, province.now + REMINDERS - timedelta(days=1))
    assert len(province.rows(reminders)) == 1
    sweeps(province, province.now + timedelta(days=1))
    assert province.rows(reminders) == []


def test_nothing_personal_stands_in_the_trail(province: Province, warunee: Person, boss: Person) -> None:
    answers(province, warunee)
    shows(boss).says("ใช่")
    boss.says("ยกเลิกประกาศ")
    trail = str(province.rows(audit))
    assert not any(words in trail for words in (NAME, REASON, WORDS))

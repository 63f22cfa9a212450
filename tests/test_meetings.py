"""Meetings are made and called: what is wrong is said, everybody hears once and the same."""

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import pytest

from bot.simulator.validate import check as validated
from handlers import (
    invites,
    meetings,
    meetings_calling,
    meetings_cards,
    meetings_changes,
    meetings_drafts,
    meetings_telling,
)
from handlers.audiences import Audience
from handlers.meetings_cards import Change
from handlers.meetings_drafts import BadMeeting, Draft, Trouble, check
from handlers.messages import limits
from handlers.messages.build import to_line
from models.audit import audit
from models.meetings import MeetingState, Mode, invitees
from models.outbox import Priority
from models.outbox import outbox as sayings
from models.people import Role
from tests.meeting_scene import (
    DAY,
    DRAFT,
    ENDS,
    HOUR,
    KANCHANA,
    LINK,
    STARTS,
    acts,
    at,
    call,
    cancel,
    change,
    draft,
    id_of,
    invited,
    make,
    push,
    rows,
    stands,
    ticks,
    told_at,
)
from tests.province import MAIN, NOISE, Person, Province

# What may be wrong ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "trouble", "said"),
    [
        ({"title": " "}, Trouble.NO_TITLE, "โปรดใส่ชื่อ"),
        ({"title": "ที่" * 201}, Trouble.TITLE_LONG, "ยาว 201 ตัวอักษร ใส่ได้ไม่เกิน 200"),
        ({"title": "ก" * 300}, Trouble.TITLE_LONG, "ยาว 300 ตัวอักษร"),
        ({"title": "ก" + "่" * 2000}, Trouble.TITLE_LONG, "โปรดย่อชื่อ"),
        ({"place": "ห" * 201}, Trouble.WORDS_LONG, "สถานที่ ยาวเกินไป ใส่ได้ไม่เกิน 200"),
        ({"starts_at": STARTS - 30 * DAY, "ends_at": ENDS - 30 * DAY}, Trouble.PAST, "ผ่านไปแล้ว"),
        ({"ends_at": STARTS}, Trouble.END_BEFORE_START, "โปรดแก้เวลาเลิก"),
        ({"ends_at": STARTS - HOUR}, Trouble.END_BEFORE_START, "พฤ. 22 ม.ค. 2569 08:00 น."),
        ({"ends_at": STARTS + DAY + HOUR}, Trouble.TOO_LONG, "ยาวเกินหนึ่งวัน"),
        ({"place": " ", "online_url": None}, Trouble.NOWHERE, "โปรดใส่อย่างน้อยหนึ่งอย่าง"),
        ({"online_url": "zoom 123 456"}, Trouble.NO_LINK, "ลิงก์ออนไลน์ เปิดไม่ได้"),
        ({"online_url": "javascript:alert(1)"}, Trouble.NO_LINK, "https://"),
        ({"map_url": "https://"}, Trouble.NO_LINK, "แผนที่ เปิดไม่ได้"),
        ({"letter_url": "https://a.example/" + "ก" * 1000}, Trouble.NO_LINK, "ลิงก์หนังสือ"),
        ({"broadcast_url": "http://[half"}, Trouble.NO_LINK, "ลิงก์ถ่ายทอดสด"),
        ({"map_url": "https://a.example:99999/x"}, Trouble.NO_LINK, "แผนที่"),
        ({"map_url": "https://a.example/\u200bx"}, Trouble.NO_LINK, "แผนที่"),
        ({"map_url": "ftp://a.example/x"}, Trouble.NO_LINK, "แผนที่"),
        ({"map_url": "https://localhost/x"}, Trouble.NO_LINK, "แผนที่"),
        ({"answer_by": STARTS + HOUR}, Trouble.ANSWER_BY_LATE, "อยู่หลังเวลาเริ่ม"),
        ({"answer_by": STARTS - 30 * DAY}, Trouble.ANSWER_BY_PAST, "หรือไม่ต้องกำหนด"),
        ({"seats": 0}, Trouble.SEATS_FEW, "1 ถึง 100,000"),
        ({"seats": -5}, Trouble.SEATS_FEW, "1 ถึง 100,000"),
        ({"seats": 10, "place": None}, Trouble.SEATS_WITHOUT_ROOM, "โปรดใส่สถานที่"),
        ({"audience": Audience(frozenset())}, Trouble.NO_AUDIENCE, "เลือกว่าจะเชิญใคร"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(
    now: datetime, given: dict[str, Any], trouble: Trouble, said: str
) -> None:
    wrong = draft(**given)
    assert check(wrong, now) == [trouble]
    assert said in meetings_drafts.words(trouble, wrong)


def test_every_trouble_has_its_words_and_a_good_meeting_none(now: datetime) -> None:
    assert check(DRAFT, now) == []
    assert check(draft(title="ที่" * 200, seats=1, answer_by=STARTS, ends_at=STARTS + DAY), now) == []
    assert check(draft(place=None, online_url=None, broadcast_url="https://live.example/x"), now) == []
    assert all(meetings_drafts.words(one, DRAFT) for one in Trouble)
    assert Draft.read(DRAFT.data()).values() == DRAFT.values()


def test_links_are_kept_as_line_takes_them() -> None:
    links = {
        " https://th.example/ห้อง?ที่=1#บน ": "https://th.example/%E0%B8%AB%E0%B9%89%E0%B8%AD%E0%B8%87?%E0%B8%97%E0%B8%B5%E0%B9%88=1#%E0%B8%9A%E0%B8%99",
        "https://zoom.us/j/123?pwd=a%20b&x=[1]": "https://zoom.us/j/123?pwd=a%20b&x=[1]",
        'https://a.example/"<x>|y': "https://a.example/%22%3Cx%3E%7Cy",
        "https://ประชุม.ไทย:8443/": "https://xn--b3c7atg9d5b.xn--o3cw4h:8443/",
    }
    kept = {link: draft(map_url=link).values()["map_url"] for link in links}
    assert kept == links
    assert draft(title=" ก  ข\nค ", agenda="1\n2\n").values()["title"] == "ก ข ค"


def test_a_bad_meeting_is_neither_made_nor_amended(province: Province, warunee: Person) -> None:
    with pytest.raises(BadMeeting, match="past"):
        make(province, starts_at=STARTS - 30 * DAY)
    number = make(province)
    with province.store.write() as db, pytest.raises(BadMeeting, match="nowhere"):
        meetings_calling.amend(db, MAIN, number, draft(place=None, online_url=None), province.now)
    assert stands(province, number).place == DRAFT.place


def test_nobody_reached_is_no_meeting(province: Province) -> None:
    number = make(province)
    with province.store.write() as db, pytest.raises(BadMeeting, match="nobody"):
        meetings_calling.call(db, MAIN, number, None, province.now)
    assert stands(province, number).state == MeetingState.DRAFT
    with province.store.read() as db:
        assert meetings_calling.unfit(db, stands(province, number), province.now) == [Trouble.NOBODY]


def test_a_draft_that_became_past_is_not_called(province: Province, warunee: Person) -> None:
    number = make(province)
    at(province, STARTS.date(), time(9))
    with province.store.write() as db, pytest.raises(BadMeeting, match="past"):
        meetings_calling.call(db, MAIN, number, None, province.now)


# Calling ----------------------------------------------------------------------------------------------------------


def test_everybody_hears_the_same_card_once_with_all_but_the_link(
    province: Province, warunee: Person, kanchana: Person
) -> None:
    number = make(province, answer_by=STARTS - 2 * DAY, dress="เสื้อผ้าไทย")
    with province.store.read() as db:
        reached = meetings_calling.recipients(db, stands(province, number), province.now)
    assert (reached.people, reached.paid, reached.schools, reached.unreached, reached.officers) == (2, 2, 3, 1, 0)
    for again in (True, False):
        with province.store.write() as db:
            assert meetings_calling.call(db, MAIN, number, None, province.now) is again
    told = rows(province, number)
    assert len(told) == 2
    assert len({row.digest for row in told}) == 1
    assert {row.priority for row in told} == {Priority.MEETING}
    said = (
        "เชิญประชุม", "ประชุมชี้แจงพื้นที่นวัตกรรมสมมติ ครั้งที่ 1/2569", "พฤ. 22 ม.ค. 2569 09:00–12:00 น.",
        "ห้องประชุม สพป.บุรีรัมย์ เขต 1", "ผอ.เขตสมมติ", "2 วิเคราะห์ 6 ประเด็น", "ศธ 04001/ว 12", "เสื้อผ้าไทย",
        "นายประสาน สมมติ 044000099", "อ. 20 ม.ค. 2569 09:00 น.", "“ออนไลน์”", "“ไม่สะดวก”",
    )  # fmt: skip
    warunee.says("สวัสดี").hears(*said).hears_not(LINK)
    alt = told[0].messages[0]["altText"]
    assert [
        words for words in (*said, "https://maps.example/hall", "https://letters.example/12.pdf") if words not in alt
    ] == []
    assert LINK not in str(told[0].messages)
    assert {f"do={do}&n=1&v={number}" for do in (*meetings_cards.ANSWERS, "meeting_calendar")} <= acts(warunee)
    assert len([row for row in province.rows(invitees) if row.meeting_id == number]) == 3
    assert not [row for row in province.rows(sayings) if row.channel_id == NOISE and "meeting:" in row.once_key]


def test_an_online_meeting_offers_no_room_and_one_in_a_room_no_call(province: Province, warunee: Person) -> None:
    in_room, online = (
        stands(province, call(province, online_url=None)),
        stands(province, call(province, place=None, map_url=None)),
    )
    for meeting, absent in ((in_room, "meeting_online"), (online, "meeting_room")):
        card = meetings_cards.notice(meeting)
        assert absent not in str(card.contents)
        assert "meeting_no" in str(card.contents)
        assert ("“ออนไลน์”" in card.alt) == meeting.is_online


def test_the_longest_words_keep_lines_limits(province: Province) -> None:
    most = {name: "ที่" * count for name, count in meetings_drafts.MOST_GRAPHEMES.items()}
    link = "https://a.example/" + "a" * (limits.URI_UNITS - 18)
    links = {name: f"{link[:-1]}{number}" for number, name in enumerate(meetings_drafts.LINKS)}
    words: dict[str, Any] = {**most, **links}
    number = make(province, **words)
    meeting = replace(stands(province, number), version=3)
    was, now = DRAFT.data(), Draft.of(meeting).data()
    everything = Change({name: [was[name], now[name]] for name in now if was[name] != now[name]}, asks_again=True)
    for said in (
        meetings_cards.notice(meeting),
        meetings_cards.changed(meeting, everything),
        meetings_cards.cancelled(meeting),
    ):
        messages, _ = to_line([said])
        assert validated(messages) == []
    card = meetings_cards.notice(meeting)
    assert limits.units(card.alt) <= limits.ALT_TEXT_UNITS
    assert card.alt.endswith("เปลี่ยนคำตอบได้จนถึงเวลาเริ่ม")


def test_a_call_keeps_office_hours_unless_it_is_urgent(province: Province, warunee: Person) -> None:
    meeting = stands(province, make(province))
    calm, urgent = replace(meeting, urgent=False), replace(meeting, urgent=True)
    cases = {
        (14, "10:00"): "14 10:00",
        (14, "19:00"): "15 07:30",
        (16, "10:00"): "19 07:30",  # teachers' day, then a weekend
        (21, "20:00"): "22 07:30",
        (22, "06:00"): "22 07:30",
        (22, "08:30"): "22 08:30",
    }
    for (day, clock), told in cases.items():
        at(province, date(2026, 1, day), time.fromisoformat(clock))
        with province.store.read() as db:
            assert told_at(meetings_telling.moment_of_call(db, calm, province.now)) == told
            assert meetings_telling.moment_of_call(db, urgent, province.now) == province.now


def test_a_call_that_would_come_too_late_does_not_wait(province: Province, warunee: Person) -> None:
    starts = datetime.combine(date(2026, 1, 22), time(7), STARTS.tzinfo)
    number = call(at(province, date(2026, 1, 21), time(21)), starts_at=starts)
    assert rows(province, number)[0].due_at == province.now


def test_an_office_invites_nobody_outside_of_what_it_answers_for(
    province: Province, warunee: Person, kanchana: Person
) -> None:
    office = province.agency("สพป.บุรีรัมย์ เขต 2")
    number = call(province, agency=office)
    assert [row.recipient for row in rows(province, number)] == [warunee.user]
    elsewhere = Audience(agencies=frozenset({province.agency("สพป.บุรีรัมย์ เขต 1")}))
    with pytest.raises(BadMeeting, match="nobody"):
        call(province, agency=office, audience=elsewhere)
    assert [row.school_id for row in province.rows(invitees)] == [province.school("1031992003")]
    with province.store.read() as db:
        assert meetings.found(db, NOISE, number) is None
        assert meetings.of_person(db, NOISE, id_of(province, warunee), province.now) == []
        (mine,) = meetings.of_person(db, MAIN, id_of(province, warunee), province.now)
        assert meetings.of_person(db, MAIN, id_of(province, kanchana), province.now) == []
    assert mine.meeting.id == number
    with province.store.write() as db:
        assert not meetings_calling.call(db, NOISE, number, None, province.now)
        assert not meetings_changes.cancel(db, NOISE, number, None, None, province.now)
        with pytest.raises(BadMeeting, match="not_called"):
            meetings_changes.change(db, NOISE, number, draft(place="อื่น"), None, province.now)


def test_officers_are_invited_as_themselves(province: Province, warunee: Person) -> None:
    pranee = province.verifier()
    both = Audience(frozenset({Role.DIRECTOR, Role.VERIFIER}))
    number = call(province, audience=both)
    assert {row.recipient for row in rows(province, number)} == {warunee.user, pranee.user}
    assert [row.person_id for row in province.rows(invitees) if row.school_id is None] == [id_of(province, pranee)]
    with province.store.write() as db:
        code = invites.create(
            db, MAIN, role=Role.VERIFIER, agency_id=province.agency("สพป.บุรีรัมย์ เขต 1"), now=province.now
        )
    warunee.says(code).says("ใช่")
    assert ticks(province) == 0  # she speaks for an invited school already
    assert len([row for row in province.rows(invitees) if row.school_id is None]) == 1


def test_what_was_done_stands_in_the_trail(province: Province, warunee: Person) -> None:
    number = call(province, by=id_of(province, warunee))
    change(province, number, place="ห้องอื่น")
    cancel(province, number)
    trail = [row for row in province.rows(audit) if row.action.startswith("meeting.")]
    assert [row.action for row in trail] == ["meeting.made", "meeting.called", "meeting.changed", "meeting.cancelled"]
    assert all(row.detail["meeting"] == number for row in trail)
    assert "ห้องอื่น" not in str([row.detail for row in trail])


# Together with the answers ----------------------------------------------------------------------------------------


def test_the_buttons_of_every_card_do_what_they_say(province: Province, warunee: Person, kanchana: Person) -> None:
    number = call(province)
    push(province)
    warunee.taps("ไปที่ห้อง").hears("ห้องประชุม สพป.บุรีรัมย์ เขต 1")
    assert invited(province, number, "1031992003").mode == Mode.ROOM
    kanchana.taps("ร่วมออนไลน์")
    assert invited(province, number, KANCHANA).mode == Mode.CALL
    change(province, number, starts_at=STARTS + DAY, ends_at=ENDS + DAY)
    push(province)
    kanchana.taps("ร่วมออนไลน์", turn=-3).hears("เปลี่ยนแปลงแล้ว")  # the first card
    assert invited(province, number, KANCHANA).reply is None
    at(province, date(2026, 1, 20), time(8))
    assert ticks(province) == 2
    push(province)
    for label in ("ดูการประชุม", "ไปที่ห้อง"):
        warunee.taps(label, turn=-1 if label == "ดูการประชุม" else -2).hears("23 ม.ค. 2569")
    assert invited(province, number, "1031992003").mode == Mode.ROOM
    kanchana.taps("ร่วมออนไลน์")
    at(province, date(2026, 1, 22), time(15, 30))
    assert ticks(province) == 2
    push(province)
    warunee.taps("ไม่สะดวก")
    assert invited(province, number, "1031992003").mode is None
    at(province, date(2026, 1, 23), time(8, 30))
    assert ticks(province) == 1
    assert LINK in push(province)[kanchana.name][0]

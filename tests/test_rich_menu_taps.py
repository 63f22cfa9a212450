"""A tap on the menu works at any moment, is answered once, and is never taken for an answer."""

from typing import Any

import pytest
from sqlalchemy import select

from handlers import invites, standing
from handlers.flows.coordinating import COORDINATING
from handlers.flows.invited import MEETING
from handlers.flows.joining import JOINING, SCHOOL
from handlers.flows.reviewing import REVIEWING
from handlers.flows.viewing import VIEWING
from handlers.rich_menus import menus
from handlers.standing import Place
from models.announcements import announcements
from models.asking import asks
from models.meetings import meeting_answers, meetings
from models.people import Role, join_requests, memberships, people
from models.programme import extension_requests, rounds
from models.reminders import reminder_stops
from models.report import answers, moves, parts
from models.review import decisions
from models.ticket import ticket_words
from tests.province import MAIN, Person, Province
from tests.test_menu_links import coordinator, invites_school, person_of
from tests.whole_report import reports

WRITTEN = (
    *(parts, answers, moves, decisions, ticket_words, extension_requests, reminder_stops, asks),
    *(meetings, meeting_answers, announcements, join_requests, memberships, rounds),
)
"""What a tap on a menu leaves as it is."""
ALIKE = ("verifier", "coordinator")
"""Whose taps are answered alike wherever they stand."""


def taps(hat: str) -> list[str]:
    """Return the postback data of every area of a hat's menus, with the badge and without."""
    shapes = [menu.to_line("") for menu in menus().values() if menu.hat == hat]
    return sorted({area["action"]["data"] for shape in shapes for area in shape["areas"]})


def everything(province: Province) -> dict[str, list[Any]]:
    return {table.name: province.rows(table) for table in WRITTEN}


def stand_at(province: Province, who: Person, flow: str, step: str, **memo: Any) -> None:
    """Put somebody at a step of a talk, as the words before would have."""
    with province.store.write() as db:
        number = db.execute(select(people.c.id).where(people.c.line_user_id == who.user)).scalar_one()
        school = province.school("1031992003") if flow == "report" else None
        standing.put_all(db, [(MAIN, number, Place(flow, step, school, None, memo), province.now)])


def check(province: Province, who: Person, hat: str, flow: str, steps: list[str]) -> None:
    before, said = everything(province), {}
    for step in steps:
        for data in taps(hat):
            stand_at(province, who, flow, step)
            who.posts_back(data)
            assert who.answered == 1, (flow, step, data)
            said[step, data] = who.words.splitlines()[0]
        assert everything(province) == before, (flow, step)
    if hat in ALIKE:
        assert said == {(step, data): said[steps[0], data] for step, data in said}


def test_a_director_at_any_step(province: Province) -> None:
    somsri = province.director()
    somsri.says("รายงาน").says("นักเรียนอ่านคล่องขึ้นมากกว่าปีก่อน 12 คน")
    steps = {row.question for row in province.rows(answers)}
    more = ["home", "confirm", "withdraw", "delete", "offer", "explaining", "wish_day", "wish_why", "wish_sure"]
    stand_at(province, somsri, "report", "home")
    somsri.posts_back("do=human").hears("ผู้ประสาน")
    check(province, somsri, "director", "report", [*steps, *more, "remind_when"])
    check(province, somsri, "director", MEETING.name, [step.key for step in MEETING.steps])


def test_a_tap_leaves_the_question_open_and_words_go_on_there(province: Province) -> None:
    somsri = province.director()
    somsri.says("รายงาน")
    for data in ("do=deadline", "do=status", "do=help", "do=meeting_show"):
        somsri.posts_back(data)
    somsri.says("นักเรียนอ่านคล่องขึ้นมากกว่าปีก่อน 12 คน").says("ต่อไป")
    assert province.everything() == ["นักเรียนอ่านคล่องขึ้นมากกว่าปีก่อน 12 คน"]


def test_a_director_whose_report_was_sent_and_one_between_rounds(province: Province) -> None:
    somsri = reports(province.director())
    check(province, somsri, "director", "report", ["home"])
    with province.store.write() as db:
        db.execute(rounds.update().values(closed_at=province.now))
    check(province, somsri, "director", "report", ["home"])


def test_a_verifier_at_any_step(province: Province) -> None:
    somsri, checker = province.director(), province.verifier()
    reports(somsri)
    checker.says("คิว")  # and hears what has waited to be said
    check(province, checker, "verifier", REVIEWING.name, [step.key for step in REVIEWING.steps])


def test_a_coordinator_at_any_step(province: Province) -> None:
    boss = coordinator(province)
    check(province, boss, "coordinator", COORDINATING.name, [step.key for step in COORDINATING.steps])


def viewer(province: Province) -> Person:
    with province.store.write() as db:
        agency = province.agency("สพป.บุรีรัมย์ เขต 2")
        code = invites.create(db, MAIN, agency_id=agency, role=Role.VIEWER, now=province.now)
    return province.person("นายดู อย่างเดียว").says(code).says("ใช่").says("รับทราบ")


@pytest.mark.parametrize("hat", ["director", "verifier", "coordinator", "viewer", "guest"])
def test_a_typed_word_is_answered_as_the_tap(province: Province, hat: str) -> None:
    """LINE for PC shows no menu."""
    join = {
        "director": (province.director, "report"),
        "verifier": (province.verifier, REVIEWING.name),
        "coordinator": (lambda: coordinator(province), COORDINATING.name),
        "viewer": (lambda: viewer(province), VIEWING.name),
        "guest": (lambda: province.person("ใครก็ไม่รู้").says("สวัสดี"), JOINING.name),
    }[hat]
    who, step = join[0](), "code" if hat == "guest" else "home"
    if hat == "director":
        who.says("รายงาน")  # by which it is begun
    if hat != "guest":  # invited to nothing, staff has nothing to ask about
        invites_school(province, officer=person_of(province, who))
    every = {one.tap(waiting=waiting) for one in menus()[hat].areas for waiting in (False, True)}
    for do, word in sorted(every):
        stand_at(province, who, join[1], step)
        tapped = who.posts_back(f"do={do}").words
        stand_at(province, who, join[1], step)
        assert who.says(word).words == tapped, word


def test_a_guest_at_any_step(province: Province) -> None:
    guest = province.person("นางสาวใหม่ ขอเข้าร่วม").says("สวัสดี")
    steps = [step.key for step in JOINING.steps if step.key != SCHOOL]
    check(province, guest, "guest", JOINING.name, steps)
    guest.says(province.code("1031992003")).hears("ใช่หรือไม่")
    for data in taps("guest"):
        guest.posts_back(data)
        assert guest.answered == 1
    guest.says("ใช่").hears("ประกาศ")  # the question was still open
    guest = province.person("นายอีกคน ขอเข้าร่วม").says("สวัสดี")
    stand_at(province, guest, JOINING.name, "code")
    guest.posts_back("do=start").hears("รหัส")
    guest.posts_back("do=my_data").hears("ข้อมูล")
    guest.posts_back("do=human").hears("โทร")


def test_the_menu_of_a_hat_no_longer_worn_does_nothing(province: Province) -> None:
    """LINE may show the menu of before for some seconds, or for ever where it was never told."""
    boss, somsri, guest = coordinator(province), province.director(), province.person("ใครก็ไม่รู้").says("สวัสดี")
    for hat in ("director", "verifier", "coordinator", "viewer", "guest"):
        check(province, boss, hat, COORDINATING.name, ["home"])
        check(province, somsri, hat, "report", ["home"])
        check(province, guest, hat, JOINING.name, ["code"])

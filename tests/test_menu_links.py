"""Everybody sees the menu of their hat: decided by a look at all, told to LINE whatever happens on the way."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import select, update

from bot.rich_menus import MANY
from bot.simulator.faults import error, rate_limited, reset_after
from handlers import invites, menu_links, menus_made, standing
from handlers.audiences import Audience
from handlers.heard import Kind
from handlers.rich_menus import menus
from models.meetings import invitees, meetings
from models.people import Role, memberships, people
from models.report import State
from models.report import reports as table_of_reports
from models.rich_menus import menu_links as table
from models.rich_menus import rich_menus
from tests.menu_scene import Line, at_line
from tests.province import MAIN, Person, Province
from tests.whole_report import reports


@pytest.fixture
def line(province: Province) -> Iterator[Line]:
    with at_line(province.store, lambda: province.now) as line:
        line.make()
        yield line


def person_of(province: Province, who: Person) -> int:
    with province.store.read() as db:
        return int(db.execute(select(people.c.id).where(people.c.line_user_id == who.user)).scalar_one())


def links(province: Province) -> list[tuple[str | None, bool, str | None]]:
    return [(row.wanted, row.linked_at is not None, row.error) for row in province.rows(table)]


def invites_school(province: Province, code: str = "1031992003", *, hours: int = 24, officer: int | None = None) -> int:
    """Call a meeting of one school, and of an officer perhaps, as rows: what calls it is another's."""
    with province.store.write() as db:
        meeting = {
            "channel_id": MAIN, "state": "called", "version": 1, "title": "ประชุม", "urgent": False,
            "audience": Audience().data(),
            "starts_at": province.now + timedelta(hours=hours), "ends_at": province.now + timedelta(hours=hours + 2),
            "code_key": "k", "created_at": province.now, "called_at": province.now,
        }  # fmt: skip
        number = db.execute(meetings.insert().values(meeting).returning(meetings.c.id)).scalar_one()
        row = {"channel_id": MAIN, "meeting_id": number, "version": 1, "invited_at": province.now}
        db.execute(invitees.insert().values(row | {"school_id": province.school(code)}))
        if officer is not None:
            db.execute(invitees.insert().values(row | {"person_id": officer}))
        return int(number)


def coordinator(province: Province) -> Person:
    with province.store.write() as db:
        code = invites.create(db, MAIN, agency_id=None, role=Role.COORDINATOR, now=province.now)
    return province.person("นางสาวประสาน จังหวัดสมมติ").says(code).says("ใช่").says("รับทราบ")


# Who sees what ----------------------------------------------------------------------------------------------------


def test_a_report_from_begin_to_verdict_is_seen_in_the_menus(province: Province, line: Line) -> None:
    somsri, checker = province.director(), province.verifier()
    line.works()
    assert line.sees(somsri.user) == "director+report"
    assert line.sees(checker.user) == "verifier"
    assert line.sees("U" + "f" * 32) == "guest", "the default"
    reports(somsri)
    line.works()
    assert line.sees(somsri.user) == "director"
    assert "queue" in str(line.sees(checker.user))
    with province.store.write() as db:
        db.execute(
            update(table_of_reports).where(table_of_reports.c.state == State.SUBMITTED).values(state=State.RETURNED)
        )
    line.works()
    assert line.sees(somsri.user) == "director+report"
    assert "queue" not in str(line.sees(checker.user))


def test_an_unanswered_meeting_waits_until_it_is_answered_or_begins(province: Province, line: Line) -> None:
    somsri = province.director()
    invites_school(province)
    line.works()
    assert line.sees(somsri.user) == "director+meetings+report"
    with province.store.write() as db:
        db.execute(update(invitees).values(reply="coming"))
    line.works()
    assert line.sees(somsri.user) == "director+report"
    with province.store.write() as db:
        db.execute(update(invitees).values(reply=None))
    province.later(hours=25)
    line.works()
    assert line.sees(somsri.user) == "director+report"


def test_the_hat_worn_decides_and_what_waits_at_the_desk(province: Province, line: Line) -> None:
    boss = coordinator(province)
    line.works()
    assert line.sees(boss.user) == "coordinator"
    guest = province.person("นางสาวใหม่ ขอเข้าร่วม")
    guest.says("บ้านสวายตัวอย่าง").says("1").says("1").says("นางสาวใหม่ ขอเข้าร่วม").says("ใช่")
    line.works()
    assert line.sees(boss.user) == "coordinator+desk"
    assert line.sees(guest.user) == "guest"
    boss.says(province.code("1031991002")).says("ใช่").hears("เรียบร้อยแล้ว")
    line.works()
    assert line.sees(boss.user) == "director+report"
    boss.says("สลับ")
    boss.taps(next(button.label for button in boss.buttons() if "ประสาน" in button.label))
    line.works()
    assert line.sees(boss.user) == "coordinator+desk"


def test_a_guest_again_after_the_end_and_after_unlinking(province: Province, line: Line) -> None:
    somsri, kanda = province.director(), province.director("นางสาวกาญจนา สมมติสกุล", "1031991002")
    line.works()
    with province.store.write() as db:
        db.execute(
            update(memberships).where(memberships.c.person_id == person_of(province, kanda)).values(until=province.now)
        )
    somsri.says("ยกเลิกการเชื่อมบัญชี").says("ใช่")
    assert [row.line_user_id for row in province.rows(table) if row.line_user_id] == [somsri.user]
    province.later(minutes=1)
    line.works()
    assert line.sees(somsri.user) == line.sees(kanda.user) == "guest"
    assert [row.line_user_id for row in province.rows(table)] == [None], "the LINE id is kept until LINE knows, only"


def test_who_is_back_before_line_was_told_keeps_the_new_menu(province: Province, line: Line) -> None:
    somsri = province.director()
    line.works()
    somsri.says("ยกเลิกการเชื่อมบัญชี").says("ใช่")
    somsri.joins("1031992003")
    line.works()
    assert line.sees(somsri.user) == "director+report"
    assert [(row.wanted, row.line_user_id) for row in province.rows(table)] == [("director+report", None)]


def test_of_who_has_blocked_us_line_is_told_once_they_are_back(province: Province, line: Line) -> None:
    somsri = province.director()
    line.works()
    somsri.does(Kind.UNFOLLOW, token=None)
    invites_school(province)
    line.works()
    before = len(line.calls("rich_menu_link"))
    line.works()
    assert len(line.calls("rich_menu_link")) == before
    assert line.sees(somsri.user) == "director+report"
    somsri.does(Kind.FOLLOW)
    line.works()
    assert line.sees(somsri.user) == "director+meetings+report"


def test_nothing_is_told_twice_and_another_province_sees_nothing(province: Province, line: Line) -> None:
    province.director()
    line.works()
    line.works()
    assert len(line.calls("rich_menu_link")) == 1
    assert len(links(province)) == 1, "the noisy province has no menus, so nothing is kept for its people"


# What may go wrong on the way -------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [error(500), rate_limited(), reset_after()])
def test_trouble_at_line_is_tried_again_later(province: Province, line: Line, fault) -> None:
    somsri = province.director()
    line.platform.faults.queue("rich_menu_link", fault)
    clerk = line.clerk()
    clerk.look()
    clerk.tell()
    assert [one[:2] for one in links(province)] == [("director+report", False)]
    clerk.tell()
    assert len(line.calls("rich_menu_link")) == 1, "not at once"
    province.later(minutes=2)
    clerk.tell()
    assert line.sees(somsri.user) == "director+report"
    assert links(province) == [("director+report", True, None)]


def test_whom_line_does_not_know_is_given_up_until_something_changes(province: Province, line: Line) -> None:
    somsri = province.director()
    line.platform.faults.queue("rich_menu_link", error(400, "The value for the 'userId' parameter is invalid"))
    line.works()
    ((wanted, told, why),) = links(province)
    assert (wanted, told) == ("director+report", True)
    assert "userId" in str(why)
    province.later(days=1)
    line.works()
    assert line.sees(somsri.user) == "guest"
    invites_school(province)
    line.works()
    assert line.sees(somsri.user) == "director+meetings+report"


def test_nobody_is_given_up_while_line_does_not_say_whether_it_has_the_menu(province: Province, line: Line) -> None:
    somsri = province.director()
    line.platform.faults.queue("rich_menu_link", error(404, "Not found"))
    line.platform.faults.queue("rich_menu", error(500))
    line.works()
    assert [one[:2] for one in links(province)] == [("director+report", False)]
    province.later(minutes=2)
    line.works()
    assert line.sees(somsri.user) == "director+report"


def test_a_menu_deleted_by_hand_is_made_again_by_the_command(province: Province, line: Line) -> None:
    somsri = province.director()
    line.works()
    menu_id = line.platform.main.menus.shown_to(somsri.user)
    line.line.delete("main", str(menu_id))
    assert line.sees(somsri.user) == "guest"
    kanda = province.director("นางสาวกาญจนา สมมติสกุล", "1031991002")
    line.works()
    assert line.sees(kanda.user) == "guest"
    assert [one[1] for one in links(province)] == [False, False], "both wait for the next menu"
    province.later(hours=1)
    line.works()
    assert "made director+report" in line.make()
    assert line.sees(somsri.user) == line.sees(kanda.user) == "director+report"


def test_a_change_while_line_is_being_told_is_told_too(province: Province, line: Line) -> None:
    somsri = province.director()
    clerk = line.clerk()
    clerk.look()
    with province.store.write() as db:
        claimed = menu_links.claim(db, province.now)
    invites_school(province)
    line.works()
    assert line.calls("rich_menu_link") == [], "another has it"
    with province.store.write() as db:
        menu_links.told(db, claimed, province.now)
    line.works()
    assert line.sees(somsri.user) == "director+meetings+report"


def test_what_a_crashed_worker_had_is_taken_over(province: Province, line: Line) -> None:
    somsri = province.director()
    line.clerk().look()
    with province.store.write() as db:
        assert len(menu_links.claim(db, province.now)) == 1
        assert menu_links.claim(db, province.now) == []
    province.later(minutes=3)
    line.works()
    assert line.sees(somsri.user) == "director+report"


def test_a_clock_that_was_set_back_keeps_nobody_waiting(province: Province, line: Line) -> None:
    somsri = province.director()
    province.later(hours=1)
    line.clerk().look()
    province.later(hours=-1)
    line.works()
    assert line.sees(somsri.user) == "director+report"


def crowd(province: Province, number: int) -> list[str]:
    """Let many viewers join, as rows."""
    users = [f"U{10_000 + one:032x}" for one in range(number)]
    with province.store.write() as db:
        for user in users:
            found = standing.find(db, MAIN, user, province.now)
            row = {"channel_id": MAIN, "person_id": found.id, "role": Role.VIEWER, "since": province.now}
            db.execute(memberships.insert().values(row))
    return users


def test_many_are_linked_by_one_call_and_by_each_alone_where_line_refuses_one(province: Province, line: Line) -> None:
    users = crowd(province, MANY + 5)
    line.platform.faults.queue("rich_menu_link", error(400, "The property, 'userIds', in the request body is invalid"))
    line.works()
    assert {line.sees(user) for user in users} == {"viewer"}
    assert len(line.calls("rich_menu_link")) == 1 + len(users)
    more = crowd(province, 2 * MANY + 5)[MANY + 5 :]
    line.works()
    assert {line.sees(user) for user in more} == {"viewer"}
    assert len(line.calls("rich_menu_link")) == 1 + len(users) + (1 if len(more) >= MANY else len(more))


def test_two_workers_tell_everybody_once(province: Province, line: Line) -> None:
    users = crowd(province, MANY - 2)
    clerks = [line.clerk() for _ in range(2)]
    threads = [Thread(target=lambda clerk=clerk: (clerk.look(), clerk.tell())) for clerk in clerks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    line.works()
    assert {line.sees(user) for user in users} == {"viewer"}
    assert all(told for _, told, _ in links(province))


def test_twelve_hundred_people_need_three_calls(province: Province, line: Line) -> None:
    users = crowd(province, 1200)
    line.works()
    assert len(line.calls("rich_menu_link")) == 3
    assert {line.sees(user) for user in users} == {"viewer"}


# The command ------------------------------------------------------------------------------------------------------


def test_a_second_run_does_nothing(province: Province, line: Line) -> None:
    assert len(line.platform.main.menus.menus) == len(menus())
    asked = len(line.platform.calls)
    assert line.make() == []
    assert {call.endpoint for call in line.platform.calls[asked:]} == {"rich_menu"}, "it only looked"
    assert line.maker().plan().is_done


def test_what_differs_is_made_again_and_the_old_deleted_when_all_are_moved(province: Province, line: Line) -> None:
    somsri = province.director()
    line.works()
    old = line.platform.main.menus.shown_to(somsri.user)
    with province.store.write() as db:
        db.execute(update(rich_menus).where(rich_menus.c.name == "director+report").values(digest="of another picture"))
    assert [one.name for one in line.maker().plan().missing] == ["director+report"]
    line.platform.faults.queue("rich_menu_link", error(500))
    said = line.make()
    assert f"kept {old}: 1 people still see it; the worker moves them, then run this again" in said
    assert line.sees(somsri.user) == "director+report"
    province.later(minutes=1)
    assert f"deleted {old}" in line.make()
    assert line.platform.main.menus.shown_to(somsri.user) not in (None, old)
    assert line.maker().plan().is_done


@pytest.mark.parametrize("step", ["rich_menu_content", "rich_menu_create"])
def test_a_crash_on_the_way_heals(province: Province, step: str) -> None:
    with at_line(province.store, lambda: province.now) as line:
        line.platform.faults.queue(step, reset_after())
        maker = line.maker()
        with pytest.raises(Exception, match="run this again"):
            list(maker.make())
        assert line.make()[-1].startswith("deleted "), "what was made without our knowing"
        assert sorted(map(line.name, line.platform.main.menus.menus)) == sorted(menus())
        assert line.maker().plan().is_done


def test_menus_made_by_hand_are_left_alone(province: Province, line: Line) -> None:
    menu = menus()["viewer"].to_line("made by hand")
    mine = line.line.create("main", menu)
    line.make()
    assert mine in line.platform.main.menus.menus


def test_too_many_an_hour_is_said_in_words(province: Province, line: Line) -> None:
    with province.store.write() as db:
        menus_made.forget(db, "main", list(menus()))
    line.platform.faults.queue("rich_menu_create", rate_limited())
    with pytest.raises(Exception, match="in an hour"):
        line.make()

"""Talks of people with several schools and hats: one is worn at a time, each turn says which."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from handlers import invites
from handlers.heard import Kind
from handlers.messages.values import Act
from models.audit import audit
from models.people import Request, Role, join_requests, memberships, schools
from models.place import places
from models.programme import rounds
from models.report import State, reports
from tests.province import Person, Province, office
from tests.test_talk_report import fill

FIRST, SECOND = "สพป.บุรีรัมย์ เขต 1", "สพป.บุรีรัมย์ เขต 2"
WORDS = "นักเรียนอ่านคล่องขึ้นมากในปีนี้"


def code(province: Province, role: Role, agency: str | None = None) -> str:
    """Return a fresh code for a hat."""
    place = province.agency(agency) if agency else None
    with province.store.write() as db:
        return invites.create(db, "main", agency_id=place, role=role, now=province.now)


@pytest.fixture
def both(province: Province) -> Person:
    """Return a director who verifies for another agency and coordinates for the own one."""
    person = province.director().says("รายงาน").says(WORDS)
    person.says("พัก").says(code(province, Role.VERIFIER, FIRST)).says("ใช่").hears("ผู้ตรวจของต้นสังกัด")
    return person.says(code(province, Role.COORDINATOR, SECOND)).hears("ผู้ประสาน").says("ใช่").hears("เรียบร้อยแล้ว")


def test_the_switch_lists_schools_and_hats(both: Person) -> None:
    both.says("สลับ").hears("หลายหน้าที่", "1. บ้านสวายตัวอย่าง อ.กระสัง", f"2. ผู้ตรวจของต้นสังกัด {FIRST}", f"3. ผู้ประสาน {SECOND}")


@pytest.mark.parametrize(
    ("typed", "heard"),
    [
        ("1", "ข้อ 1 จาก 6"),
        ("๒", "ผู้ตรวจของต้นสังกัด"),
        ("3", "พิมพ์ “คำขอ”"),
        ("บ้านสวายตัวอย่าง", "ข้อ 1 จาก 6"),
        ("ผู้ตรวจ", "ผู้ตรวจของต้นสังกัด"),
        ("ผู้ประสาน", "ผู้ประสาน"),
        (SECOND, "ผู้ประสาน"),
    ],
)
def test_one_is_chosen_by_number_or_name(both: Person, typed: str, heard: str) -> None:
    both.says("สลับ").says("ไม่มีในนี้แน่").hears("หลายหน้าที่", "1. ").says(typed).hears(heard)


def test_one_is_chosen_by_a_button(both: Person) -> None:
    both.says("สลับ").taps("บ้านสวายตัวอย่าง").hears("ข้อ 1 จาก 6", "โรงเรียน บ้านสวายตัวอย่าง")
    both.says("สลับ").taps("ผู้ประสาน สพป.บุรีรัมย์ เขต 2").hears("ขณะนี้ท่านทำหน้าที่ ผู้ประสาน")


def test_a_new_message_lands_in_the_flow_of_the_hat_worn(province: Province, both: Person) -> None:
    both.says("สลับ").says("3").says("นักเรียนมาเรียนครบทุกคนวันนี้").hears(f"[ผู้ประสาน {SECOND}]")
    both.sends(Kind.IMAGE).hears(f"[ผู้ประสาน {SECOND}]")
    assert province.everything() == [WORDS]
    both.says("สลับ").says("1").says("นักเรียนมาเรียนครบทุกคนวันนี้").hears("โรงเรียน บ้านสวายตัวอย่าง", "บันทึกแล้ว")
    assert province.everything() == [WORDS, "นักเรียนมาเรียนครบทุกคนวันนี้"]


def test_every_turn_of_a_hat_says_which(both: Person) -> None:
    both.says("สลับ").says("2")
    for words in ("คิว", "ช่วยเหลือ", "อะไรก็ได้", "👍"):
        both.says(words).hears(f"[ผู้ตรวจของต้นสังกัด {FIRST}]")


def test_nothing_of_one_hat_is_reached_from_another(province: Province, both: Person) -> None:
    stranger = province.person("ครูมยุรี")
    stranger.says("บ้านสวายตัวอย่าง").says("3").says("ครูมยุรี จำลองพันธ์").says("ใช่").hears("ส่งคำขอแล้ว")
    both.says("สลับ").says("3").says("คำขอ").hears("ครูมยุรี")
    old = len(both.turns) - 1
    for hat in ("1", "2"):
        both.says("สลับ").says(hat)
        both.taps("อนุมัติ 1", turn=old).hears("ปุ่มนี้เป็นของหน้าที่ ผู้ประสาน").says("อนุมัติ 1")
    assert [row.state for row in province.rows(join_requests)] == [Request.ASKED]
    both.says("สลับ").says("3").taps("อนุมัติ 1", turn=old).hears("อนุมัติแล้ว")


def test_a_reports_old_button_does_nothing_while_another_hat_is_worn(province: Province, both: Person) -> None:
    both.says("สลับ").says("1")
    old = len(both.turns) - 1
    both.says("สลับ").says("2").taps("ต่อไป", turn=old).hears("ปุ่มนี้เป็นของหน้าที่ บ้านสวายตัวอย่าง")
    assert province.rows(reports)[-1].state == State.DRAFT


def test_a_late_bubble_of_the_report_is_filed_and_the_hat_stays(province: Province, both: Person) -> None:
    both.says("สลับ").says("1").hears("ข้อ 1 จาก 6")
    then = province.now
    both.says("สลับ").says("3")
    both.says("ฟองที่มาช้าเรื่องนักเรียน", at=then + timedelta(seconds=0)).hears("เพิ่งมาถึงระบบ")
    both.says("เมนู").hears("[ผู้ประสาน")
    assert "ฟองที่มาช้าเรื่องนักเรียน" in province.everything()


def test_a_lost_place_is_asked_for_or_the_report_is_taken_up(province: Province, both: Person) -> None:
    province.forget_places()
    both.says("รายงาน").hears("ข้อ 1 จาก 6")
    two = office(province, Role.VERIFIER, FIRST).says(code(province, Role.VERIFIER, SECOND)).says("ใช่")
    province.forget_places()
    two.says("คิว").hears("หลายหน้าที่", FIRST, SECOND).says("2").hears(SECOND).says("คิว").hears(
        f"[ผู้ตรวจของต้นสังกัด {SECOND}]"
    )


def test_a_hand_made_hat_is_none(province: Province) -> None:
    director = province.director()
    for value in ("coordinating.0", "reviewing.1", "operating.0", "report.999", ""):
        director.posts_back(f"do=hat&v={value}").says("คำขอ").says("อนุมัติ 1").says("คิว")
    assert [row.role for row in province.rows(memberships) if row.channel_id == "main"] == ["director"]


def test_who_has_one_hat_hears_so(province: Province) -> None:
    office(province, Role.VERIFIER, FIRST).says("สลับ").hears("หน้าที่เดียว", FIRST)


def test_a_code_typed_by_a_verifier_is_read_and_declined_in_place(province: Province) -> None:
    verifier = office(province, Role.VERIFIER, FIRST)
    school = province.code("1031992003")
    verifier.says(school).hears("บ้านสวายตัวอย่าง", "ใช่หรือไม่").says("ไม่ใช่").hears("ยังไม่ได้เชื่อมเพิ่ม")
    verifier.says("คิว").hears_not("รหัสเชิญ").says(school).says("ใช่").hears("เชื่อมบัญชีกับ บ้านสวายตัวอย่าง")
    verifier.says("รายงาน").hears("ข้อ 1 จาก 6").says("สลับ").hears("ผู้ตรวจของต้นสังกัด")


def test_a_coordinator_asks_for_a_school_by_name_and_may_stop(province: Province) -> None:
    boss = office(province, Role.COORDINATOR, SECOND)
    boss.says("เพิ่มโรงเรียน").hears("ชื่อโรงเรียน").says("คำขอ").hears("ไม่มีคำขอ")
    boss.says("เพิ่มโรงเรียน").says("บ้านสวายตัวอย่าง").hears("บทบาทใด").says("ยกเลิก").hears("ยังไม่ได้ส่ง")
    boss.says("เมนู").hears("ผู้ประสาน")


def test_a_director_asks_for_a_second_school_and_goes_on_meanwhile(province: Province) -> None:
    director = province.director()
    boss = office(province, Role.COORDINATOR)
    director.says("เพิ่มโรงเรียน").hears("ชื่อโรงเรียน").says("รายงาน").hears("ข้อ 1 จาก 6").says("พัก")
    director.says("เพิ่มโรงเรียน").says("บ้านหนองสมมติ อ.นางรอง").says("1").says("นางวารุณี ตัวอย่างทอง").says("ใช่")
    director.hears("ส่งคำขอแล้ว").says("รายงาน").hears("ข้อ 1 จาก 6").says("พัก")
    director.says("เพิ่มโรงเรียน").hears("คำขอที่รอพิจารณา บ้านหนองสมมติ").says("ยกเลิก").hears("ยังไม่ได้ส่งคำขอ")
    assert [row.state for row in province.rows(join_requests)] == [Request.ASKED]
    boss.says("คำขอ").says("อนุมัติ 1").hears("อนุมัติแล้ว")
    director.says("สลับ").hears("1. บ้านสวายตัวอย่าง", "2. บ้านหนองสมมติ").says("2").hears("ข้อ 1 จาก 6")


def test_a_director_takes_a_request_back(province: Province) -> None:
    director = province.director().says("เพิ่มโรงเรียน").says("บ้านหนองสมมติ อ.นางรอง").says("1").says("นางวารุณี ตัวอย่างทอง")
    director.says("ใช่").hears("ส่งคำขอแล้ว").says("เพิ่มโรงเรียน").says("ถอนคำขอ").hears("ถอนคำขอแล้ว")
    assert [row.state for row in province.rows(join_requests)] == [Request.WITHDRAWN]
    director.says("รายงาน").hears("ข้อ 1 จาก 6")


class TestNumbersOnly:
    def test_a_viewer_hears_counts_of_five_schools_and_more(self, province: Province) -> None:
        viewer = office(province, Role.VIEWER)
        viewer.says("ภาพรวม").hears("น้อยกว่า 5")
        with province.store.write() as db:
            for n in range(2):
                row = {"channel_id": "main", "agency_id": province.agency(FIRST), "code": f"103199900{n}"}
                db.execute(schools.insert(), row | {"name": f"บ้านเพิ่ม{n}", "district": "ชำนิ"})
        province.director().says("รายงาน").says(WORDS)
        viewer.says("ภาพรวม").hears("โรงเรียน 5 แห่ง ส่งแล้ว 0 แห่ง").hears_not("บ้าน", WORDS)
        viewer.says("รายงาน").says("คิว").hears_not("บ้าน").says("คำขอ").hears_not("บ้าน")

    def test_of_an_agency_only_its_own(self, province: Province) -> None:
        office(province, Role.VIEWER, FIRST).says("ภาพรวม").hears("น้อยกว่า 5", FIRST)

    def test_without_a_round_there_is_nothing(self, province: Province) -> None:
        viewer = office(province, Role.VIEWER)
        with province.store.write() as db:
            db.execute(update(rounds).values(closed_at=province.now))
        viewer.says("ภาพรวม").hears("ไม่มีรอบ")

    def test_an_operator_sees_no_content(self, province: Province) -> None:
        province.director().says("รายงาน").says(WORDS)
        operator = office(province, Role.OPERATOR)
        for words in ("รายงาน", "ภาพรวม", "คิว", "คำขอ", "สรุป", "บ้านสวายตัวอย่าง"):
            operator.says(words).hears("ผู้ดูแลระบบ").hears_not(WORDS, "สวาย")


class TestClosedSchools:
    @pytest.fixture
    def closed(self, province: Province) -> str:
        """Close a school after a code for it was handed out."""
        made = province.code("1031992003")
        with province.store.write() as db:
            number = province.school("1031992003")
            db.execute(schools.update().where(schools.c.id == number).values(closed_at=province.now))
        return made

    def test_its_code_is_refused_kindly(self, province: Province, closed: str) -> None:
        stranger = province.person("คนมาช้า").says(closed).hears("ปิดหรือรวม", "ผู้ประสาน")
        stranger.says("ใช่").says("รายงาน").hears("รหัสเชิญ")
        assert "invite.refused" in [row.action for row in province.rows(audit)]

    def test_nobody_asks_to_join_it(self, province: Province, closed: str) -> None:
        province.person("คนมาช้า").says("บ้านสวายตัวอย่าง").hears("ปิดหรือรวม", SECOND)

    def test_nobody_speaks_for_it_any_more(self, province: Province) -> None:
        director = province.director().says("รายงาน").says(WORDS)
        with province.store.write() as db:
            number = province.school("1031992003")
            db.execute(schools.update().where(schools.c.id == number).values(closed_at=province.now))
        director.says("ครูขยันมากทุกคนตลอดปี").hears("ปิดหรือรวม", "ยังอยู่ครบ")
        assert province.everything() == [WORDS]

    def test_a_code_said_yes_to_after_the_closing(self, province: Province) -> None:
        stranger = province.person("คนมาช้า").says(province.code("1031992003")).hears("ใช่หรือไม่")
        with province.store.write() as db:
            number = province.school("1031992003")
            db.execute(schools.update().where(schools.c.id == number).values(closed_at=province.now))
        stranger.says("ใช่").hears("ปิดหรือรวม")


def test_the_buttons_of_the_switch_fit_and_carry_no_words(both: Person) -> None:
    both.says("สลับ")
    assert [act.do for act in map(Act.read, both.data()) if act] == ["hat"] * 3


@pytest.mark.parametrize("has_school", [False, True])
def test_what_comes_late_leaves_a_verifier_at_the_step(province: Province, has_school: bool) -> None:
    verifier = office(province, Role.VERIFIER, SECOND)
    if has_school:
        verifier.says(province.code("1031991002")).says("ใช่").says("รายงาน").says("สลับ").says("1")
    fill(province.director()).says("ส่ง").says("ยืนยัน").hears("เลขรับ")
    earlier = province.now
    verifier.says("คิว").says("1").says("แก้ไข 4").hears("เหตุผล")
    stood = [row for row in province.rows(places) if row.flow == "reviewing"]
    said: list[tuple[Kind, dict[str, str]]] = [
        (Kind.TEXT, {"text": "คิว", "message_id": "late-1"}),
        (Kind.TEXT, {"text": WORDS, "message_id": "late-2"}),
        (Kind.IMAGE, {"message_id": "late-3"}),
        (Kind.EDITED, {"text": WORDS, "message_id": "late-2"}),
        (Kind.POSTBACK, {"data": "do=queue"}),
        (Kind.FOLLOW, {}),
        (Kind.UNSEND, {"message_id": "late-2"}),
    ]
    for kind, more in said:
        verifier.does(kind, at=earlier, **more)
        assert [row for row in province.rows(places) if row.flow == "reviewing"] == stood, kind
    verifier.says("จำนวนคอมพิวเตอร์ไม่ตรง").hears("ประเด็นที่ 4: ขอแก้ไข")


def test_a_late_bubble_of_a_verifier_is_not_filed_in_the_own_report(province: Province, both: Person) -> None:
    both.says("สลับ").says("2").hears("ผู้ตรวจ")
    worn = province.now
    province.later(minutes=1)
    both.says("คิว")
    both.says("ข้อความที่พิมพ์ขณะตรวจแต่มาถึงช้า", at=worn + timedelta(seconds=1)).hears("มาถึงช้า")
    assert province.everything() == [WORDS]

"""Digests in talk: asked for in any words, within one's own scope; the lists, one school, and who gets them unasked."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import update

from handlers import invites
from models.audit import audit
from models.people import Role, agencies, people, schools
from models.programme import rounds
from models.report import State, reports
from tests.province import Person, Province, office

ONE, TWO, THREE = (f"สพป.บุรีรัมย์ เขต {n}" for n in (1, 2, 3))
WORDS = "นักเรียน 168 คน อ่านคล่องขึ้นมากในปีนี้"


def put(province: Province, school: str, state: State, **more) -> None:
    """Let a school's report be in a state."""
    with province.store.write() as db:
        running = next(row.id for row in db.execute(rounds.select()) if row.channel_id == "main")
        row = {"channel_id": "main", "round_id": running, "school_id": province.school(school), "state": state}
        db.execute(reports.insert(), row | {"created_at": province.now, "submitted_at": province.now} | more)


def grow(province: Province, agency: str, many: int, mark: str = "9") -> None:
    """Give an agency more schools."""
    number = province.agency(agency)
    with province.store.write() as db:
        for n in range(many):
            row = {"channel_id": "main", "agency_id": number, "code": f"1031{mark}{number:02}{n:03}"}
            db.execute(schools.insert(), row | {"name": f"บ้านเพิ่ม{number}ที่{n}", "district": "ชำนิ"})


class TestAskedFor:
    @pytest.mark.parametrize("words", ["สรุป", "ขอสรุปหน่อยครับ", "ภาพรวม", "เหลือกี่โรง", "ส่งแล้วกี่โรงคะ"])
    def test_a_coordinator_sees_the_whole_province(self, province: Province, boss: Person, words: str) -> None:
        put(province, "1031992003", State.SUBMITTED)
        put(province, "1031991002", State.RETURNED)
        boss.says(words).hears("สรุป จ. 5 ม.ค. 2569", "โรงเรียน 3 แห่ง ส่งแล้ว 1 แห่ง", "รอตรวจ 1", "ส่งกลับให้ปรับ 1")
        boss.hears("ยังไม่เริ่ม 1", "ยังติดต่อทางไลน์ไม่ได้ 3", f"{ONE} ส่งแล้ว 0/1", f"{TWO} ส่งแล้ว 1/1")
        assert boss.words.index(ONE) < boss.words.index(TWO) < boss.words.index(THREE)

    @pytest.mark.parametrize(
        "words",
        ["เขต 3 เหลือกี่โรง", "สรุป เขต 3", "สรุปเขต ๓", "สพป.บร 3 ส่งแล้วกี่โรง", "เหลือกี่โรง เขต 3 ครับ", "สรุป 3"],
    )
    def test_an_agency_is_asked_for_in_words(self, boss: Person, words: str) -> None:
        boss.says(words).hears(f"{THREE} · ", "โรงเรียน 1 แห่ง ส่งแล้ว 0 แห่ง").hears_not(ONE, TWO)

    def test_an_unknown_agency_is_answered_with_those_there_are(self, boss: Person) -> None:
        boss.says("สรุป เขต 9").hears("ไม่พบสังกัด", "เขต 9", ONE, TWO, THREE)
        boss.says("สรุป สพป.บุรีรัมย์").hears("อาจเป็น", ONE, TWO, THREE)

    def test_an_agencys_own_see_their_own_only(self, province: Province) -> None:
        for role in (Role.COORDINATOR, Role.VERIFIER):
            own = office(province, role, TWO)
            own.says("สรุป").hears(f"{TWO} · ", "โรงเรียน 1 แห่ง").hears_not(ONE, THREE)
            own.says("เขต 3 เหลือกี่โรง").hears("เฉพาะ", TWO).hears_not("แห่ง")
            own.says("ใครยังไม่ส่งบ้าง").hears("บ้านสวายตัวอย่าง").hears_not("บ้านหนองสมมติ")

    def test_a_forged_button_of_another_agency_is_refused_and_audited(self, province: Province) -> None:
        own = office(province, Role.VERIFIER, TWO)
        other = province.agency(THREE)
        for data in (f"do=numbers&v={other}", f"do=schools&v={other}", "do=schools&v=0", f"do=nudge&v={other}"):
            own.posts_back(data).hears("นอกสังกัดของท่าน").hears_not("บ้านหนองสมมติ")
        own.posts_back(f"do=one_school&v={province.school('1031993002')}").hears("นอกสังกัดของท่าน")
        own.posts_back(f"do=schools&q=hidden&v={province.agency(TWO)}").hears("นอกสังกัดของท่าน")
        assert sum(row.action == "tap.refused" for row in province.rows(audit)) == 6

    def test_the_card_opens_an_agency_and_the_list(self, boss: Person) -> None:
        boss.says("สรุป").taps(TWO).hears(f"{TWO} · ").taps("ดูรายชื่อ").hears("ยังไม่ส่ง", "1. บ้านสวายตัวอย่าง อ.กระสัง")
        boss.says("สรุป").taps("ยังไม่เริ่ม 3").hears("ยังไม่เริ่ม · ", "3 โรงเรียน")

    def test_without_a_round_it_says_so(self, province: Province, boss: Person) -> None:
        with province.store.write() as db:
            db.execute(update(rounds).values(closed_at=province.now))
        boss.says("สรุป").hears("ไม่มีรอบ").says("ใครยังไม่ส่ง").hears("ไม่มีรอบ").says("เตือน").hears("ไม่มีรอบ")

    def test_a_closed_school_does_not_count(self, province: Province, boss: Person) -> None:
        with province.store.write() as db:
            closed = schools.c.id == province.school("1031993002")
            db.execute(update(schools).where(closed).values(closed_at=province.now))
        boss.says("สรุป").hears("โรงเรียน 2 แห่ง")

    def test_who_blocks_us_is_not_reached(self, province: Province, boss: Person) -> None:
        director = province.director()
        boss.says("สรุป").hears("ยังติดต่อทางไลน์ไม่ได้ 2")
        with province.store.write() as db:
            mine = people.c.line_user_id == director.user
            db.execute(update(people).where(mine).values(blocked_at=province.now))
        boss.says("สรุป").hears("ยังติดต่อทางไลน์ไม่ได้ 3")
        boss.says("ใครยังไม่ผูกไลน์").hears("3 โรงเรียน", "“ใครติดต่อไม่ได้”").says("1").hears("ปิดรับข้อความ")

    def test_what_waits_for_too_long_is_overdue(self, province: Province, boss: Person) -> None:
        put(province, "1031992003", State.SUBMITTED)
        put(province, "1031991002", State.SUBMITTED, submitted_at=province.now - timedelta(days=40))
        boss.says("สรุป").hears("รอตรวจ 2 (ค้างเกิน 10 วันทำการ 1)")
        boss.posts_back("do=schools&q=overdue&v=0").hears("รอตรวจเกิน 10 วันทำการ", "1. บ้านหนองสมมติ").hears_not("2. ")

    def test_words_that_name_no_agency_leave_one_where_one_stands(self, province: Province) -> None:
        own = office(province, Role.VERIFIER, TWO)
        own.says("ช่วยเหลือ").hears("คิว").says("3").hears_not("สรุป จ.")
        own.says("ใครยังไม่ส่ง").hears("1. บ้านสวายตัวอย่าง").says("จำนวน ไม่ตรงกับที่ไปเห็น").hears("ไม่พบสังกัด")
        own.says("1").hears("บ้านสวายตัวอย่าง", "ไลน์:")


class TestNumbersOnly:
    def test_a_viewer_hears_no_agency_that_can_be_made_out(self, province: Province) -> None:
        grow(province, ONE, 6)
        viewer = office(province, Role.VIEWER)
        viewer.says("สรุป").hears("โรงเรียน 9 แห่ง").hears_not("บ้าน", TWO, THREE, ONE)  # 9 − 7 would tell of two
        grow(province, TWO, 5)
        viewer.says("สรุป").hears("โรงเรียน 14 แห่ง").hears_not(THREE)
        viewer.says("เขต 3 เหลือกี่โรง").hears("น้อยกว่า 5")

    def test_one_is_told_where_all_others_are_many(self, province: Province) -> None:
        for agency in (ONE, TWO, THREE):
            grow(province, agency, 4)
        viewer = office(province, Role.VIEWER)
        viewer.says("เขต 3 เหลือกี่โรง").hears(f"{THREE} · ", "โรงเรียน 5 แห่ง").hears_not("บ้าน")
        viewer.says("สรุป").hears(f"{ONE} ส่งแล้ว 0/5").taps(ONE).hears(f"{ONE} · ")

    def test_names_and_nudges_are_not_for_viewers(self, province: Province) -> None:
        grow(province, ONE, 9)
        viewer = office(province, Role.VIEWER)
        for words in ("ใครยังไม่ส่งบ้าง", "ดูรายชื่อ", "เตรียมเตือน", "1", "หยุดสรุป"):
            viewer.says(words).hears("โรงเรียน 12 แห่ง").hears_not("บ้าน")
        viewer.posts_back(f"do=one_school&v={province.school('1031992003')}").hears_not("บ้าน")
        assert all("schools" not in one and "nudge" not in one for one in viewer.data())


class TestLists:
    def test_a_long_list_comes_in_pages(self, province: Province, boss: Person) -> None:
        grow(province, TWO, 20)
        boss.says("ใครยังไม่ส่งบ้าง").hears("ลำดับ 1–9 จาก 23 โรงเรียน", "1. ", "9. ").hears_not("10. ")
        boss.says("ดูต่อ").hears("ลำดับ 10–18", "10. ").taps("ดูต่อ").hears("ลำดับ 19–23", "23. ")
        boss.says("ดูต่อ").hears("ไม่มีโรงเรียน")

    def test_a_number_opens_one_school_without_its_words(self, province: Province, boss: Person) -> None:
        province.director().says("รายงาน").says(WORDS)
        boss.says("เขต 2 ใครยังไม่ส่ง").hears("1. บ้านสวายตัวอย่าง").says("1")
        boss.hears("บ้านสวายตัวอย่าง อ.กระสัง", TWO, "เริ่มแล้ว ยังไม่ส่ง", "ผูกแล้ว (ผู้อำนวยการ)", "5 ม.ค. 2569")
        boss.hears_not(WORDS, "วารุณี").taps("ดูรายชื่อ").hears("1. บ้านสวายตัวอย่าง").says("7").hears("ไม่มีหมายเลข 7")
        assert "school.viewed" in {row.action for row in province.rows(audit)}

    def test_nobody_joined_says_what_to_do(self, boss: Person) -> None:
        boss.says("ใครยังไม่ส่ง").taps("1").hears("ยังไม่มีผู้ผูก", "รหัสเชิญ", "ใช้งานล่าสุด: ยังไม่มี")

    def test_a_school_that_has_sent_leaves_the_list(self, province: Province, boss: Person) -> None:
        put(province, "1031992003", State.VERIFIED)
        boss.says("ใครยังไม่ส่งบ้าง").hears("2 โรงเรียน").hears_not("บ้านสวาย")
        boss.says("สรุป").taps("รับรองแล้ว 1").hears("1. บ้านสวายตัวอย่าง")

    def test_the_coordinators_queue_is_the_list_of_what_waits(self, province: Province, boss: Person) -> None:
        put(province, "1031992003", State.SUBMITTED)
        boss.says("รอตรวจ").hears("รอตรวจ · ", "1. บ้านสวายตัวอย่าง", "ส่งแล้ว จ. 5 ม.ค. 2569")


def test_of_two_offices_a_button_of_the_other_says_so(province: Province) -> None:
    both = office(province, Role.VERIFIER, ONE)
    with province.store.write() as db:
        code = invites.create(db, "main", agency_id=province.agency(TWO), role=Role.COORDINATOR, now=province.now)
    both.says(code).says("ใช่").says("สลับ").says("1").hears(ONE)
    both.posts_back(f"do=schools&v={province.agency(TWO)}").hears("ปุ่มนี้เป็นของหน้าที่", TWO).hears_not("บ้านสวาย")


def test_a_bubble_of_a_large_province_stays_below_the_limit(province: Province, boss: Person) -> None:
    with province.store.write() as db:
        for n in range(4, 40):
            row = {"channel_id": "main", "name": f"สำนักงานเขตพื้นที่การศึกษาประถมศึกษาบุรีรัมย์ เขต {n}"}
            db.execute(agencies.insert(), row)
    for n in range(4, 40):
        grow(province, f"สำนักงานเขตพื้นที่การศึกษาประถมศึกษาบุรีรัมย์ เขต {n}", 1)
    boss.says("สรุป").hears("และอีก 27 สังกัด").taps("ดูเพิ่ม").hears("และอีก 15 สังกัด")
    boss.says("ดูเพิ่ม").hears("เขต 36", "และอีก 3 สังกัด").says("ดูต่อ").hears("เขต 39")
    boss.posts_back("do=numbers&n=999&v=0").hears("โรงเรียน 39 แห่ง").hears_not("และอีก")
    for n in range(4, 40):
        grow(province, f"สำนักงานเขตพื้นที่การศึกษาประถมศึกษาบุรีรัมย์ เขต {n}", 6, "x")
    viewer = office(province, Role.VIEWER)
    viewer.says("สรุป").hears("และอีก 23 สังกัด").says("ดูเพิ่ม").hears("และอีก 11 สังกัด").hears_not("บ้าน")
    assert max(len(json.dumps(one["contents"])) for turn in boss.turns for one in turn if "contents" in one) < 25_000

"""Talks in which people check in to a meeting: directors, delegates, officers, strangers; what each is told."""

from datetime import timedelta
from typing import Any

from handlers import checkin_codes
from handlers.audiences import Audience
from handlers.heard import Kind
from handlers.messages.values import Act
from models.audit import audit
from models.meetings import Mode, invitees, meeting_answers
from models.meetings import checkins as rows
from models.people import Role
from models.report import State, reports
from tests.meeting_scene import STARTS, call, cancel, change, stands
from tests.province import Province
from tests.test_talk_requests import office

WARUNEE, SURADET, KANJANA = "1031992003", "1031993002", "1031991002"
LIVE = "https://live.example/1"


def begin(province: Province, minutes: float = -10, **given: Any) -> int:
    """Call the usual meeting, and move to some minutes from its start."""
    meeting = call(province, **given)
    province.now = STARTS + timedelta(minutes=minutes)
    return meeting


def code(province: Province, meeting: int, mode: Mode = Mode.ROOM) -> str:
    shown = checkin_codes.codes(stands(province, meeting), province.now)
    found = shown.room if mode == Mode.ROOM else shown.call
    assert found is not None
    return found


def came(province: Province) -> list[tuple[str, bool, int | None]]:
    return [(row.mode, row.late, row.headcount) for row in province.rows(rows)]


class TestCheckingIn:
    def test_a_bare_code_in_thai_digits_and_the_way_out(self, province: Province):
        warunee = province.director()
        meeting = begin(province)
        thai = code(province, meeting).translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))
        warunee.says(f"{thai[:3]} {thai[3:]} ค่ะ").hears(
            "ลงชื่อเข้าประชุมเรียบร้อยแล้ว เวลา 08:50 น.", "พื้นที่นวัตกรรมสมมติ", "บ้านสวายตัวอย่าง · ที่ห้องประชุม",
            "6 ประเด็น", "กำหนดส่ง",
        )  # fmt: skip
        warunee.taps("เริ่มรายงาน").hears("คุณภาพผู้เรียน")
        assert came(province) == [(Mode.ROOM, False, None)]

    def test_twice_says_when_and_how_one_is_in(self, province: Province):
        warunee = province.director()
        meeting = begin(province)
        warunee.says(f"เช็กอิน {code(province, meeting)}").hears("เรียบร้อยแล้ว")
        province.later(minutes=5)
        warunee.says(code(province, meeting, Mode.CALL)).hears("ลงชื่อไว้แล้วเมื่อ 08:50 น.", "ที่ห้องประชุม", "ไม่ต้องลงซ้ำ")
        warunee.says("ลงชื่อตรงไหนคะ").hears("ลงชื่อไว้แล้วเมื่อ 08:50 น.")
        warunee.again().hears_nothing()
        assert came(province) == [(Mode.ROOM, False, None)]

    def test_who_came_is_not_asked_of_a_meeting_that_was_cancelled(self, province: Province):
        warunee = province.director()
        meeting = begin(province)
        warunee.says(code(province, meeting)).hears("เรียบร้อยแล้ว")
        cancel(province, meeting)
        warunee.says("ผู้แทนมาแทน").hears("ยกเลิก").hears_not("ท่านใดเข้าประชุม")

    def test_in_the_middle_of_the_report_the_question_stays_open(self, province: Province):
        warunee = province.director()
        warunee.says("รายงาน").hears("คุณภาพผู้เรียน").says("นักเรียนอ่านคล่องขึ้นมากในปีนี้")
        meeting = begin(province)
        warunee.says(code(province, meeting)).hears("ลงชื่อเข้าประชุมเรียบร้อยแล้ว", "ตอบไว้บางส่วนแล้ว")
        warunee.says("ยังมีเด็กอ่านไม่คล่อง 9 คนในชั้น ป.2")
        assert province.answer("learners.now") == ["นักเรียนอ่านคล่องขึ้นมากในปีนี้", "ยังมีเด็กอ่านไม่คล่อง 9 คนในชั้น ป.2"]

    def test_a_number_that_is_no_code_says_how_to_answer_with_it(self, province: Province):
        warunee = province.director()
        warunee.says("รายงาน").hears("คุณภาพผู้เรียน")
        begin(province)
        warunee.says("200000").hears("ยังไม่ตรง", "หากตั้งใจตอบคำถาม")
        warunee.says("งบ 200000 บาท ใช้ซื้อหนังสือเสริมการอ่าน")
        assert province.answer("learners.now") == ["งบ 200000 บาท ใช้ซื้อหนังสือเสริมการอ่าน"]

    def test_six_digits_are_an_answer_while_no_meeting_is_near(self, province: Province):
        warunee = province.director()
        call(province)
        warunee.says("รายงาน").says("200000")
        assert province.answer("learners.now") == ["200000"]

    def test_late_by_the_moment_it_was_sent(self, province: Province):
        """A worker down over the start: what was sent in time is in time."""
        warunee = province.director()
        meeting = begin(province, minutes=-1)
        sent, typed = province.now, code(province, meeting)
        province.later(minutes=50)
        warunee.says(typed, at=sent).hears("เรียบร้อยแล้ว เวลา 08:59 น.").hears_not("หลังเวลาเริ่ม")
        assert came(province) == [(Mode.ROOM, False, None)]

    def test_an_older_message_that_comes_behind_a_newer_one_counts_too(self, province: Province):
        warunee = province.director()
        meeting = begin(province)
        sent, typed = province.now, code(province, meeting)
        province.later(minutes=1)
        warunee.says("สวัสดี").says(typed, at=sent).hears("ลงชื่อเข้าประชุมเรียบร้อยแล้ว")

    def test_after_no_one_is_welcome_and_after_the_room_the_call_counts(self, province: Province):
        warunee, suradet = province.director(), province.person("นายสุรเดช").joins(SURADET)
        meeting = call(province, seats=1)
        warunee.says("ประชุมไม่สะดวก ติดราชการ")
        suradet.says("ไปประชุมที่ห้อง")
        province.now = STARTS - timedelta(minutes=10)
        warunee.says(code(province, meeting)).hears("เดิมแจ้งไว้ว่าไม่สะดวก", "ยินดีที่มาได้")
        suradet.says(code(province, meeting, Mode.CALL)).hears("เดิมตอบไว้ว่าไปที่ห้อง", "เปลี่ยนเป็นออนไลน์ให้แล้ว")
        assert all(row.seated_at is None for row in province.rows(invitees))

    def test_in_a_talk_with_an_officer_a_code_is_a_code(self, province: Province):
        warunee = province.director()
        office(province, Role.COORDINATOR, None)
        meeting = begin(province)
        warunee.says("ขอคุยกับเจ้าหน้าที่").hears("เจ้าหน้าที่")
        warunee.says(f"เช็กอิน {code(province, meeting)}").hears("ลงชื่อเข้าประชุมเรียบร้อยแล้ว")


class TestAsking:
    def test_where_to_check_in(self, province: Province):
        warunee = province.director()
        begin(province)
        warunee.says("ถึงแล้วค่ะ ลงชื่อตรงไหน").hears("พิมพ์รหัส 6 หลัก", "ลงชื่อได้ถึง 09:30 น.")

    def test_late_into_the_call_and_still_in_time(self, province: Province):
        warunee = province.director()
        meeting = begin(province, minutes=12)
        warunee.says("เพิ่งเข้าซูมได้ เน็ตหลุด ยังลงชื่อทันมั้ย").hears("ยังลงชื่อทัน ลงได้ถึง 09:30 น.", "พิมพ์รหัส 6 หลัก")
        warunee.says(code(province, meeting, Mode.CALL)).hears("เข้าหลังเวลาเริ่มประชุม")
        assert came(province) == [(Mode.CALL, True, None)]

    def test_too_late_says_whom_to_tell(self, province: Province):
        warunee = province.director()
        meeting = begin(province, minutes=31)
        for words in ("เพิ่งเข้าซูมได้ เน็ตหลุด ยังลงชื่อทันมั้ย", code(province, meeting, Mode.CALL)):
            warunee.says(words).hears("ปิดลงชื่อด้วยรหัสแล้วเมื่อ 09:30 น.", "เข้าประชุมต่อได้ตามปกติ", "นายประสาน สมมติ 044000099")
        assert came(province) == []

    def test_too_early_says_from_when(self, province: Province):
        warunee = province.director()
        begin(province, minutes=-45)
        warunee.says("เช็กอิน").hears("ยังไม่ถึงเวลาลงชื่อ", "08:30 น.")
        warunee.says("เช็กอิน 123456").hears("ยังไม่ถึงเวลาลงชื่อ")

    def test_after_the_end_one_may_ask_and_is_offered_what_is_open(self, province: Province):
        warunee = province.director()
        meeting = begin(province)
        warunee.says(code(province, meeting))
        province.now = STARTS + timedelta(hours=3, minutes=20)
        warunee.says("เช็กอิน").hears("ลงชื่อไว้แล้วเมื่อ 08:50 น.", "6 ประเด็น")


class TestTurnedAway:
    def test_yesterdays_code(self, province: Province):
        warunee = province.director()
        yesterday = call(
            province, title="ประชุมเมื่อวาน", starts_at=STARTS - timedelta(days=1), ends_at=STARTS - timedelta(hours=21)
        )
        begin(province)
        province.now -= timedelta(days=1)
        old = code(province, yesterday)
        province.now += timedelta(days=1)
        warunee.says(old).hears("ประชุมเมื่อวาน", "จบแล้ว", "โปรดพิมพ์รหัสที่แสดงบนจอตอนนี้")

    def test_the_code_of_a_few_minutes_ago(self, province: Province):
        warunee = province.director()
        meeting = begin(province)
        old = code(province, meeting)
        province.later(minutes=5)
        warunee.says(old).hears("รหัสนี้เปลี่ยนไปแล้ว")

    def test_guessing_is_slowed_down_in_clear_words_and_the_right_code_soon_counts(self, province: Province):
        warunee = province.director()
        meeting = begin(province)
        for guess in ("100000", "100001", "100002", "100003"):
            warunee.says(guess).hears("ยังไม่ตรง", "รหัสเปลี่ยนทุก 1 นาที")
        warunee.says("100004").hears("รหัสไม่ตรงหลายครั้ง", "โปรดรออีก 30 วินาที", "ใบลงทะเบียน")
        warunee.says(code(province, meeting)).hears("โปรดรออีก 29 วินาที")
        province.later(seconds=30)
        warunee.says(code(province, meeting)).hears("ลงชื่อเข้าประชุมเรียบร้อยแล้ว")
        assert "checkin.guessed" in [row.action for row in province.rows(audit)]

    def test_a_stranger_is_told_to_join_first(self, province: Province):
        province.director()
        meeting = begin(province)
        stranger = province.person("ใครสักคน")
        stranger.says(f"เช็กอิน {code(province, meeting)}").hears("ก่อนลงชื่อเข้าประชุม", "เชื่อมบัญชี", "ลายมือชื่อ")
        stranger.says(code(province, meeting)).hears("ก่อนลงชื่อเข้าประชุม")
        stranger.says(province.code(SURADET)).hears("ใช่หรือไม่").says("ใช่").says("รับทราบ")
        stranger.says(code(province, meeting)).hears("ลงชื่อเข้าประชุมเรียบร้อยแล้ว")

    def test_a_school_that_was_not_invited_is_told_whom_to_ask(self, province: Province):
        warunee = province.director()
        province.person("นางสาวกาญจนา").joins(KANJANA)
        meeting = begin(province, audience=Audience(schools=frozenset({province.school(KANJANA)})))
        warunee.says(f"เช็กอิน {code(province, meeting)}").hears("บ้านสวายตัวอย่าง", "ยังไม่มี", "นายประสาน สมมติ 044000099")
        warunee.says("เช็กอิน 123456").hears("ขณะนี้ยังไม่มีการประชุมของ").hears_not("พื้นที่นวัตกรรมสมมติ")
        assert came(province) == []

    def test_a_cancelled_and_a_moved_meeting(self, province: Province):
        warunee = province.director()
        moved, dropped = call(province), call(province, title="ประชุมที่ยกเลิก")
        change(province, moved, starts_at=STARTS + timedelta(hours=4), ends_at=STARTS + timedelta(hours=6))
        cancel(province, dropped)
        province.now = STARTS
        warunee.says(f"เช็กอิน {code(province, moved)}").hears("ยังไม่ถึงเวลาลงชื่อ", "12:30 น.")
        province.now = STARTS + timedelta(hours=4)
        warunee.says(f"เช็กอิน {code(province, dropped)}").hears("ยังไม่ตรง")
        warunee.says(f"เช็กอิน {code(province, moved)}").hears("เรียบร้อยแล้ว")

    def test_who_had_checked_in_before_it_was_moved_to_another_day_checks_in_again(self, province: Province):
        warunee = province.director()
        meeting = begin(province)
        warunee.says(code(province, meeting)).hears("เรียบร้อยแล้ว")
        change(province, meeting, starts_at=STARTS + timedelta(hours=1), ends_at=STARTS + timedelta(hours=4))
        assert len(came(province)) == 1  # an hour later is the same gathering
        tomorrow = STARTS + timedelta(days=1)
        change(province, meeting, starts_at=tomorrow, ends_at=tomorrow + timedelta(hours=3))
        assert came(province) == []
        assert "checkin.voided" in [row.action for row in province.rows(audit)]
        province.now = tomorrow
        warunee.says(code(province, meeting)).hears("ลงชื่อเข้าประชุมเรียบร้อยแล้ว")

    def test_an_invite_code_is_no_check_in(self, province: Province):
        warunee = province.director()
        begin(province)
        warunee.says(province.code(SURADET)).hears("พบรหัสของ", "ใช่หรือไม่")
        assert came(province) == []

    def test_an_officer_who_is_not_invited(self, province: Province):
        province.director()
        verifier = province.verifier()
        meeting = begin(province)
        verifier.says(f"เช็กอิน {code(province, meeting)}").hears("ยังไม่มี สพป.บุรีรัมย์ เขต 2 ในรายชื่อ")

    def test_a_button_made_by_hand(self, province: Province):
        warunee = province.director()
        begin(province)
        for data in (Act("checkin_self", value="999999").data(), Act("checkin_other", value="x").data()):
            warunee.posts_back(data).hears("เป็นของการประชุมอื่น", "พิมพ์ “เช็กอิน”")
        assert [row.action for row in province.rows(audit)].count("tap.refused") == 2


class TestForTheSchool:
    def test_the_delegate_who_was_answered_is_named(self, province: Province):
        warunee = province.director()
        meeting = call(province)
        warunee.says("ประชุมส่งผู้แทนไป").says("นางมยุรี จำลองพันธ์ รองผู้อำนวยการ")
        province.now = STARTS - timedelta(minutes=10)
        warunee.says(code(province, meeting)).hears("ผู้แทน: นางมยุรี จำลองพันธ์ (รองผู้อำนวยการ)")

    def test_a_helper_who_checks_in_is_asked_who_came(self, province: Province):
        province.director()
        helper = province.person("ครูธุรการ").joins(WARUNEE, Role.DELEGATE)
        meeting = begin(province)
        helper.says(code(province, meeting)).hears("ลงชื่อเข้าประชุมเรียบร้อยแล้ว", "ท่านใดเข้าประชุมในนามโรงเรียน")
        helper.says("นายสมมติ ตัวอย่างดี รองผู้อำนวยการ").hears("ใบลงทะเบียนแสดงชื่อ นายสมมติ ตัวอย่างดี (รองผู้อำนวยการ)")
        assert [(row.delegate_name, row.delegate_position) for row in province.rows(meeting_answers)] == [
            ("นายสมมติ ตัวอย่างดี", "รองผู้อำนวยการ")
        ]

    def test_or_that_it_was_the_director(self, province: Province):
        province.director()
        helper = province.person("ครูธุรการ").joins(WARUNEE, Role.DELEGATE)
        meeting = begin(province)
        helper.says(code(province, meeting)).taps("ผอ. เข้าประชุมเอง").hears("แสดงชื่อท่าน ผอ.")
        helper.says("เช็กอิน").hears("ลงชื่อไว้แล้ว")
        assert province.rows(meeting_answers) == []

    def test_a_director_who_types_the_code_from_afar_says_who_is_there(self, province: Province):
        warunee = province.director()
        meeting = begin(province)
        warunee.says(code(province, meeting)).taps("ผู้แทนเข้าแทน").hears("ท่านใดเข้าประชุมในนามโรงเรียน")
        warunee.says("นางมยุรี จำลองพันธ์").hears("ใบลงทะเบียนแสดงชื่อ นางมยุรี จำลองพันธ์")
        warunee.says("ผู้แทนมาแทนค่ะ").hears("ท่านใดเข้าประชุม").says("ผอ. มาเอง").hears("แสดงชื่อท่าน ผอ.")
        assert [row.delegate_name for row in province.rows(meeting_answers)] == ["นางมยุรี จำลองพันธ์", None]
        assert not any(row.delegate_name for row in province.rows(invitees))

    def test_an_officer_who_is_invited_checks_in(self, province: Province):
        province.director()
        verifier = province.verifier()
        meeting = begin(province, audience=Audience(roles=frozenset({Role.VERIFIER, Role.DIRECTOR})))
        verifier.says(code(province, meeting)).hears("สพป.บุรีรัมย์ เขต 2 · ที่ห้องประชุม")
        verifier.says("คิว").hears("รอตรวจ")
        assert came(province) == [(Mode.ROOM, False, None)]

    def test_an_office_of_the_whole_province_is_told_in_words(self, province: Province):
        province.director()
        boss = office(province, Role.COORDINATOR, None)
        begin(province)
        boss.says("เช็กอิน 123456").hears("การประชุมของ ท่าน")

    def test_what_is_no_name_is_asked_again_and_an_order_is_an_order(self, province: Province):
        province.director()
        helper = province.person("ครูธุรการ").joins(WARUNEE, Role.DELEGATE)
        meeting = begin(province)
        helper.says(code(province, meeting)).says("12345").hears("ยังอ่านชื่อไม่ได้", "บันทึกไว้แล้ว")
        helper.says("รายงาน").hears("คุณภาพผู้เรียน").says("นักเรียนอ่านคล่องขึ้นมากในปีนี้")
        assert province.answer("learners.now") == ["นักเรียนอ่านคล่องขึ้นมากในปีนี้"]

    def test_a_name_that_is_unsent_is_gone(self, province: Province):
        province.director()
        helper = province.person("ครูธุรการ").joins(WARUNEE, Role.DELEGATE)
        meeting = begin(province)
        helper.says(code(province, meeting)).says("นายสมมติ ตัวอย่างดี รองผู้อำนวยการ").hears("นายสมมติ ตัวอย่างดี")
        helper.unsends(helper.sent[-1])
        assert {(row.delegate_name, row.delegate_position) for row in province.rows(meeting_answers)} == {(None, None)}
        assert "นายสมมติ ตัวอย่างดี" not in [row.delegate_name for row in province.rows(invitees)]
        assert len(came(province)) == 1


class TestBroadcast:
    def test_with_how_many(self, province: Province):
        warunee = province.director()
        begin(province, minutes=20, broadcast_url=LIVE)
        warunee.says("ดูถ่ายทอดสด 12 คน").hears("ลงชื่อเข้าประชุมเรียบร้อยแล้ว", "ชมถ่ายทอดสด 12 คน")
        warunee.says("ดูถ่ายทอดสด ๑๕ คนค่ะ").hears("ชมถ่ายทอดสด 15 คน")
        assert came(province) == [(Mode.BROADCAST, False, 15)]

    def test_how_many_is_asked_and_bad_numbers_are_asked_again(self, province: Province):
        warunee = province.director()
        begin(province, minutes=20, broadcast_url=LIVE)
        warunee.says("ดูไลฟ์อยู่ค่ะ").hears("ชมด้วยกันกี่คน")
        warunee.says("หลายคนมากเลย").hears("ขอจำนวนเป็นตัวเลข", "ชมด้วยกันกี่คน")
        warunee.says("0").hears("1 ถึง 3,000 คน")
        warunee.says("99999").hears("1 ถึง 3,000 คน")
        warunee.says("ประมาณ ๒๐ คน").hears("ชมถ่ายทอดสด 20 คน")
        assert came(province) == [(Mode.BROADCAST, False, 20)]

    def test_a_number_later_is_no_answer_to_it(self, province: Province):
        warunee = province.director()
        begin(province, minutes=20, broadcast_url=LIVE)
        warunee.says("ดูถ่ายทอดสด").hears("ชมด้วยกันกี่คน").says("รายงาน").hears("คุณภาพผู้เรียน")
        warunee.says("12")
        assert came(province) == [(Mode.BROADCAST, False, None)]
        assert province.answer("learners.now") == ["12"]

    def test_who_is_in_the_room_is_not_counted_once_more(self, province: Province):
        warunee = province.director()
        meeting = begin(province, broadcast_url=LIVE)
        warunee.says(code(province, meeting)).says("ดูถ่ายทอดสด 12 คน").hears("ลงชื่อไว้แล้ว", "นับครั้งเดียว")
        assert came(province) == [(Mode.ROOM, False, None)]

    def test_after_it_is_over(self, province: Province):
        warunee = province.director()
        begin(province, minutes=179, broadcast_url=LIVE)
        province.later(hours=2)
        warunee.says("ดูถ่ายทอดสด 12 คน").hears("ชมถ่ายทอดสด 12 คน")
        suradet = province.person("นายสุรเดช").joins(SURADET)
        province.later(minutes=5)
        suradet.says("ดูถ่ายทอดสด 12 คน").hears("จบแล้ว", "นายประสาน สมมติ 044000099")
        assert len(came(province)) == 1

    def test_a_meeting_without_one(self, province: Province):
        warunee = province.director()
        begin(province, minutes=5)
        warunee.says("ดูถ่ายทอดสด 12 คน").hears("ไม่มีการถ่ายทอดสด", "พิมพ์รหัส 6 หลัก")
        assert came(province) == []


class TestReturned:
    def test_a_return_is_offered(self, province: Province):
        warunee = province.director()
        warunee.says("รายงาน").says("นักเรียนอ่านคล่องขึ้นมากในปีนี้")
        with province.store.write() as db:
            db.execute(
                reports.update().where(reports.c.school_id == province.school(WARUNEE)).values(state=State.SUBMITTED)
            )
        meeting = begin(province)
        warunee.says(code(province, meeting)).hears("เรียบร้อยแล้ว").hears_not("เมื่อสะดวก")
        with province.store.write() as db:
            db.execute(
                reports.update().where(reports.c.school_id == province.school(WARUNEE)).values(state=State.RETURNED)
            )
        warunee.says("เช็กอิน").hears("ส่งรายงานของ บ้านสวายตัวอย่าง กลับมาให้ปรับ")

    def test_of_two_schools_both_are_in_and_the_one_that_is_open_is_offered(self, province: Province):
        warunee = province.director()
        warunee.says(province.code(KANJANA)).says("ใช่")
        meeting = begin(province)
        warunee.does(Kind.TEXT, text=code(province, meeting), message_id="m-two").hears(
            "บ้านสวายตัวอย่าง, บ้านหนองสมมติ", "6 ประเด็น"
        )
        assert len(came(province)) == 2

"""Codes of a meeting, and checking in with them: in the room, in the call, before a broadcast; on both databases."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from handlers import checkin_codes, checkin_entering, checkin_words, checkins, meetings, meetings_answers, standing
from handlers.audiences import Audience
from handlers.checkin_entering import Refused, Why
from handlers.checkins import Attendance
from handlers.meetings_answers import Answer
from models.audit import audit
from models.meetings import Mode, Reply, invitees
from models.store import Store
from tests.meeting_scene import STARTS, call, cancel, stands
from tests.province import MAIN, Person, Province

WARUNEE, SURADET, KANJANA = "1031992003", "1031993002", "1031991002"


@pytest.fixture
def province(store: Store, now: datetime) -> Province:
    made = Province(store, now)
    made.person("นางสาวกาญจนา สมมติสกุล").joins(KANJANA)
    return made


def moment(**much: float) -> datetime:
    """Return a moment counted from the start of the meeting."""
    return STARTS + timedelta(**much)


def code(province: Province, number: int, mode: Mode, at: datetime) -> str:
    shown = checkin_codes.codes(stands(province, number), at)
    found = shown.room if mode == Mode.ROOM else shown.call
    assert found is not None
    return found


def row_of(province: Province, person: Person) -> int:
    with province.store.write() as db:
        return standing.find(db, person.channel, person.user, province.now).id


def enters(province: Province, person: Person, typed: str, at: datetime) -> Refused | list[tuple[Mode, bool, bool]]:
    """Let a person send a code; return how each invitation stands (mode, late, new), or why not."""
    number = row_of(province, person)
    with province.store.write() as db:
        came = checkin_entering.enter(db, MAIN, number, typed, at, at)
    if isinstance(came, Refused):
        return came
    return [(one.checkin.mode, one.checkin.late, one.new) for one in came]


def why(came: Refused | list[tuple[Mode, bool, bool]]) -> Why:
    assert isinstance(came, Refused)
    return came.why


def answers(province: Province, person: Person, meeting: int, reply: Reply, mode: Mode | None = None, **more: str):
    by = row_of(province, person)
    with province.store.write() as db:
        held = meetings.locked(db, MAIN, meeting)
        mine = next(one for one in meetings.of_person(db, MAIN, by, province.now) if one.meeting.id == meeting)
        assert held is not None
        meetings_answers.answer(
            db, held, mine.invitee, Answer(reply, mode, **more), by, province.now, None, province.now
        )


def came(province: Province, meeting: int) -> Attendance:
    with province.store.read() as db:
        return checkins.attended(db, meetings.found(db, MAIN, meeting))  # type: ignore[arg-type]


class TestCodes:
    def test_a_code_lasts_a_minute_and_is_accepted_for_one_more(self, province: Province):
        meeting = stands(province, call(province))
        shown = checkin_codes.codes(meeting, moment(minutes=-10))
        assert shown.until == moment(minutes=-9)
        assert shown.room is not None
        for seconds, mode in ((0, Mode.ROOM), (59, Mode.ROOM), (119, Mode.ROOM), (120, None), (-1, None)):
            assert checkin_codes.read(meeting, shown.room, moment(minutes=-10, seconds=seconds)) == mode

    def test_an_online_meeting_has_no_code_of_a_room_and_one_in_a_room_none_of_a_call(self, province: Province):
        online = checkin_codes.codes(stands(province, call(province, place=None, map_url=None)), STARTS)
        inside = checkin_codes.codes(stands(province, call(province, online_url=None)), STARTS)
        assert (online.room, inside.call) == (None, None)
        assert online.call is not None
        assert inside.room is not None

    def test_no_code_of_the_room_is_one_of_the_call_and_all_have_six_digits(self, province: Province):
        meeting = stands(province, call(province))

        @given(some.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))  # noqa: DTZ001 -- made aware below
        def differ(at: datetime):
            shown = checkin_codes.codes(meeting, at.astimezone())
            assert shown.room is not None
            assert shown.call is not None
            assert shown.room < "550000" <= shown.call
            assert len(shown.room) == len(shown.call) == 6
            assert shown.room[0] != "0"

        differ()

    def test_two_meetings_have_codes_of_their_own(self, province: Province):
        one, other = stands(province, call(province)), stands(province, call(province))
        minutes = [moment(minutes=n) for n in range(30)]
        assert [checkin_codes.codes(one, at).room for at in minutes] != [
            checkin_codes.codes(other, at).room for at in minutes
        ]


class TestWindow:
    @pytest.mark.parametrize("mode", [Mode.ROOM, Mode.CALL])
    def test_from_half_an_hour_before_to_half_an_hour_after_and_late_from_the_start(
        self, province: Province, mode: Mode
    ):
        meeting = call(province)
        people = [
            province.director(),
            province.person("นายสุรเดช").joins(SURADET),
            province.person("นางสาวกาญจนา").joins(KANJANA),
        ]
        at = moment(minutes=-30)
        assert (
            why(enters(province, people[0], code(province, meeting, mode, at), at - timedelta(seconds=1))) == Why.EARLY
        )
        assert enters(province, people[0], code(province, meeting, mode, at), at) == [(mode, False, True)]
        assert enters(province, people[1], code(province, meeting, mode, STARTS), STARTS) == [(mode, False, True)]
        at = moment(minutes=30)
        assert (
            why(enters(province, people[2], code(province, meeting, mode, at), moment(minutes=30, seconds=1)))
            == Why.CLOSED
        )
        assert enters(province, people[2], code(province, meeting, mode, at), at) == [(mode, True, True)]
        assert came(province, meeting).came == 3
        assert came(province, meeting).late == 1

    def test_what_was_sent_in_time_counts_though_it_was_heard_much_later(self, province: Province):
        """A worker down over the start: LINE delivers again, with the moment at which the code was sent."""
        meeting, warunee = call(province), province.director()
        number = row_of(province, warunee)
        sent = moment(minutes=-5)
        with province.store.write() as db:
            outcome = checkin_entering.enter(
                db, MAIN, number, code(province, meeting, Mode.ROOM, sent), sent, moment(hours=2)
            )
        assert not isinstance(outcome, Refused)
        assert (outcome[0].checkin.at, outcome[0].checkin.late) == (sent, False)


class TestOnce:
    def test_twice_is_once_and_in_the_first_mode(self, province: Province):
        meeting, warunee = call(province), province.director()
        at = moment(minutes=-5)
        assert enters(province, warunee, code(province, meeting, Mode.CALL, at), at) == [(Mode.CALL, False, True)]
        assert enters(province, warunee, code(province, meeting, Mode.ROOM, at), at) == [(Mode.CALL, False, False)]
        assert came(province, meeting) == Attendance(call=1)

    def test_two_of_one_school_are_one(self, province: Province):
        meeting, warunee, helper = call(province), province.director(), province.person("ครูธุรการ").joins(WARUNEE)
        at = moment(minutes=-5)
        assert enters(province, helper, code(province, meeting, Mode.ROOM, at), at) == [(Mode.ROOM, False, True)]
        assert enters(province, warunee, code(province, meeting, Mode.ROOM, at), at) == [(Mode.ROOM, False, False)]
        assert came(province, meeting) == Attendance(room=1)

    def test_one_of_two_schools_checks_both_in(self, province: Province):
        meeting, warunee = call(province), province.director()
        warunee.says(province.code(KANJANA)).says("ใช่")
        at = moment(minutes=1)
        assert enters(province, warunee, code(province, meeting, Mode.ROOM, at), at) == [(Mode.ROOM, True, True)] * 2
        assert came(province, meeting) == Attendance(room=2, late=2)


class TestAnsweredOtherwise:
    def test_who_answered_no_is_welcome(self, province: Province):
        warunee = province.director()
        meeting = call(province)
        answers(province, warunee, meeting, Reply.NO, reason="ติดราชการ")
        at = moment(minutes=-5)
        assert enters(province, warunee, code(province, meeting, Mode.ROOM, at), at) == [(Mode.ROOM, False, True)]
        assert came(province, meeting) == Attendance(room=1)

    def test_who_is_in_the_call_frees_the_seat_for_who_waits(self, province: Province):
        warunee, suradet = province.director(), province.person("นายสุรเดช").joins(SURADET)
        meeting = call(province, seats=1)
        answers(province, warunee, meeting, Reply.COMING, Mode.ROOM)
        answers(province, suradet, meeting, Reply.COMING, Mode.ROOM)
        assert seats(province) == {WARUNEE: "seated", SURADET: "waits"}
        at = moment(minutes=-20)
        enters(province, warunee, code(province, meeting, Mode.CALL, at), at)
        assert seats(province) == {SURADET: "seated"}
        with province.store.read() as db:
            counts = meetings_answers.counts(db, stands(province, meeting))
        assert (counts.room, counts.call, counts.waiting) == (1, 1, 0)

    def test_who_waited_and_is_in_the_room_waits_no_more(self, province: Province):
        warunee, suradet = province.director(), province.person("นายสุรเดช").joins(SURADET)
        meeting = call(province, seats=1)
        answers(province, warunee, meeting, Reply.COMING, Mode.ROOM)
        answers(province, suradet, meeting, Reply.COMING, Mode.ROOM)
        at = moment(minutes=-20)
        enters(province, suradet, code(province, meeting, Mode.ROOM, at), at)
        assert seats(province) == {WARUNEE: "seated", SURADET: "seated"}

    def test_who_answered_online_and_is_in_the_room_is_in_the_room(self, province: Province):
        warunee = province.director()
        meeting = call(province)
        answers(province, warunee, meeting, Reply.COMING, Mode.CALL)
        at = moment(minutes=-20)
        enters(province, warunee, code(province, meeting, Mode.ROOM, at), at)
        with province.store.read() as db:
            counts = meetings_answers.counts(db, stands(province, meeting))
        assert (counts.room, counts.call) == (1, 0)


def seats(province: Province) -> dict[str, str]:
    codes = {province.school(one): one for one in (WARUNEE, SURADET, KANJANA)}
    return {
        codes[row.school_id]: "seated" if row.seated_at else "waits"
        for row in province.rows(invitees)
        if row.seated_at or row.waits_since
    }


class TestTurnedAway:
    def test_yesterdays_code(self, province: Province):
        warunee = province.director()
        yesterday = call(province, starts_at=STARTS - timedelta(days=1), ends_at=STARTS - timedelta(days=1, hours=-3))
        call(province)
        old = code(province, yesterday, Mode.ROOM, moment(days=-1))
        came_of_it = enters(province, warunee, old, STARTS)
        assert why(came_of_it) == Why.OVER
        assert isinstance(came_of_it, Refused)
        assert came_of_it.meeting is not None
        assert came_of_it.meeting.id == yesterday

    def test_a_code_of_ten_minutes_ago_is_no_guess(self, province: Province):
        meeting, warunee = call(province), province.director()
        old = code(province, meeting, Mode.ROOM, moment(minutes=-15))
        assert [why(enters(province, warunee, old, STARTS)) for _ in range(10)] == [Why.OLD] * 10

    def test_a_code_not_yet_shown_is_a_guess(self, province: Province):
        meeting, warunee = call(province), province.director()
        ahead = code(province, meeting, Mode.ROOM, moment(minutes=15))
        assert why(enters(province, warunee, ahead, STARTS)) == Why.UNKNOWN

    def test_a_cancelled_meeting(self, province: Province):
        meeting, warunee = call(province), province.director()
        typed = code(province, meeting, Mode.ROOM, STARTS)
        cancel(province, meeting)
        assert why(enters(province, warunee, typed, STARTS)) == Why.CANCELLED

    def test_a_school_that_was_not_invited(self, province: Province):
        warunee = province.director()
        meeting = call(province, audience=Audience(schools=frozenset({province.school(KANJANA)})))
        typed = code(province, meeting, Mode.ROOM, STARTS)
        assert why(enters(province, warunee, typed, STARTS)) == Why.NOT_INVITED
        old = code(province, meeting, Mode.ROOM, moment(minutes=-10))
        assert why(enters(province, warunee, old, STARTS)) == Why.NOTHING  # and nothing is told of the meeting
        assert came(province, meeting).came == 0

    def test_the_other_province_does_not_know_it(self, province: Province):
        meeting, noisy = call(province), next(iter(province.people.values()))
        typed = code(province, meeting, Mode.ROOM, STARTS)
        number = row_of(province, noisy)
        with province.store.write() as db:
            outcome = checkin_entering.enter(db, noisy.channel, number, typed, STARTS, STARTS)
        assert isinstance(outcome, Refused)
        assert outcome.why == Why.NOTHING


class TestGuessing:
    def test_five_wrong_ones_make_one_wait_half_a_minute_and_the_right_one_then_counts(self, province: Province):
        meeting, warunee = call(province), province.director()
        wrong = [f"{n:06d}" for n in range(5)]
        assert [why(enters(province, warunee, one, STARTS)) for one in wrong] == [Why.UNKNOWN] * 4 + [Why.TOO_MANY]
        early = enters(province, warunee, code(province, meeting, Mode.ROOM, STARTS), STARTS)
        assert isinstance(early, Refused)
        assert early.again_at == STARTS + timedelta(seconds=30)
        later = STARTS + timedelta(seconds=30)
        assert enters(province, warunee, code(province, meeting, Mode.ROOM, later), later) == [(Mode.ROOM, True, True)]
        assert [row.action for row in province.rows(audit) if row.action.startswith("checkin")] == ["checkin.guessed"]

    def test_waiting_grows_to_four_minutes_and_no_more(self, province: Province):
        warunee = province.director()
        call(province)
        at, tries = moment(minutes=-30), 0
        while at < moment(minutes=30):
            came_of_it = enters(province, warunee, "000000", at)
            assert isinstance(came_of_it, Refused)
            tries += 1
            if came_of_it.again_at is not None:
                assert came_of_it.again_at - at <= timedelta(minutes=4)
            at = came_of_it.again_at or at
        assert tries <= 100  # of 900,000 numbers, four of which are right at a time

    def test_a_right_one_begins_the_count_anew(self, province: Province):
        meeting, warunee = call(province), province.director()
        for _ in range(4):
            enters(province, warunee, "000000", STARTS)
        enters(province, warunee, code(province, meeting, Mode.ROOM, STARTS), STARTS)
        assert why(enters(province, warunee, "000000", STARTS)) == Why.UNKNOWN


class TestBroadcast:
    def test_a_school_says_how_many_and_may_correct_it(self, province: Province):
        meeting, warunee = call(province, broadcast_url="https://live.example/1"), province.director()
        assert watches(province, warunee, meeting, 12) == (Mode.BROADCAST, 12, True)
        assert watches(province, warunee, meeting, 12) == (Mode.BROADCAST, 12, False)
        assert watches(province, warunee, meeting, 15) == (Mode.BROADCAST, 15, True)
        assert came(province, meeting) == Attendance(broadcast=1, headcount=15)
        assert came(province, meeting).online == 15

    def test_who_has_not_said_how_many_counts_as_one(self, province: Province):
        meeting, warunee = call(province, broadcast_url="https://live.example/1"), province.director()
        watches(province, warunee, meeting, None)
        assert came(province, meeting) == Attendance(broadcast=1, headcount=1)

    def test_a_code_goes_over_a_report_and_never_the_other_way(self, province: Province):
        meeting, warunee = call(province, broadcast_url="https://live.example/1"), province.director()
        watches(province, warunee, meeting, 12)
        assert enters(province, warunee, code(province, meeting, Mode.ROOM, STARTS), STARTS) == [
            (Mode.ROOM, False, True)
        ]
        assert watches(province, warunee, meeting, 12) == (Mode.ROOM, None, False)
        assert came(province, meeting) == Attendance(room=1)


def watches(province: Province, person: Person, meeting: int, people: int | None):
    number = row_of(province, person)
    with province.store.write() as db:
        to = next(one for one in meetings.of_person(db, MAIN, number, province.now) if one.meeting.id == meeting)
        outcome = checkins.watched(db, to, people, number, STARTS, STARTS)
    return outcome.checkin.mode, outcome.checkin.headcount, outcome.new


class TestWords:
    @pytest.mark.parametrize(
        ("typed", "sure"),
        [
            ("เช็กอิน 123456", True),
            ("เช็คอิน123456ครับ", True),
            ("เช็กอินหน่อยครับ รหัสคือ 123-456", True),
            ("รหัส 123-456", False),
            ("ลงชื่อ บ้านหนองสมมติ 123456", False),
            ("check in 123456", True),
            ("g=Hdvbo 123456", True),  # the keyboard was left in English
            ("๑๒๓ ๔๕๖ ค่ะ", False),
            ("123456", False),
            ("1 2 3 4 5 6", False),
            ("ๅ/-ภถุ", False),  # the keys of digits on a computer's Thai keyboard
        ],
    )
    def test_a_code_in_any_dress(self, typed: str, sure: bool):
        assert checkin_words.code(typed) == checkin_words.Code("123456", sure)

    @pytest.mark.parametrize(
        "typed",
        [
            "1234567",
            "12345",
            "0812345678",
            "เบิกเงิน 123456 บาท",
            "รหัสนักเรียน 123456 ย้ายออก",
            "รหัส 123456 ใช้ไม่ได้",
            "123456 123456",
            "RG-12345-6ABCD",
            "12 ม.ค. 2569",
            "",
        ],
    )
    def test_other_numbers_are_none(self, typed: str):
        assert checkin_words.code(typed) is None

    @pytest.mark.parametrize(
        "typed",
        [
            "ถึงแล้วค่ะ ลงชื่อตรงไหน",
            "เพิ่งเข้าซูมได้ เน็ตหลุด ยังลงชื่อทันมั้ย",
            "เช็กอิน",
            "ขอลงชื่อเข้าประชุมครับ",
            "ลงทะเบียนได้ที่ไหน",
            "ยังไม่ได้ลงชื่อเลยค่ะ",
            "เช็กอินไม่ได้",
        ],
    )
    def test_how_is_asked(self, typed: str):
        assert checkin_words.asks_how(typed)

    @pytest.mark.parametrize("typed", ["ครูลงชื่อปฏิบัติงานทุกวัน", "นักเรียนยังไม่ได้ลงทะเบียน 5 คน", "ครับ", "คะ" * 39, ""])
    def test_other_words_ask_nothing(self, typed: str):
        assert not checkin_words.asks_how(typed)

    @pytest.mark.parametrize(
        ("typed", "people"),
        [
            ("ดูถ่ายทอดสด 12 คน", 12),
            ("ดูไลฟ์ ๑๒ คนค่ะ", 12),
            ("ชมถ่ายทอดสดกับครู 1,200 ท่าน", 1200),
            ("ดูถ่ายทอดสด", None),
        ],
    )
    def test_a_broadcast_is_watched(self, typed: str, people: int | None):
        assert checkin_words.watched(typed) == checkin_words.Watched(people)

    @given(some.text(max_size=90))
    def test_anything_may_be_typed(self, typed: str):
        checkin_words.code(typed)
        checkin_words.asks_how(typed)
        checkin_words.watched(typed)
        checkin_words.people(typed)

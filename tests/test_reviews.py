"""Whose reports a verifier sees, and what a verifier never sees: others' reports, drafts, one's own school."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import insert, select, update

from handlers import reports, reviews, rounds, sendings
from handlers.messages.values import Act
from handlers.review_cards import queue_card
from models.audit import audit
from models.outbox import outbox
from models.people import Role, agencies, memberships, people
from models.programme import rounds as rounds_table
from models.report import State, answers, moves, parts
from models.report import reports as table
from models.report import sendings as sendings_table
from models.review import Evidence, decisions
from models.store import Store
from tests.province import MAIN, NOISE, Person, Province
from tests.test_races import event, overlapping
from tests.test_talk_reviewing import verifies
from tests.whole_report import LONG
from tests.whole_report import reports as sends

OTHER = "1031991002"
"""A school of another agency."""


def number_of(province: Province, code: str = "1031992003", channel: str = MAIN) -> int:
    with province.store.read() as db:
        where = table.c.school_id == province.school(code, channel)
        return int(db.execute(select(table.c.id).where(where)).scalar_one())


def person_of(province: Province, person: Person) -> int:
    return next(row.id for row in province.rows(people) if row.line_user_id == person.user)


def belongs(province: Province, person: Person, code: str, role: Role) -> None:
    """Let somebody belong to a school as well, from now on."""
    row = {"channel_id": MAIN, "person_id": person_of(province, person), "school_id": province.school(code)}
    with province.store.write() as db:
        db.execute(insert(memberships), row | {"role": role, "since": province.now})


def refusals(province: Province) -> list[str]:
    return [row.detail["why"] for row in province.rows(audit) if row.action == "review.refused"]


# What is seen -----------------------------------------------------------------------------------------------------


def test_drafts_are_never_in_the_queue(province: Province, warunee: Person, pranee: Person) -> None:
    warunee.says("รายงาน").says(LONG)
    pranee.says("คิว").hears("ไม่มีรายงานที่รอตรวจ")
    pranee.posts_back(Act("case", number_of(province)).data()).hears("ไม่อยู่ในคิว").hears_not("นักเรียน")
    assert province.state() == State.DRAFT


def test_what_is_written_after_the_return_is_not_seen_before_it_is_sent(
    province: Province, warunee: Person, pranee: Person
) -> None:
    sends(warunee)
    verifies(pranee.says("คิว").says("1"), 1, 2, 3, 5, 6).says("แก้ไข 4 จำนวนไม่ตรง").says("สรุปผล").says("ยืนยัน")
    warunee.says("แก้ 4").says("ร่างที่ยังไม่ได้ส่ง มีคอมพิวเตอร์ 12 เครื่อง")
    pranee.says("ตรวจแล้ว").says("1").says("4").hears("ข้อ 4 ปัจจุบัน").hears_not("ร่างที่ยังไม่ได้ส่ง")
    pranee.says("ดูเต็ม 4").hears_not("ร่างที่ยังไม่ได้ส่ง")


def test_the_queue_is_of_the_own_agency_and_of_those_below_it(
    province: Province, warunee: Person, pranee: Person
) -> None:
    sends(warunee)
    sends(province.director("นางสาวกาญจนา สมมติสกุล", OTHER))
    with province.store.write() as db:
        group = db.execute(insert(agencies).returning(agencies.c.id), {"channel_id": MAIN, "name": "กลุ่มสมมติ"}).scalar()
        db.execute(update(agencies).where(agencies.c.name == "สพป.บุรีรัมย์ เขต 1").values(parent_id=group))
        db.execute(update(agencies).where(agencies.c.name == "สพป.บุรีรัมย์ เขต 2").values(parent_id=group))
    pranee.says("คิว").hears("1 เรื่อง", "บ้านสวายตัวอย่าง").hears_not("บ้านหนองสมมติ")
    above = province.verifier("นายเหนือ ผู้ตรวจสมมติ", "กลุ่มสมมติ")
    above.says("คิว").hears("2 เรื่อง", "1. บ้านสวายตัวอย่าง", "2. บ้านหนองสมมติ")
    above.says("คิว หนองสมมติ").hears("1. บ้านหนองสมมติ").hears_not("บ้านสวาย")
    above.says("คิว ไม่มีโรงเรียนนี้").hears("ไม่พบโรงเรียนชื่อ ไม่มีโรงเรียนนี้")
    assert above.says("คิว").says("9").hears("ไม่มีหมายเลข 9").turns


def test_verifiers_of_the_agency_and_above_are_told_once_a_day_and_for_free(
    province: Province, warunee: Person, pranee: Person
) -> None:
    far = province.verifier("นายไกล ผู้ตรวจสมมติ", "สพป.บุรีรัมย์ เขต 1")
    sends(warunee)
    warunee.says("ถอนคืน").says("ยืนยัน").says("ส่ง").says("ยืนยัน")
    told = [row for row in province.rows(outbox) if row.once_key.startswith("queue:")]
    assert [(row.recipient, row.policy, row.state) for row in told] == [(pranee.user, "hold", "held")]
    pranee.says("สวัสดี").hears("มีรายงานของโรงเรียนรอท่านตรวจ", "1 เรื่อง")
    far.says("สวัสดี").hears("ไม่มีรายงานที่รอตรวจ")


@pytest.mark.parametrize("role", [Role.DELEGATE, Role.DIRECTOR, Role.VIEWER])
def test_nobody_verifies_a_school_they_belong_to(province: Province, warunee: Person, role: Role) -> None:
    pranee = province.verifier()
    sends(warunee)
    pranee.says("คิว").says("1").says("4")
    shown = pranee.data()
    belongs(province, pranee, "1031992003", role)
    agency = province.agency("สพป.บุรีรัมย์ เขต 2")
    with province.store.read() as db:
        scope = reviews.scope(db, MAIN, person_of(province, pranee), agency, province.now)
        assert reviews.queue(db, scope) == []
        assert reviews.find(db, scope, number_of(province)) is None
        assert reviews.verifiers_of(db, MAIN, province.school("1031992003"), province.now) == []
    for data in shown:
        pranee.posts_back(data)
    pranee.says("รับรอง 4 เอกสาร")
    assert province.rows(decisions) == []


def test_a_membership_that_ended_bars_nobody(province: Province, warunee: Person, pranee: Person) -> None:
    sends(warunee)
    belongs(province, pranee, "1031992003", Role.DELEGATE)
    with province.store.write() as db:
        where = memberships.c.school_id.is_not(None), memberships.c.person_id == person_of(province, pranee)
        db.execute(update(memberships).where(*where).values(until=province.now))
    province.later(minutes=1)
    pranee.says("คิว").hears("1 เรื่อง")


def test_a_verifier_whose_time_is_over_sees_nothing(province: Province, warunee: Person, pranee: Person) -> None:
    sends(warunee)
    pranee.says("คิว").says("1").says("4")
    old = pranee.data()
    with province.store.write() as db:
        where = memberships.c.person_id == person_of(province, pranee)
        db.execute(update(memberships).where(where).values(until=province.now))
    for data in old:
        pranee.posts_back(data).hears_not("บ้านสวาย")
    assert province.rows(decisions) == []


# Made by hand -----------------------------------------------------------------------------------------------------

DOES = [
    "case",
    "look",
    "full",
    "past",
    "verify",
    "send_back",
    "visit",
    "day",
    "conclude",
    "confirm",
    "put_back",
    "reopen",
    "queue",
]


@pytest.mark.parametrize("do", DOES)
def test_a_button_made_by_hand_opens_nobody_elses_report(province: Province, pranee: Person, do: str) -> None:
    sends(province.director("นางสาวกาญจนา สมมติสกุล", OTHER))
    before = pictures(province)
    for number in (number_of(province, OTHER), number_of(province, channel=NOISE), 10**6):
        sent = next((row.id for row in province.rows(sendings_table) if row.report_id == number), 1)
        for value in (f"{sent}.document", str(sent), f"{sent}.2026-01-14", None):
            act = Act(do, number, "learners", 0, value)
            pranee.posts_back(act.data()).hears_not("บ้านหนองสมมติ", "นักเรียน", "เสียงจากอีกจังหวัด")
    assert pictures(province) == before
    assert do == "queue" or refusals(province)


@pytest.mark.parametrize("do", DOES)
def test_a_button_made_by_hand_opens_nothing_that_was_taken_back(
    province: Province, warunee: Person, pranee: Person, do: str
) -> None:
    sends(warunee)
    warunee.says("ถอนคืน").says("ยืนยัน")
    before = pictures(province)
    (sent,) = (row.id for row in province.rows(sendings_table) if row.report_id == number_of(province))
    for value in (f"{sent}.document", str(sent), None):
        pranee.posts_back(Act(do, number_of(province), "learners", 0, value).data()).hears_not("นักเรียน")
    assert pictures(province) == before


def pictures(province: Province) -> list[object]:
    kept = (table, parts, answers, decisions, moves, sendings_table)
    return [[tuple(row) for row in province.rows(one)] for one in kept]


@pytest.mark.parametrize(
    "data",
    ["", "do=verify", "do=verify&r=1&q=nothing&n=0&v=1.document", "do=case", "do=day&r=1", "do=nonsense",
     "do=verify&r=-1", "do=confirm&r=1&n=0&v=1", "do=look&r=1&q=learners.now",
     "do=verify&r=1&q=learners&n=0&v=x.document"],
)  # fmt: skip
def test_a_broken_button_changes_nothing(province: Province, warunee: Person, pranee: Person, data: str) -> None:
    sends(warunee)
    pranee.says("คิว").says("1").says("1")
    before = pictures(province)
    pranee.posts_back(data)
    assert pranee.answered == 1
    assert pictures(province) == before


def test_directors_and_strangers_decide_nothing_by_a_verifiers_button(
    province: Province, warunee: Person, pranee: Person
) -> None:
    sends(warunee)
    pranee.says("คิว").says("1").says("1")
    before = pictures(province)
    others = (warunee, province.director("นายสุรเดช สมมติบุตร", "1031993002"), province.person("คนแปลกหน้า"))
    for data in pranee.data():
        for other in others:
            other.posts_back(data)
    assert pictures(province)[3:] == before[3:]
    assert province.state() == State.REVIEWING


def test_no_word_gives_a_directors_phone_a_verifiers_powers(province: Province, warunee: Person) -> None:
    sends(warunee)
    for words in ("คิว", "รับรอง 1 เอกสาร", "ผ่านหมดเลย", "สรุปผล", "เปิดใหม่ 1 ขอดู", "ตีกลับ", "รับรองทั้งหมด"):
        warunee.says(words).hears_not("รายงานที่รอตรวจ")
    assert province.rows(decisions) == []
    assert province.state() == State.SUBMITTED


@pytest.mark.parametrize("examples", [25])
def test_any_button_and_word_stays_within_the_scope(new_store: Callable[[], Store], examples: int) -> None:
    """Whatever a verifier of another agency types or makes by hand: nothing is shown, nothing changes."""
    few = examples if "sqlite" in new_store().url else examples // 4
    words = some.sampled_from(
        ["คิว", "1", "2", "รับรอง 1 เอกสาร", "แก้ไข 2 เหตุผล", "สรุปผล", "ยืนยัน", "ตรวจแล้ว", "เปิดใหม่ 1 ก", "ดูเต็ม 1"]
    )
    acts = some.builds(
        Act,
        some.sampled_from(DOES),
        some.integers(1, 4),
        some.sampled_from([None, "learners", "academic", "learners.now"]),
        some.integers(0, 3),
        some.sampled_from([None, "1", "2.document", "1.photo", "1.2026-01-20"]),
    )

    @settings(max_examples=few, deadline=None, suppress_health_check=list(HealthCheck))
    @given(some.lists(some.one_of(words, acts), max_size=30))
    def play(said: list[str | Act]) -> None:
        province = Province(new_store(), datetime.fromisoformat("2026-01-05T02:10:00+00:00"))
        sends(province.director())
        far = province.verifier("นายไกล ผู้ตรวจสมมติ", "สพป.บุรีรัมย์ เขต 1")
        before = pictures(province)
        for one in said:
            far.says(one) if isinstance(one, str) else far.posts_back(one.data())
            assert far.answered == 1
            far.hears_not("บ้านสวาย", "อ่านคล่อง", "เสียงจากอีกจังหวัด")
        assert pictures(province) == before

    play()


# At once ----------------------------------------------------------------------------------------------------------


def test_two_decisions_at_the_same_moment(province: Province, warunee: Person, pranee: Person) -> None:
    somchai = province.verifier("นายสมชาย ผู้ตรวจตัวอย่าง")
    sends(warunee)
    pranee.says("คิว").says("1").says("4")
    somchai.says("คิว").says("1").says("4")
    one, two = event(province, pranee, "รับรอง 4 เอกสาร"), event(province, somchai, "แก้ไข 4 จำนวนไม่ตรง")
    overlapping(province, one, two)
    assert len(province.rows(decisions)) == 1


def test_taking_back_and_taking_under_review_at_the_same_moment(
    province: Province, warunee: Person, pranee: Person
) -> None:
    sends(warunee).says("ถอนคืน")
    pranee.says("คิว")
    overlapping(province, event(province, pranee, "1"), event(province, warunee, "ยืนยัน"))
    assert [move.to_state for move in province.rows(moves)] == ["submitted", "reviewing"]


# Rounds -----------------------------------------------------------------------------------------------------------


def next_round(province: Province) -> None:
    """Close the round that runs and open the next one."""
    with province.store.write() as db:
        running = rounds.current_round(db, MAIN, province.now)
        assert running is not None
        where = rounds_table.c.id == running.id
        db.execute(update(rounds_table).where(where).values(closed_at=province.now))
        province.later(days=150)
        rounds.open_round(
            db,
            MAIN,
            year=2569,
            semester=1,
            title="รอบถัดไป",
            opens_at=province.now,
            due_on=(province.now + timedelta(days=30)).date(),
            question_set_id=running.question_set_id,
            now=province.now,
        )
    province.later(minutes=1)


def test_last_round_stands_beside_and_what_was_kept_is_marked(
    province: Province, warunee: Person, pranee: Person
) -> None:
    sends(warunee, topic_6="เรื่องของจังหวัดเท่านั้นในรอบก่อน", private=True)
    verifies(pranee.says("คิว").says("1"), 1, 2, 3, 4, 5).says("สรุปผล").says("ยืนยัน")
    next_round(province)
    warunee.says("รายงาน").says("รอบใหม่ข้อ 1 มีนักเรียน 170 คนแล้ว").says("ต่อไป").says("ทำแล้ว").says("เหมือนเดิม").says("ต่อไป")
    warunee.says("ข้าม")
    for number in range(2, 6):
        warunee.says(f"รอบใหม่ข้อ {number} มีนักเรียน 170 คนแล้ว").says("ต่อไป").says(LONG).says("ต่อไป").says("ข้าม")
    warunee.says("ไม่มี").says("ส่ง").says("ยืนยัน").hears("เลขรับ")
    pranee.says("คิว").says("1").says("1").hears("รอบใหม่ข้อ 1", "รอบก่อน: ข้อ 1 ปัจจุบัน", "คงไว้จากรอบก่อน", "แผนรอบก่อน: ทำแล้ว")
    pranee.says("2").hears("รอบก่อน: ข้อ 2 ปัจจุบัน").hears_not("คงไว้จากรอบก่อน", "แผนรอบก่อน")
    pranee.says("6").hears_not("เรื่องของจังหวัด")
    pranee.says("ดูเต็ม 6").hears_not("เรื่องของจังหวัด")


def test_a_report_of_a_closed_round_can_still_be_verified(province: Province, warunee: Person, pranee: Person) -> None:
    sends(warunee)
    next_round(province)
    verifies(pranee.says("คิว").says("1"), 1, 2, 3, 4, 5, 6).says("สรุปผล").says("ยืนยัน").hears("เรียบร้อยแล้ว")
    warunee.says("สวัสดี").hears("รับรองรายงาน")


# Sendings ---------------------------------------------------------------------------------------------------------


def test_a_sending_names_what_it_held_and_never_the_words(province: Province, warunee: Person) -> None:
    sends(warunee)
    (row,) = province.rows(sendings_table)
    assert (row.number, row.reference) == (1, "2568/2-1031992003-1")
    held = row.answers["learners.now"]
    assert (held["revision"], held["state"], held["private"]) == (1, "done", False)
    assert [part.text for part in province.rows(parts) if part.id in held["parts"]] == [f"ข้อ 1 ปัจจุบัน {LONG}"]
    assert "นักเรียน" not in str(row.answers)


def test_a_report_sent_before_sendings_were_noted_can_be_verified(
    province: Province, warunee: Person, pranee: Person
) -> None:
    sends(warunee)
    with province.store.write() as db:
        db.execute(sendings_table.delete())
    verifies(pranee.says("คิว").says("1"), 1, 2, 3, 4, 5, 6).says("สรุปผล").says("ยืนยัน").hears("เรียบร้อยแล้ว")
    (row,) = province.rows(sendings_table)
    assert (row.number, row.reference, row.person_id) == (1, "2568/2-1031992003-1", person_of(province, warunee))


def test_what_was_verified_and_withdrawn_is_verified_again_only_where_it_is_the_same(
    province: Province, warunee: Person, pranee: Person
) -> None:
    """A decision holds for what was sent: put back, withdrawn and changed, the topic is open again."""
    sends(warunee)
    verifies(pranee.says("คิว").says("1"), 1, 2)
    number = number_of(province)
    with province.store.write() as db:  # as a coordinator may some day
        reports.move(db, MAIN, number, State.REVIEWING, State.SUBMITTED, by=1, now=province.now)
    warunee.says("ถอนคืน").says("ยืนยัน").says("แก้ 1").says("เปลี่ยนข้อ 1 ทั้งหมดหลังถอนคืน").says("ส่ง").says("ยืนยัน")
    pranee.says("คิว").says("1").hears("1. คุณภาพผู้เรียน", "ยังไม่ตัดสิน", "รับรองแล้ว (เอกสาร)")
    pranee.says("สรุปผล").hears("เหลือประเด็น 1 3 4 5 6")


def test_the_queue_shows_ten_and_says_how_many_more(province: Province, pranee: Person, warunee: Person) -> None:
    sends(warunee)
    first = number_of(province)
    with province.store.write() as db:
        scope = reviews.scope(db, MAIN, person_of(province, pranee), province.agency("สพป.บุรีรัมย์ เขต 2"), province.now)
        case = reviews.find(db, scope, first)
        assert case is not None
        assert sendings.of(db, first)[0].number == 1
    card = queue_card([case] * 10, 14, title="รายงานที่รอตรวจ", under="14 เรื่อง")
    assert "และอีก 4 เรื่อง" in card.alt
    assert len(card.choices) == 10


def test_every_kind_of_evidence_has_a_word(province: Province, warunee: Person, pranee: Person) -> None:
    sends(warunee)
    pranee.says("คิว").says("1")
    for number, word in enumerate(("เอกสาร", "ภาพ", "ลงพื้นที่"), 1):
        pranee.says(f"รับรอง {number} {word}").hears(f"รับรองแล้ว ({word})")
    assert [row.evidence for row in province.rows(decisions)] == list(Evidence)

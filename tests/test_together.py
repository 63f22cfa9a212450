"""Directors of different schools are heard together in a rush: for each it is as if nobody else had spoken."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from handlers import answer_rows, audit, kept
from handlers import inbox as door
from handlers.heard import Kind
from models.audit import audit as audit_table
from models.inbox import inbox
from models.outbox import outbox
from models.people import Role, people
from models.place import places
from models.prepared import _Compiled
from models.report import answers as answers_table
from models.report import reports as reports_table
from models.report import revisions
from models.store import Store
from tests.province import MAIN, Person, Province
from tests.rush import heard, together

HERE = ("1031992003", "1031991002", "1031993002")
FULL = "นักเรียนชั้น ป.3 อ่านคล่องขึ้นจาก 20 คน เป็น 31 คน"


@pytest.fixture
def directors(province: Province) -> list[Person]:
    return [province.director(f"ผู้อำนวยการ {code}", code).says("รายงาน") for code in HERE]


def test_each_directors_words_stand_in_the_own_report(province: Province, directors: list[Person]) -> None:
    said = together(province, *(heard(one, f"{FULL} ของ {one.name}") for one in directors))
    assert (said.events, set(said.left)) == (3, set())
    for one, code in zip(directors, HERE, strict=True):
        assert province.answer("learners.now", code) == [f"{FULL} ของ {one.name}"]
        one.hears("บันทึกแล้ว")


def test_an_event_is_heard_once_however_it_comes(province: Province, directors: list[Person]) -> None:
    events = [heard(one, FULL) for one in directors]
    together(province, *events)
    directors[0].arrives(events[0])
    again = together(province, *events)
    assert (again.events, again.outgoing) == (0, [])
    assert province.answer("learners.now") == [FULL]


def test_of_two_of_a_school_one_is_heard_together_and_the_other_alone(
    province: Province, directors: list[Person]
) -> None:
    deputy = province.person("รองผู้อำนวยการ").joins(HERE[0], Role.DELEGATE).says("รายงาน")
    said = together(province, heard(directors[0], FULL), heard(deputy, "ต่อไป"), heard(directors[1], FULL))
    assert set(said.left) == {deputy.user}
    assert province.answer("learners.now") == [FULL]


@pytest.mark.parametrize("who", ["verifier", "guest", "joins", "unsends", "blocks"])
def test_who_may_change_what_others_read_is_applied_alone_and_nothing_is_kept_of_it_before(
    province: Province, directors: list[Person], who: str
) -> None:
    other, events = directors[1], [heard(directors[0], FULL)]
    if who == "verifier":
        other = province.verifier()
    elif who == "guest":
        other = province.person("คนแปลกหน้า")
    elif who == "joins":
        other.says(province.code(HERE[2])).hears("ใช่หรือไม่")  # one more school
    kinds = {"unsends": Kind.UNSEND, "blocks": Kind.UNFOLLOW}
    events.insert(0, heard(other, "สวัสดี", kinds.get(who, Kind.TEXT)))
    before = _others(province, directors[0])
    said = together(province, *events)
    assert set(said.left) == {other.user}
    assert events[0].id not in {row.event_id for row in province.rows(inbox)}
    assert _others(province, directors[0]) == before
    assert province.answer("learners.now") == [FULL]


def _others(province: Province, person: Person) -> list[Any]:
    """Return who else is known, and where they stand."""
    known = [row for row in province.rows(people) if row.line_user_id != person.user]
    return [*known, *(row for row in province.rows(places) if row.person_id in {one.id for one in known})]


def test_a_stranger_is_welcomed_in_a_rush_as_in_calm(province: Province, directors: list[Person]) -> None:
    calm, rushed = province.person("คนแปลกหน้า"), province.person("อีกคนหนึ่ง")
    hello = heard(rushed, "สวัสดี")
    together(province, hello, *(heard(one, FULL) for one in directors))
    assert rushed.arrives(hello).turns == calm.says("สวัสดี").turns


def test_what_is_held_for_each_is_said_to_that_one_first(province: Province, directors: list[Person]) -> None:
    for one in directors[:2]:
        one.unsends(one.says(FULL).sent[-1])  # told at the next visit: LINE gives no reply token there
    said = together(province, *(heard(one, FULL) for one in directors))
    assert [len(one.messages) for one in said.outgoing] == [2, 2, 1]
    assert {row.state for row in province.rows(outbox)} <= {"sent", "replaced"}


def test_a_row_that_is_being_marked_keeps_nobody_waiting(province: Province, directors: list[Person]) -> None:
    """Who marks what was said and who replaces it lock the same rows: one waiting for the other would be for good."""
    events = [heard(one, FULL) for one in directors]
    with province.store.write() as db:
        acks = kept.apply_together(db, MAIN, events, province.house, province.now).outgoing
    if province.store.dialect == "sqlite":
        return  # one writes at a time
    other = Store(province.store.url, patience=0.5)
    with other.write() as marking:
        row = outbox.update().where(outbox.c.id == acks[0].id).values(state="sent")
        marking.execute(row)
        with province.store.write() as db:
            said = kept.apply_together(
                db, MAIN, [heard(one, "อีกเรื่อง") for one in directors], province.house, province.now
            ).outgoing
    other.dispose()
    assert [one.after for one in said] == [acks[0].id, None, None], "what is being said comes first"


@pytest.mark.parametrize("database", ["postgresql"])
@pytest.mark.parametrize("held", ["people", "reports"])
def test_a_lock_that_somebody_holds_keeps_only_that_one_waiting(
    province: Province, directors: list[Person], held: str
) -> None:
    other = Store(province.store.url, patience=0.5)
    with other.write() as holding:
        table = people if held == "people" else reports_table
        who = table.c.line_user_id == directors[1].user if held == "people" else _is_of(province, HERE[1])
        holding.execute(select(table.c.id).where(who).with_for_update())
        said = together(province, *(heard(one, FULL) for one in directors))
    other.dispose()
    assert set(said.left) == {directors[1].user}
    assert [province.answer("learners.now", code) for code in HERE] == [[FULL], [], [FULL]]


def _is_of(province: Province, code: str) -> Any:
    return reports_table.c.school_id == province.school(code)


def test_what_is_noted_in_the_trail_is_noted_last(
    province: Province, directors: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One transaction at a time adds to a trail: nobody is to wait for the turns of sixteen others."""
    steps: list[str] = []
    for module, name in ((audit, "_write"), (door, "_say")):
        monkeypatch.setattr(module, name, _noting(steps, name, getattr(module, name)))
    with_phone = heard(directors[0], "ติดต่อ 081-234-5678 ได้")
    together(province, with_phone, *(heard(one, FULL) for one in directors[1:]))
    assert steps == ["_say", "_write"]
    assert [row.action for row in province.rows(audit_table)][-1] == "phone.noticed"
    with province.store.read() as db:
        assert audit.verify(db, MAIN).broken is None
    directors[1].says("ติดต่อ 081-234-5679 ได้")
    assert steps == ["_say", "_write", "_write", "_say"], "alone it is noted where it is said"


def _noting(steps: list[str], name: str, does: Callable[..., Any]) -> Callable[..., Any]:
    def noted(*given: Any) -> Any:
        steps.append(name)
        return does(*given)

    return noted


def test_what_changes_in_answers_is_one_statement_for_all(
    province: Province, directors: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    run: list[str] = []
    monkeypatch.setattr(_Compiled, "_run", _counting(run, _Compiled._run))
    together(province, *(heard(one, FULL) for one in directors))
    assert _of(run, "INSERT INTO parts") == 1
    together(province, *(heard(one, "ต่อไป") for one in directors))
    # SQLite is no way off: there a row is a statement.
    saved = 1 if province.store.dialect == "postgresql" else len(directors)
    assert [_of(run, f"INSERT INTO {table} ") for table in ("answers", "revisions")] == [1, 1]
    assert _of(run, "UPDATE answers ") == saved
    assert [state for _, state in _states(province, "learners.now")] == ["done"] * 3


def test_an_answer_that_changes_twice_in_a_turn_is_as_it_was_left(province: Province, directors: list[Person]) -> None:
    """“ไม่มี”, to a question that was skipped: the answer is open with its words, then done."""
    for one in directors:
        for topic in (6, 6):
            one.says(f"ข้อ {topic}")
        one.says("ข้าม").says("แก้ 6")
    before = len(province.rows(revisions))
    together(province, *(heard(one, "ไม่มี") for one in directors))
    assert [state for _, state in _states(province, "more.open")] == ["done"] * 3
    noted = [(row.revision, row.state) for row in province.rows(revisions)[before:]]
    assert sorted(noted) == sorted([(1, "open"), (1, "done")] * 3)


def test_what_was_taken_back_in_a_rush_counts_no_more(province: Province, directors: list[Person]) -> None:
    for one in directors:
        one.says(FULL).says("อีกเรื่อง")
    together(province, *(heard(one, "ลบล่าสุด") for one in directors))
    for one, code in zip(directors, HERE, strict=True):
        one.hears("อีกเรื่อง", "1 ข้อความ")
        assert province.answer("learners.now", code) == [FULL]


def _counting(run: list[str], does: Callable[..., Any]) -> Callable[..., Any]:
    def counted(compiled: _Compiled, db: Any, words: str, values: Any) -> Any:
        run.append(words)
        return does(compiled, db, words, values)

    return counted


def _of(run: list[str], begins: str) -> int:
    return sum(words.startswith(begins) for words in run)


def _states(province: Province, question: str) -> list[tuple[int, str]]:
    """Return the states of the answers to a question in the province that is talked to, by report."""
    return sorted(
        (row.report_id, row.state)
        for row in province.rows(answers_table)
        if (row.channel_id, row.question) == (MAIN, question)
    )


def test_a_bubble_that_is_there_already_is_for_each_alone(province: Province, directors: list[Person]) -> None:
    """LINE gives a bubble one number; where two events bring it, it is one part, and the others lose nothing."""
    first = heard(directors[0], FULL)
    together(province, first)
    again, other = heard(directors[0], FULL, message_id=first.message_id), heard(directors[1], FULL)
    with pytest.raises(answer_rows.Clash, match="kept"):
        together(province, again, other)
    assert again.id not in {row.event_id for row in province.rows(inbox)}
    for person, event in zip(directors, (again, other), strict=False):
        person.arrives(event).hears("บันทึกแล้ว")
    assert [province.answer("learners.now", code) for code in HERE[:2]] == [[FULL], [FULL]]


def test_an_answer_that_is_begun_by_two_is_for_each_alone(province: Province, directors: list[Person]) -> None:
    report = min(row.id for row in province.rows(reports_table) if row.channel_id == MAIN)

    def begin(times: int) -> None:
        with province.store.write() as db, answer_rows.written_together(db):
            for _ in range(times):
                answer_rows.begin(db, MAIN, report, "teachers.now")

    with pytest.raises(answer_rows.Clash, match="begun"):
        begin(2)
    begin(1)


def test_an_answer_has_its_number_as_soon_as_it_is_asked_for(province: Province, directors: list[Person]) -> None:
    report = min(row.id for row in province.rows(reports_table) if row.channel_id == MAIN)
    with province.store.write() as db, answer_rows.written_together(db):
        begun = answer_rows.begin(db, MAIN, report, "teachers.now")
        assert begun.number is None
        assert begun.id == answer_rows.answers_of(db, report)["teachers.now"].id == begun.number


# However it is said -----------------------------------------------------------------------------------------------

WORDS = (
    FULL,
    "ต่อไป",
    "จะเริ่มอ่านทุกเช้าตั้งแต่เดือนหน้า",
    "ข้าม",
    "ย้อนกลับ",
    "ลบล่าสุด",
    "แก้ 1",
    "แก้ 6",
    "ไม่มี",
    "คืนคำตอบเดิม",
    "แทนที่",
    "1 3",
    "งบประมาณ",
    "สรุป",
    "ส่ง",
    "สถานะ",
    "สวัสดี",
    "เลขบัตร 1101700230708",
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(*[st.sampled_from(WORDS)] * 3), max_size=8))
def test_for_each_it_is_as_if_nobody_else_had_spoken(
    new_store: Callable[[], Store], now: datetime, talk: list[tuple[str, str, str]]
) -> None:
    """The same words of three directors, one after the other or together, leave the same reports and say the same."""
    calm, rush = (_played(Province(new_store(), now), talk, rush=rush) for rush in (False, True))
    assert rush == calm


def _played(province: Province, talk: list[tuple[str, str, str]], *, rush: bool) -> list[Any]:
    persons = [province.director(f"ผู้อำนวยการ {code}", code).says("รายงาน") for code in HERE]
    for turn in talk:
        events = [heard(one, words) for one, words in zip(persons, turn, strict=True)]
        left = set(together(province, *events).left) if rush else {one.user for one in persons}
        for person, event in zip(persons, events, strict=True):
            if person.user in left:
                person.arrives(event)
    province.store.dispose()
    stands = [(row.flow, row.step, row.memo) for row in province.rows(places)]
    states = [row.state for row in province.rows(reports_table)]
    answered = sorted(
        (row.report_id, row.question, row.revision, row.state, row.nudged, row.private)
        for row in province.rows(answers_table)
    )
    noted = sorted((row.answer_id, row.revision, row.state, row.private) for row in province.rows(revisions))
    reports = [[province.everything(code), one.turns] for code, one in zip(HERE, persons, strict=True)]
    return [stands, states, answered, noted, reports]

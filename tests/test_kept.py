"""In a rush events are only written down, and applied a moment later: nothing is lost, doubled, or out of order."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot import metrics
from bot.applying import LEASE, PEOPLE, Applier
from handlers import inbox as door
from handlers import kept
from handlers.heard import Heard, Kind
from handlers.outbox import Outgoing
from handlers.verbs import VERBS
from models.inbox import Kept, inbox
from models.intake import MANY, Intake
from models.store import Busy, Store
from tests.province import MAIN, Person, Province

BUBBLES = ("นักเรียนอ่านคล่องขึ้น", "จาก 20 เป็น 31 คน", "ยังห่วงเรื่องขาดเรียน")


class Mouth:
    """Takes what is to be said, and lets everything go at once."""

    def __init__(self) -> None:
        self.taken: list[Outgoing] = []

    def take(self, rows: Any) -> None:
        self.taken += rows

    def courteously(self, go: Any) -> None:
        go()


@pytest.fixture
def warunee(province: Province) -> Person:
    return province.director().says("รายงาน")


@pytest.fixture
def rush(province: Province) -> Iterator["Rush"]:
    made = Rush(province)
    yield made
    made.intake.dispose()


class Rush:
    """What a process does that has too much to do: it writes down, and applies later."""

    def __init__(self, province: Province) -> None:
        self.province = province
        self.intake = Intake(province.store)
        self.mouth = Mouth()
        self.applier = self.another()
        self.heard: dict[str, Heard] = {}

    def another(self, threads: int = 0) -> Applier:
        """Return the applier of another process."""
        province = self.province
        made = Applier(
            province.store,
            self.intake,
            self.mouth,
            lambda: province.now,
            house=lambda: province.house,
            threads=threads,
        )
        made._read = lambda raw: self.heard[raw["mark"]]  # no JSON of LINE's in these talks
        return made

    def event(self, person: Person, words: str, **more: Any) -> Heard:
        """Return a bubble that is said now."""
        self.province.later(seconds=1)
        mark = f"k{next(self.province.events)}"
        given = {"token": mark, "text": words, "message_id": mark, "raw": {"mark": mark}} | more
        self.heard[mark] = Heard(mark, Kind.TEXT, self.province.now, person.user, **given)
        return self.heard[mark]

    def keeps(self, *events: Heard) -> None:
        """Write events down, and do no more."""
        for heard in events:
            assert heard.user is not None
            self.intake.put((MAIN, heard.user), heard.raw, self.province.now)

    def behind(self, heard: Heard) -> bool:
        """Tell whether an event waits behind others of the same person."""
        return heard.user is not None and door.may_wait(heard) and self.intake.waits((MAIN, heard.user))

    def applies(self, *people: Person) -> list[Outgoing]:
        for person in people:
            self.applier.take((MAIN, person.user))
        self.applier.run_until_idle()
        return self.mouth.taken

    def waiting(self, *people: Person) -> int:
        """Return how many events of people are written down and not applied."""
        return sum(map(len, self.intake.of([(MAIN, person.user) for person in people]).values()))

    def states(self) -> list[str]:
        """Return what the inbox says of the events that were written down first."""
        with self.province.store.read() as db:
            return list(db.execute(select(inbox.c.state).where(inbox.c.event_id.like("k%"))).scalars())


def test_what_is_kept_is_applied_in_the_order_in_which_it_was_said(
    rush: Rush, province: Province, warunee: Person
) -> None:
    events = [rush.event(warunee, words) for words in BUBBLES]
    rush.keeps(*reversed(events))
    assert province.answer("learners.now") == []
    said = rush.applies(warunee)
    assert province.answer("learners.now") == list(BUBBLES)
    assert [one.reply_token for one in said] == [heard.token for heard in events]


def test_every_event_is_counted_not_every_person(rush: Rush, warunee: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[tuple[str, int]] = []
    monkeypatch.setattr(metrics, "event", lambda result, many=1: counted.append((result, many)))
    rush.keeps(*(rush.event(warunee, words) for words in BUBBLES))
    rush.applies(warunee)
    assert counted == [("applied", len(BUBBLES))]


def test_nothing_is_left_of_what_was_applied(rush: Rush, warunee: Person) -> None:
    rush.keeps(rush.event(warunee, BUBBLES[0]))
    assert (rush.waiting(warunee), rush.states()) == (1, [])
    rush.applies(warunee)
    assert (rush.waiting(warunee), rush.states()) == (0, [Kept.APPLIED])


def test_an_event_sent_again_while_it_waits_is_heard_once(rush: Rush, province: Province, warunee: Person) -> None:
    heard = rush.event(warunee, BUBBLES[0])
    rush.keeps(heard, heard)
    rush.applies(warunee)
    rush.keeps(heard)
    rush.applies(warunee)
    assert province.answer("learners.now") == [BUBBLES[0]]
    assert (len(rush.mouth.taken), rush.waiting(warunee)) == (1, 0)


def test_what_a_process_applied_and_had_no_time_to_forget_is_not_applied_again(
    rush: Rush, province: Province, warunee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    rush.keeps(*(rush.event(warunee, words) for words in BUBBLES))
    with monkeypatch.context() as death:
        death.setattr(rush.intake, "drop", lambda rows: None)
        rush.applies(warunee)
    assert rush.waiting(warunee) == len(BUBBLES)
    province.now += LEASE
    assert rush.another().apply_overdue() == 1
    assert rush.waiting(warunee) == 0
    assert province.answer("learners.now") == list(BUBBLES)
    assert len(rush.mouth.taken) == len(BUBBLES)


def test_more_people_than_are_applied_at_once_all_have_their_turn(
    rush: Rush, province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once: list[int] = []
    together = kept.apply_together

    def counted(db: Any, channel: str, people: Any, *more: Any) -> Any:
        at_once.append(len(people))
        return together(db, channel, people, *more)

    monkeypatch.setattr(kept, "apply_together", counted)
    people = [province.person(f"คนที่ {number}") for number in range(2 * PEOPLE + 2)]
    rush.keeps(*(rush.event(person, "สวัสดี") for person in people))
    rush.applies(*people)
    assert [said.recipient for said in rush.mouth.taken] == [person.user for person in people]
    assert at_once == [PEOPLE, PEOPLE, 2]


def test_bubbles_of_several_people_are_applied_turn_by_turn(
    rush: Rush, province: Province, warunee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns: list[list[str]] = []
    together = kept.apply_together

    def noted(db: Any, channel: str, events: Any, *more: Any) -> Any:
        turns.append([heard.text for heard in events])
        return together(db, channel, events, *more)

    monkeypatch.setattr(kept, "apply_together", noted)
    other = province.director("นายสุรเดช สมมติบุตร", "1031993002").says("รายงาน")
    rush.keeps(*(rush.event(warunee, words) for words in BUBBLES))
    rush.keeps(*(rush.event(other, words) for words in BUBBLES[:2]))
    said = rush.applies(warunee, other)
    assert turns == [[BUBBLES[0]] * 2, [BUBBLES[1]] * 2]
    assert province.answer("learners.now") == list(BUBBLES)
    assert province.answer("learners.now", "1031993002") == list(BUBBLES[:2])
    assert (len(said), rush.waiting(warunee, other)) == (5, 0)


def test_what_one_is_told_does_not_wait_for_the_trouble_of_others(
    rush: Rush, province: Province, warunee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that was committed is said, whatever then becomes of what was written down."""
    monkeypatch.setattr("bot.applying.PAUSE", 0.0)
    drop, troubles = rush.intake.drop, iter([Busy("a lock")])

    def busy(rows: Any) -> None:
        for trouble in troubles:
            raise trouble
        drop(rows)

    monkeypatch.setattr(rush.intake, "drop", busy)
    guests = [province.person(f"คนที่ {number}") for number in range(3)]
    rush.keeps(*(rush.event(person, "สวัสดี") for person in (warunee, *guests)))
    said = rush.applies(warunee, *guests)
    assert {one.recipient for one in said} == {person.user for person in (warunee, *guests)}
    assert (len(said), rush.waiting(warunee, *guests)) == (4, 0)


def test_who_is_applied_at_once_would_wait_for_those_who_are_being_applied(
    rush: Rush, province: Province, warunee: Person
) -> None:
    rush.keeps(rush.event(warunee, BUBBLES[0]))
    assert not rush.applier.is_busy
    rush.applier.take((MAIN, warunee.user))
    assert rush.applier.is_busy
    seen: list[bool] = []
    rush.mouth.take = lambda rows: seen.append(rush.applier.is_busy)
    rush.applier.run_until_idle()
    assert seen == [True]
    assert not rush.applier.is_busy


def test_who_has_words_waiting_waits_behind_them_and_nobody_else_does(
    rush: Rush, province: Province, warunee: Person
) -> None:
    other = province.person("คนใหม่")
    rush.keeps(rush.event(warunee, BUBBLES[0]))
    assert rush.behind(rush.event(warunee, BUBBLES[1]))
    assert not rush.behind(rush.event(other, "สวัสดี"))
    rush.applies(warunee)
    assert not rush.behind(rush.event(warunee, BUBBLES[1]))


def test_a_group_never_waits(rush: Rush, warunee: Person) -> None:
    rush.keeps(rush.event(warunee, BUBBLES[0]))
    in_group = rush.event(warunee, "รายงาน", group="C1")
    assert not door.may_wait(in_group)
    assert not rush.behind(in_group)


def test_two_processes_apply_it_once(rush: Rush, province: Province, warunee: Person) -> None:
    rush.keeps(*(rush.event(warunee, words) for words in BUBBLES))
    appliers = [rush.another(threads=2) for _ in range(2)]
    for applier in appliers * 3:
        applier.take((MAIN, warunee.user))
    for applier in appliers:
        _idle(applier)
        applier.stop()
    assert province.answer("learners.now") == list(BUBBLES)
    assert len(rush.mouth.taken) == len(BUBBLES)


def _idle(applier: Applier) -> None:
    """Wait until an applier has begun all it was given; ``stop`` waits for what is begun."""
    for _ in range(500):
        if applier._queue.empty():
            return
        threading.Event().wait(0.01)
    raise AssertionError("the queue was never emptied")


# Trouble ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def bug(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Break the verb that keeps an answer, for one of the bubbles."""
    answer = VERBS["answer"]

    def broken(talk: Any) -> Any:
        if talk.heard.text == BUBBLES[1]:
            raise ZeroDivisionError
        return answer(talk)

    monkeypatch.setitem(VERBS, "answer", broken)
    return monkeypatch


def test_one_that_raises_is_put_aside_told_of_and_tried_again(
    rush: Rush, province: Province, warunee: Person, bug: pytest.MonkeyPatch
) -> None:
    events = [rush.event(warunee, words) for words in BUBBLES]
    rush.keeps(*events)
    said = rush.applies(warunee)
    assert province.answer("learners.now") == [BUBBLES[0], BUBBLES[2]]
    assert [one.kind for one in said if one.reply_token == events[1].token] == ["received"]
    assert sorted(rush.states()) == [Kept.APPLIED, Kept.APPLIED, Kept.FAILED]
    assert rush.waiting(warunee) == 0
    bug.undo()
    province.later(minutes=5)
    with province.store.write() as db:
        assert kept.retry_due(db, province.house, province.now, lambda raw: rush.heard[raw["mark"]])
    assert province.answer("learners.now") == list(BUBBLES)


def test_what_a_crashed_process_kept_is_applied_by_the_worker(rush: Rush, province: Province, warunee: Person) -> None:
    rush.keeps(rush.event(warunee, BUBBLES[0]))
    province.now += LEASE - timedelta(seconds=1)
    assert rush.another().apply_overdue() == 0, "its process may still be at it"
    province.later(seconds=2)
    assert rush.another().apply_overdue() == 1
    assert province.answer("learners.now") == [BUBBLES[0]]
    (said,) = rush.mouth.taken
    assert said.reply_token is not None, "it is still fresh"


def test_a_reply_token_that_waited_too_long_is_not_tried(rush: Rush, province: Province, warunee: Person) -> None:
    rush.keeps(rush.event(warunee, BUBBLES[0]))
    province.later(minutes=2)
    rush.another().apply_overdue()
    assert province.answer("learners.now") == [BUBBLES[0]]
    assert [one.reply_token for one in rush.mouth.taken] in ([], [None])


def test_while_the_database_is_gone_it_is_tried_again(
    rush: Rush, province: Province, warunee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.applying.PAUSE", 0.0)
    rush.keeps(rush.event(warunee, BUBBLES[0]))
    share, troubles = province.store.share, iter([Busy("locked"), Busy("locked")])

    def out_of_reach(work: Any) -> Any:
        done = share(work)
        for trouble in troubles:
            raise trouble  # for all that may have come of it
        return done

    monkeypatch.setattr(province.store, "share", out_of_reach)
    rush.applies(warunee)
    assert province.answer("learners.now") == [BUBBLES[0]]


def test_what_cannot_even_be_read_is_not_tried_without_end(rush: Rush, province: Province, warunee: Person) -> None:
    heard = rush.event(warunee, BUBBLES[0])
    rush.keeps(heard)
    del rush.heard[heard.id]
    rush.applies(warunee)
    assert rush.waiting(warunee) == 1
    rush.heard[heard.id] = heard
    province.now += LEASE
    assert rush.another().apply_overdue() == 1
    assert province.answer("learners.now") == [BUBBLES[0]]


def test_an_event_that_met_trouble_with_the_database_waits_a_moment_and_is_no_failure(
    rush: Rush, province: Province, warunee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("bot.applying.time.sleep", pauses.append)
    apply, troubles = door.apply, iter([Busy("a lock"), Busy("a lock")])

    def locked(*given: Any) -> Any:
        for trouble in troubles:
            raise trouble
        return apply(*given)

    monkeypatch.setattr("handlers.kept.apply", locked)
    rush.keeps(rush.event(warunee, BUBBLES[0]))
    rush.applies(warunee)
    assert rush.states() == [Kept.APPLIED]
    assert len(pauses) == 2
    assert province.answer("learners.now") == [BUBBLES[0]]


def test_one_that_raises_costs_nobody_else_in_its_transaction(
    rush: Rush, province: Province, warunee: Person, bug: pytest.MonkeyPatch
) -> None:
    other = province.director("นายสุรเดช สมมติบุตร", "1031993002").says("รายงาน")
    rush.keeps(rush.event(warunee, BUBBLES[1]), rush.event(other, BUBBLES[0]))
    rush.applies(warunee, other)
    assert province.answer("learners.now") == []
    assert province.answer("learners.now", "1031993002") == [BUBBLES[0]]


def test_one_whose_row_cannot_even_be_kept_keeps_nobody_else_waiting(
    rush: Rush, province: Province, warunee: Person, bug: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> Any:
        raise ZeroDivisionError

    other = province.director("นายสุรเดช สมมติบุตร", "1031993002").says("รายงาน")
    rush.keeps(rush.event(warunee, BUBBLES[1]), rush.event(other, BUBBLES[0]))
    province.now += LEASE
    with bug.context() as worse:
        worse.setattr(kept, "keep_failed", full)
        assert rush.another().apply_overdue() == 2
    assert (rush.waiting(warunee), rush.waiting(other)) == (1, 0)
    assert province.answer("learners.now", "1031993002") == [BUBBLES[0]]
    assert rush.another().apply_overdue() == 1, "it is still there, and can be put aside now"
    assert (rush.waiting(warunee), sorted(rush.states())) == (0, [Kept.APPLIED, Kept.FAILED])


def test_what_cannot_be_read_keeps_nobody_else_waiting(rush: Rush, province: Province, warunee: Person) -> None:
    other = province.director("นายสุรเดช สมมติบุตร", "1031993002").says("รายงาน")
    odd, fine = rush.event(warunee, BUBBLES[0]), rush.event(other, BUBBLES[0])
    rush.keeps(odd, fine)
    del rush.heard[odd.id]
    rush.applies(warunee, other)
    assert province.answer("learners.now", "1031993002") == [BUBBLES[0]]
    assert (rush.waiting(warunee), rush.waiting(other)) == (1, 0)


def test_one_who_says_much_hides_nobody_from_the_worker(rush: Rush, province: Province, warunee: Person) -> None:
    other = province.person("คนใหม่")
    rush.keeps(*[rush.event(warunee, BUBBLES[0])] * (MANY + 1), rush.event(other, "สวัสดี"))
    assert rush.intake.left(province.now) == [(MAIN, warunee.user), (MAIN, other.user)]


def test_who_stops_leaves_what_is_kept_to_the_worker(rush: Rush, province: Province, warunee: Person) -> None:
    rush.keeps(rush.event(warunee, BUBBLES[0]))
    rush.applier.take((MAIN, warunee.user))
    rush.applier.stop()
    rush.applier.run_until_idle()
    rush.applier.take((MAIN, warunee.user))
    assert rush.waiting(warunee) == 1
    province.now += LEASE
    assert rush.another().apply_overdue() == 1


# However it comes -------------------------------------------------------------------------------------------------

WORDS = ("นักเรียนอ่านคล่องขึ้นมากกว่าปีก่อน", "ต่อไป", "จะเริ่มอ่านทุกเช้าตั้งแต่เดือนหน้า", "ย้อนกลับ", "ข้าม", "สถานะ")


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(WORDS), st.booleans(), st.booleans()), max_size=10))
def test_a_rush_changes_nothing_of_what_is_heard(
    new_store: Callable[[], Store], now: datetime, talk: list[tuple[str, bool, bool]]
) -> None:
    """The same talk, once in calm and once with any of its events kept first, ends with the same answers."""
    province = Province(new_store(), now)
    calm = _played(province, "1031992003", [(words, False, False) for words, _, _ in talk])
    rushed = _played(province, "1031991002", talk)
    province.store.dispose()
    assert rushed == calm


def _played(province: Province, code: str, talk: list[tuple[str, bool, bool]]) -> dict[str, list[str | None]]:
    rush, person = Rush(province), province.director(code=code).says("รายงาน")
    for words, in_rush, then_applied in talk:
        heard = rush.event(person, words)
        if in_rush or rush.behind(heard):
            rush.keeps(heard)
        else:
            person.arrives(heard)
        if then_applied:
            rush.applies(person)
    rush.applies(person)
    rush.intake.dispose()
    return {
        question: province.answer(question, code) for question in ("learners.now", "learners.next", "curriculum.now")
    }

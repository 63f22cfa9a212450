"""What is written to the outbox is said: once, in order, for free where it can be, and never lost."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from bot.delivery import Delivery
from bot.finished import Finished
from handlers import quota
from handlers.outbox import LEASE
from models.outbox import Policy, Sending, said
from models.outbox import outbox as rows
from models.outbox import quota as months
from models.programme import MAIN
from models.store import Store
from tests.delivery_scene import (
    BAD,
    BROKEN,
    CUT,
    LIMIT,
    LOST,
    RATE,
    START,
    UNAUTHORISED,
    UNREACHED,
    Scene,
)

SENT, HELD, FAILED, QUEUED, REPLACED = (
    Sending.SENT,
    Sending.HELD,
    Sending.FAILED,
    Sending.QUEUED,
    Sending.REPLACED,
)
MONTHS = count()
PASSING = [LOST, CUT, UNREACHED, BROKEN, RATE]


@pytest.fixture
def scene(store: Store) -> Iterator[Scene]:
    scene = Scene(store)
    yield scene
    assert all(times == 1 for times in scene.line.times().values())


def paid(scene: Scene, month: str = "2026-01") -> int | None:
    with scene.store.read() as db:
        return db.execute(select(months.c.used).where(months.c.month == month)).scalar()


# --- replies


def test_a_whole_turn_goes_in_one_reply(scene: Scene) -> None:
    row = scene.says(scene.person(), "รับทราบค่ะ", "ข้อต่อไป")
    assert scene.line.calls == ["reply"]
    assert [text for _, text in scene.line.said] == ["รับทราบค่ะ", "ข้อต่อไป"]
    assert (scene.row(row).state, scene.row(row).tries, scene.row(row).sent_at) == (SENT, 1, START)


def test_a_reply_is_sent_without_touching_the_row_before(scene: Scene) -> None:
    row = scene.writes(scene.person(), "รับทราบค่ะ")
    with scene.store.write() as db:
        db.execute(update(rows).values(owner="nobody asks while the lease is young"))
    scene.web.take([row])
    scene.web.run_until_idle()
    assert (scene.row(row).state, scene.row(row).tries, scene.line.calls) == (SENT, 1, ["reply"])


@pytest.mark.parametrize("trouble", PASSING)
@pytest.mark.parametrize("policy", list(Policy))
def test_a_passing_trouble_is_tried_again_and_nothing_said_twice(scene: Scene, trouble: str, policy: Policy) -> None:
    scene.line.moods.append(trouble)
    row = scene.says(scene.person(), "สวัสดีค่ะ", policy=policy)
    assert scene.row(row).state == QUEUED
    assert scene.row(row).error
    scene.passes(5)
    assert scene.row(row).state == SENT
    assert scene.line.times() == {"สวัสดีค่ะ": 1}
    assert "push" not in scene.line.calls


def test_a_reply_that_was_cut_after_all_counts_as_said(scene: Scene) -> None:
    scene.line.moods.append(CUT)
    row = scene.says(scene.person(), "ใบรับ", policy=Policy.PUSH)
    scene.passes(5)
    assert (scene.row(row).state, scene.line.calls) == (SENT, ["reply", "reply"])


def test_a_token_refused_at_once_falls_back_to_a_push_where_that_is_worth_it(scene: Scene) -> None:
    row = scene.writes(scene.person(), "ใบรับ", policy=Policy.PUSH)
    scene.line.tokens.clear()
    scene.web.take([row])
    scene.web.run_until_idle()
    assert scene.line.calls == ["reply", "quota", "push"]
    assert (scene.row(row).state, paid(scene)) == (SENT, 1)


def test_a_token_refused_at_once_is_otherwise_held_for_the_next_visit(scene: Scene) -> None:
    person = scene.person()
    row = scene.writes(person, "ข้อ 2 จาก 6")
    scene.line.tokens.clear()
    scene.web.take([row])
    scene.web.run_until_idle()
    assert (scene.row(row).state, scene.line.said) == (HELD, [])
    scene.says(person, "สวัสดีค่ะ")
    assert [text for _, text in scene.line.said] == ["ข้อ 2 จาก 6", "สวัสดีค่ะ"]
    assert scene.row(row).state == REPLACED


def test_an_old_token_is_not_even_tried(scene: Scene) -> None:
    row = scene.writes(scene.person(), "ข้อ 2 จาก 6")
    scene.clock.passes(51)
    scene.works()
    assert (scene.row(row).state, scene.line.calls) == (HELD, [])


@pytest.mark.parametrize(("trouble", "state"), [(BAD, FAILED), (UNAUTHORISED, HELD)])
def test_a_permanent_refusal_is_not_repeated(scene: Scene, trouble: str, state: Sending) -> None:
    scene.line.moods.append(trouble)
    row = scene.says(scene.person(), "สวัสดีค่ะ", policy=Policy.PUSH)
    scene.passes(60)
    assert (scene.row(row).state, scene.line.calls) == (state, ["reply"])
    assert scene.row(row).error[:3] in trouble


def test_a_group_is_only_ever_replied_to(scene: Scene) -> None:
    row = scene.writes(None, "สวัสดีทุกท่านค่ะ", recipient="C" + "1" * 32, policy=Policy.PUSH)
    scene.line.tokens.clear()
    scene.web.take([row])
    scene.web.run_until_idle()
    assert (scene.row(row).state, scene.line.calls) == (FAILED, ["reply"])


# --- pushes and the month's count


def test_a_push_carries_the_rows_key(scene: Scene) -> None:
    scene.line.moods.extend(["ok", CUT])
    row = scene.says(scene.person(), "แจ้งเตือน", policy=Policy.PUSH, token=False)
    scene.passes(5)
    assert list(scene.line.keys) == [row.retry_key]
    assert (scene.row(row).state, paid(scene), scene.line.billed) == (SENT, 1, 1)


def test_a_month_used_up_holds_what_was_to_be_pushed(scene: Scene) -> None:
    scene.line.allowed = 1
    person = scene.person()
    first, second = (scene.says(person, text, policy=Policy.PUSH, token=False) for text in ("หนึ่ง", "สอง"))
    assert scene.states([first, second]) == [SENT, HELD]
    assert scene.line.calls.count("push") == 1
    assert paid(scene) == 1


def test_a_month_closed_early_is_closed_for_us(scene: Scene) -> None:
    scene.line.moods.extend(["ok", LIMIT])
    first, second = (scene.says(scene.person(), text, policy=Policy.PUSH, token=False) for text in ("หนึ่ง", "สอง"))
    assert scene.states([first, second]) == [HELD, HELD]
    assert scene.line.calls.count("push") == 1


def test_a_new_month_in_thailand_has_a_new_count(scene: Scene) -> None:
    scene.line.moods.extend(["ok", LIMIT])
    scene.says(scene.person(), "หนึ่ง", policy=Policy.PUSH, token=False)
    scene.clock.at = START.replace(month=1, day=31, hour=17)  # midnight in Buriram
    row = scene.says(scene.person(), "สอง", policy=Policy.PUSH, token=False)
    assert (scene.row(row).state, paid(scene, "2026-02")) == (SENT, 1)


def test_what_was_not_pushed_is_not_counted(scene: Scene) -> None:
    scene.line.moods.extend(["ok", BAD])
    scene.says(scene.person(), "แจ้งเตือน", policy=Policy.PUSH, token=False)
    assert paid(scene) == 0


def test_many_tries_count_as_one_message(scene: Scene) -> None:
    scene.line.moods.extend(["ok", *[BROKEN] * 8])
    row = scene.says(scene.person(), "แจ้งเตือน", policy=Policy.PUSH, token=False)
    scene.passes(600)
    assert (scene.row(row).state, paid(scene)) == (SENT, 1)
    assert scene.line.calls.count("push") == 9


def test_a_push_is_given_up_before_its_key_forgets(scene: Scene) -> None:
    scene.line.moods.extend(["ok", *[UNREACHED] * 100])
    row = scene.says(scene.person(), "แจ้งเตือน", policy=Policy.PUSH, token=False)
    scene.passes(24 * 3600, step=300)
    assert scene.row(row).state == HELD
    assert paid(scene) == 0


def test_an_unknown_month_waits_until_it_is_known(scene: Scene) -> None:
    scene.line.moods.append(BROKEN)
    row = scene.says(scene.person(), "แจ้งเตือน", policy=Policy.PUSH, token=False)
    assert scene.row(row).state == QUEUED
    scene.passes(2)
    assert (scene.row(row).state, scene.line.calls) == (SENT, ["quota", "quota", "push"])


def test_the_larger_count_is_believed(scene: Scene) -> None:
    with scene.store.write() as db:
        quota.learn(db, MAIN, START, allowed=300, used=10)
        quota.take(db, MAIN, START)
        quota.learn(db, MAIN, START, allowed=300, used=5)
        quota.learn(db, MAIN, START, allowed=15000, used=40)
        quota.give_back(db, MAIN, "2026-01")
    assert paid(scene) == 39


# --- order


def test_rows_of_one_person_keep_their_order_behind_one_that_is_tried_again(scene: Scene) -> None:
    person, other = scene.person(), scene.person()
    scene.line.moods.append(BROKEN)
    first = scene.says(person, "หนึ่ง")
    second, third = scene.says(person, "สอง"), scene.says(other, "ของคนอื่น")
    assert scene.states([first, second, third]) == [QUEUED, QUEUED, SENT]
    scene.passes(5)
    assert [text for _, text in scene.line.said] == ["ของคนอื่น", "หนึ่ง", "สอง"]


def test_a_row_waits_for_an_earlier_one_of_another_process(scene: Scene) -> None:
    person = scene.person()
    first = scene.writes(person, "หนึ่ง", owner="another process")
    second = scene.says(person, "สอง")
    assert second.after == first.id
    assert scene.line.said == []
    other = Delivery(scene.store, scene.line, scene.clock, threads=0)
    other.take([first])
    other.run_until_idle()
    scene.web.run_until_idle()
    assert [text for _, text in scene.line.said] == ["หนึ่ง", "สอง"]


def test_processes_of_one_machine_need_not_ask_the_database(scene: Scene) -> None:
    person = scene.person()
    notes = Finished()
    here, there = (Delivery(scene.store, scene.line, scene.clock, threads=0, finished=notes) for _ in range(2))
    first = scene.writes(person, "หนึ่ง", owner=there.owner)
    second = scene.writes(person, "สอง", owner=here.owner)
    there.take([first])
    there.run_until_idle()
    with scene.store.write() as db:  # as if it were not yet marked
        db.execute(update(rows).where(rows.c.id == first.id).values(state=QUEUED))
    here.take([second])
    here.run_until_idle()
    assert [text for _, text in scene.line.said] == ["หนึ่ง", "สอง"]


def test_a_row_does_not_wait_for_ever_behind_a_process_that_is_gone(scene: Scene) -> None:
    person = scene.person()
    first = scene.writes(person, "หนึ่ง", owner="gone")
    second = scene.says(person, "สอง")
    scene.passes(25)
    assert scene.states([first, second]) == [SENT, SENT]


# --- acknowledgements


def test_an_acknowledgement_waits_for_its_moment(scene: Scene) -> None:
    row = scene.says(scene.person(), "รับแล้วค่ะ", kind="ack", wait=0.7)
    scene.clock.passes(0.6)
    scene.web.run_until_idle()
    assert scene.line.said == []
    scene.clock.passes(0.1)
    scene.web.run_until_idle()
    assert scene.row(row).state == SENT


def test_a_burst_gets_one_acknowledgement(scene: Scene) -> None:
    person = scene.person()
    for number in range(5):
        scene.says(person, f"รับ {number + 1} ข้อความแล้วค่ะ", kind="ack", wait=0.7)
        scene.clock.passes(0.2)
    scene.passes(2)
    assert [text for _, text in scene.line.said] == ["รับ 5 ข้อความแล้วค่ะ"]


def test_newer_words_take_the_place_of_an_acknowledgement(scene: Scene) -> None:
    person = scene.person()
    ack = scene.says(person, "รับแล้วค่ะ", kind="ack", wait=0.7)
    scene.says(person, "ข้อต่อไป")
    scene.passes(2)
    assert [text for _, text in scene.line.said] == ["ข้อต่อไป"]
    assert scene.row(ack).state == REPLACED


# --- crashes


@pytest.mark.parametrize("sent", [False, True], ids=["before it was sent", "after it was sent"])
@pytest.mark.parametrize("policy", list(Policy))
def test_what_a_killed_process_left_is_said_once(scene: Scene, sent: bool, policy: Policy) -> None:
    row = scene.writes(scene.person(), "ข้อ 2 จาก 6", policy=policy)
    if sent:
        assert row.reply_token
        scene.line.reply(MAIN, row.reply_token, row.messages)
    scene.passes(LEASE.total_seconds() - 1, web=False)
    assert scene.row(row).state == QUEUED
    scene.passes(2, web=False)
    assert scene.row(row).state == SENT
    assert scene.line.times() == {"ข้อ 2 จาก 6": 1}
    assert "push" not in scene.line.calls


def test_an_acknowledgement_of_a_killed_process_is_said_by_the_worker(scene: Scene) -> None:
    row = scene.writes(scene.person(), "รับแล้วค่ะ", kind="ack", wait=0.7)
    scene.passes(22, web=False)
    assert scene.row(row).state == SENT


def test_a_process_that_slept_through_its_lease_asks_before_it_speaks(scene: Scene) -> None:
    row = scene.writes(scene.person(), "ข้อ 2 จาก 6")
    scene.clock.passes(21)
    scene.worker.deliver_due()
    scene.web.take([row])
    scene.web.run_until_idle()
    assert scene.line.calls == []
    scene.worker.run_until_idle()
    assert (scene.row(row).state, scene.line.calls) == (SENT, ["reply"])


def test_a_row_that_waited_long_in_memory_renews_its_lease(scene: Scene) -> None:
    row = scene.writes(scene.person(), "ข้อ 2 จาก 6")
    scene.clock.passes(15)
    scene.web.take([row])
    scene.web.run_until_idle()
    assert (scene.row(row).state, scene.row(row).lease_until) == (SENT, scene.clock() + LEASE)


def test_a_row_already_in_hand_is_not_taken_twice(scene: Scene) -> None:
    row = scene.writes(scene.person(), "ข้อ 2 จาก 6", owner=scene.worker.owner)
    scene.worker.take([row])
    scene.clock.passes(21)
    assert scene.worker.deliver_due() == 1
    scene.worker.run_until_idle()
    assert scene.line.calls == ["reply"]


# --- marks


def test_it_is_known_which_message_asked_which_question(scene: Scene) -> None:
    row, report = scene.writes(scene.person(), "หนึ่ง", "สอง"), scene.report()
    row.about[1] = [report, "learners.now"]
    scene.web.take([row])
    scene.web.run_until_idle()
    with scene.store.read() as db:
        assert db.execute(select(said)).all() == [(MAIN, "2", report, "learners.now")]


def test_one_row_that_cannot_be_marked_whole_does_not_stop_the_others(scene: Scene) -> None:
    odd, good = scene.writes(scene.person(), "หนึ่ง"), scene.writes(scene.person(), "สอง")
    odd.about[0] = [4711, "of a report that is gone"]
    scene.web.take([odd, good])
    scene.web.run_until_idle()
    assert scene.states([odd, good]) == [SENT, SENT]


# --- whatever happens


@given(
    moods=st.lists(st.sampled_from(["ok", *PASSING, BAD, UNAUTHORISED, LIMIT]), max_size=7),
    rows_=st.lists(st.tuples(st.integers(0, 2), st.sampled_from(list(Policy)), st.booleans()), min_size=1, max_size=6),
    crash_after=st.none() | st.integers(0, 4),
)
@example(moods=[CUT, CUT, CUT], rows_=[(0, Policy.PUSH, True)], crash_after=0)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_row_is_said_once_or_its_fate_is_known(store: Store, moods, rows_, crash_after) -> None:
    scene = Scene(store)
    scene.clock.at = START + timedelta(days=31 * next(MONTHS))  # the month's count is the database's, not the scene's
    people = [scene.person() for _ in range(3)]
    scene.line.moods.extend(moods)
    written = []
    for number, (person, policy, token) in enumerate(rows_):
        texts = [f"{number}"]
        row = scene.writes(people[person], *texts, policy=policy, token=token)
        written.append(row)
        if crash_after is None or number < crash_after:
            scene.web.take([row])
            scene.web.run_until_idle()
    scene.passes(45, web=crash_after is None)
    scene.line.moods.clear()
    with store.write() as db:  # the hourly chore: a month that LINE closed is open again if LINE says so
        quota.learn(db, MAIN, scene.clock(), allowed=300, used=scene.line.billed)
    scene.passes(1200, web=crash_after is None, step=30)
    times = scene.line.times()
    for number, row in enumerate(written):
        state = scene.row(row).state
        assert state in (SENT, HELD, FAILED, REPLACED)
        if state == SENT:
            assert times[f"{number}"] == 1
        assert times[f"{number}"] <= 1

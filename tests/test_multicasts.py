"""Equal words to many people go in one call: each person hears them once, and the month pays once for each."""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from bot.delivery import Delivery
from bot.line.gateway import Gateway
from bot.simulator import TOKEN, Platform, serve
from bot.simulator.faults import Fault, error, hang, rate_limited, reset_after, reset_before
from handlers import claims, privacy, quota
from handlers.messages import limits
from handlers.outbox import LEASE
from models.outbox import Priority, Sending, multicasts
from models.outbox import outbox as rows
from models.outbox import quota as months
from models.people import people
from models.programme import MAIN
from models.store import Store
from tests.delivery_scene import BAD, BROKEN, CUT, LIMIT, LOST, OK, RATE, START, UNAUTHORISED, UNREACHED, Clock, Scene

SENT, HELD, FAILED, QUEUED = Sending.SENT, Sending.HELD, Sending.FAILED, Sending.QUEUED
ROUND = "รอบใหม่เปิดแล้ว"


@pytest.fixture
def scene(store: Store) -> Iterator[Scene]:
    scene = Scene(store)
    yield scene
    heard = Counter(scene.line.said)
    assert [key for key, times in heard.items() if times > 1] == []


class Now(Clock):
    def __call__(self) -> datetime:
        return datetime.now(UTC)


def paid(scene: Scene) -> int:
    with scene.store.read() as db:
        return int(db.execute(select(months.c.ours).where(months.c.month == quota.month(scene.clock()))).scalar() or 0)


def told(scene: Scene, many: int, text: str = ROUND, **how) -> list[int]:
    return [scene.tells(scene.person(), text, **how) for _ in range(many)]


def states(scene: Scene, numbers: list[int]) -> Counter[str]:
    return Counter(scene.row(number).state for number in numbers)


def test_equal_words_go_in_one_call_and_others_alone(scene: Scene) -> None:
    same, other = told(scene, 3), told(scene, 1, "ของท่านเท่านั้น")
    scene.works()
    assert sorted(scene.line.calls) == ["multicast", "push", "quota"]
    assert states(scene, same + other) == {SENT: 4}
    assert (paid(scene), scene.line.billed) == (4, 4)


@pytest.mark.parametrize(("many", "taken", "sizes"), [(11, 8, [5, 5]), (12, 3, [5, 5, 2]), (10, 10, [5, 5])])
def test_as_few_calls_as_there_are_different_words(scene: Scene, monkeypatch, many, taken, sizes) -> None:
    monkeypatch.setattr(limits, "MULTICAST_RECIPIENTS", 5)  # LINE's 500
    numbers = told(scene, many)
    while scene.worker.deliver_due(taken):
        scene.worker.run_until_idle()
    assert [len(to) for _, to in scene.line.cast] == sizes
    assert scene.line.calls.count("push") == many - sum(sizes)
    assert states(scene, numbers) == {SENT: many}


def test_the_same_person_is_not_twice_in_a_call(scene: Scene) -> None:
    person = scene.person()
    scene.tells(person, ROUND)
    scene.tells(scene.person(), ROUND)
    scene.tells(scene.person(), ROUND)
    again = scene.tells(person, ROUND)
    scene.works()
    assert [len(to) for _, to in scene.line.cast] == [3]
    assert scene.row(again).state == SENT
    assert scene.line.said.count((scene.row(again).recipient, ROUND)) == 2  # of two rows, which is right here
    scene.line.said.clear()


@pytest.mark.parametrize("trouble", [CUT, LOST, UNREACHED, BROKEN, RATE])
def test_a_repeated_call_is_the_same_call(scene: Scene, trouble: str) -> None:
    many = told(scene, 3)
    scene.line.moods.extend([OK, trouble])
    scene.works()
    assert states(scene, many) == {QUEUED: 3}
    scene.tells(scene.person(), ROUND)  # does not slip into the call that was begun
    scene.passes(10, web=False)
    assert states(scene, many) == {SENT: 3}
    assert [len(to) for _, to in scene.line.cast] == [3]
    assert len(scene.line.keys) == 2
    assert paid(scene) == scene.line.billed == 4


@pytest.mark.parametrize("sent", [False, True], ids=["before it was sent", "after it was sent"])
def test_a_killed_process_leaves_its_call_with_its_key(scene: Scene, sent: bool) -> None:
    many = told(scene, 3)
    scene.worker.deliver_due(0)
    with scene.store.write() as db:
        quota.learn(db, MAIN, scene.clock(), allowed=300, used=0)
        (call,) = claims.claim_due(db, "killed", scene.clock()).multicasts
    if sent:
        scene.line.multicast(MAIN, call.recipients, call.messages, call.retry_key)
    scene.clock.passes(LEASE.total_seconds() - 1)
    scene.works()
    assert states(scene, many) == {QUEUED: 3}
    scene.passes(3, web=False)
    assert states(scene, many) == {SENT: 3}
    assert list(scene.line.keys) == [call.retry_key]
    assert paid(scene) == scene.line.billed == 3


def test_one_bad_id_does_not_cost_the_others_their_words(scene: Scene) -> None:
    many = told(scene, 4)
    scene.line.bad.add(scene.row(many[1]).recipient)
    scene.works()
    scene.passes(3, web=False)
    assert [scene.row(number).state for number in many] == [SENT, FAILED, SENT, SENT]
    assert scene.line.calls.count("multicast") == 1
    assert paid(scene) == scene.line.billed == 3


def test_a_channel_without_a_good_token_keeps_the_words(scene: Scene) -> None:
    many = told(scene, 3)
    scene.line.moods.extend([OK, UNAUTHORISED])
    scene.works()
    assert states(scene, many) == {HELD: 3}
    assert paid(scene) == 0


def test_who_blocked_us_is_left_out_and_not_paid_for(scene: Scene) -> None:
    many = told(scene, 3)
    with scene.store.write() as db:
        gone = scene.row(many[0]).person_id
        db.execute(update(people).where(people.c.id == gone).values(blocked_at=START))
    scene.works()
    assert [scene.row(number).state for number in many] == [HELD, SENT, SENT]
    assert paid(scene) == scene.line.billed == 2


def test_who_unlinks_while_a_call_is_tried_again_is_forgotten_and_the_others_hear(scene: Scene) -> None:
    many = told(scene, 3)
    scene.line.moods.extend([OK, BROKEN])
    scene.works()
    with scene.store.write() as db:
        one = scene.row(many[1])
        privacy.unlink(db, MAIN, one.person_id, one.recipient, scene.clock())
    scene.passes(5, web=False)
    assert [scene.row(number).state for number in many] == [SENT, FAILED, SENT]


def test_a_visit_does_not_repeat_what_a_call_may_have_said(scene: Scene) -> None:
    person = scene.person()
    scene.tells(person, ROUND)
    told(scene, 2)
    scene.line.moods.extend([OK, CUT])
    scene.works()
    scene.says(person, "สวัสดี", recipient="visitor")
    assert [text for _, text in scene.line.said].count(ROUND) == 3
    scene.passes(5, web=False)
    assert [text for _, text in scene.line.said].count(ROUND) == 3


def test_a_call_too_old_to_ask_about_is_held(scene: Scene) -> None:
    many = told(scene, 3)
    scene.line.moods.extend([OK, LOST])
    scene.works()
    scene.clock.passes(25 * 3600)  # nobody was there to repeat it
    scene.works()
    assert states(scene, many) == {HELD: 3}
    assert scene.line.calls.count("multicast") == 1


def test_a_month_that_line_closes_is_not_tried_again_until_line_is_asked(scene: Scene) -> None:
    first = told(scene, 3)
    scene.line.moods.extend([OK, LIMIT])
    scene.works()
    second = told(scene, 3, "อีกเรื่อง")
    scene.passes(60, web=False)
    assert states(scene, first) == {HELD: 3}
    assert states(scene, second) == {QUEUED: 3}
    assert scene.line.calls == ["quota", "multicast"]
    with scene.store.write() as db:  # the hourly chore
        quota.learn(db, MAIN, scene.clock(), allowed=300, used=0)
    scene.works()
    assert states(scene, second) == {SENT: 3}
    assert paid(scene) == scene.line.billed == 3


def test_two_processes_share_the_work(scene: Scene) -> None:
    many = told(scene, 5) + [scene.tells(scene.person(), f"เรื่องที่ {number}") for number in range(5)]
    other = Delivery(scene.store, scene.line, scene.clock, threads=0)
    for process in (scene.worker, other):
        process.deliver_due()
    for process in (other, scene.worker):
        process.run_until_idle()
    assert states(scene, many) == {SENT: 10}


MOODS = [OK, LOST, CUT, UNREACHED, BROKEN, RATE, BAD, LIMIT]


@given(
    moods=st.lists(st.sampled_from(MOODS), max_size=10),
    words=st.lists(st.sampled_from(["ก", "ข", "ค"]), min_size=1, max_size=8),
    priority=st.sampled_from(list(Priority)),
    killed=st.booleans(),
)
@example(moods=[CUT, CUT, RATE, CUT], words=["ก", "ก", "ข"], priority=Priority.REMINDER, killed=True)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_line_answers_everybody_hears_once_and_the_count_is_lines(
    store: Store, moods: list[str], words: list[str], priority: Priority, killed: bool
) -> None:
    scene = Scene(store)
    with store.write() as db:
        db.execute(rows.delete())
        db.execute(multicasts.delete())
        db.execute(months.delete())
    scene.line.moods.extend([OK, *moods])
    numbers = [scene.tells(scene.person(), text, priority=priority) for text in words]
    if killed:
        scene.worker.deliver_due()  # and is never heard of again
        scene.worker = Delivery(store, scene.line, scene.clock, threads=0)
    for _ in range(3):
        scene.passes(120, web=False, step=24)
        with store.write() as db:
            quota.learn(db, MAIN, scene.clock(), allowed=300, used=scene.line.billed)
    scene.line.moods.clear()
    scene.passes(2400, web=False, step=300)
    heard = Counter(scene.line.said)
    for number in numbers:
        row = scene.row(number)
        assert row.state in (SENT, HELD, FAILED)
        said = heard[(row.recipient, row.messages[0]["text"])]
        assert said == 1 if row.state == SENT else said <= 1
    assert paid(scene) == scene.line.billed


def test_less_dear_words_wait_when_the_budget_is_short(scene: Scene) -> None:
    scene.line.allowed, scene.line.billed = 100, 59
    announced, reminded = (
        told(scene, 3, "ประกาศ", priority=Priority.ANNOUNCEMENT),
        told(scene, 3, "เตือน", priority=Priority.REMINDER),
    )
    scene.works()
    assert states(scene, reminded) == {SENT: 3}
    assert states(scene, announced) == {HELD: 3}


def test_what_is_dearer_and_due_later_this_month_is_reserved(scene: Scene) -> None:
    scene.line.allowed, scene.line.billed = 100, 55
    with scene.store.write() as db:
        quota.learn(db, MAIN, scene.clock(), allowed=100, used=55)
    results = told(scene, 4, "ผล")
    with scene.store.write() as db:
        db.execute(update(rows).where(rows.c.id.in_(results)).values(due_at=scene.clock() + timedelta(hours=1)))
    announced = [scene.tells(scene.person(), f"ประกาศ {n}", priority=Priority.ANNOUNCEMENT) for n in range(3)]
    scene.works()
    assert states(scene, announced) == {SENT: 1, HELD: 2}


@pytest.mark.parametrize(
    "faults",
    [[], [reset_after()], [reset_before(), error(500)], [rate_limited()], [hang(0.9)], [error(400)]],
    ids=lambda faults: f"{len(faults)} {faults}"[:60],
)
def test_over_real_http_everybody_hears_once_and_lines_bill_is_ours(store: Store, faults: list[Fault]) -> None:
    platform = Platform(webhook=lambda path, body, headers: 200)
    scene = Scene(store, clock=Now())
    with serve(platform) as server:
        gateway = Gateway(lambda channel: TOKEN, host=server.url, timeouts=(1.0, 0.5))
        process = Delivery(store, gateway, scene.clock, threads=4)
        phones = [platform.phone(name=f"คนที่ {number}").follows() for number in range(7)]
        with store.write() as db:
            for phone in phones:
                who = {"channel_id": MAIN, "line_user_id": phone.user, "created_at": scene.clock()}
                db.execute(people.insert(), who)
            known = db.execute(select(people.c.id).where(people.c.line_user_id.is_not(None))).scalars().all()
        numbers = [scene.tells(person, ROUND) for person in known]
        platform.faults.queue("multicast", *faults)
        end = time.monotonic() + 15
        while states(scene, numbers) != {SENT: 7} and time.monotonic() < end:
            process.deliver_due()
            time.sleep(0.1)
        process.stop()
    assert states(scene, numbers) == {SENT: 7}
    assert [[message["text"] for message in phone.heard] for phone in phones] == [[ROUND]] * 7
    assert paid(scene) == platform.main.quota.used(platform.now()) == 7

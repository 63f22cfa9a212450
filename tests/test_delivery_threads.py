"""The delivery as it runs: threads, real time, LINE over real HTTP with its faults."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from bot import sending
from bot.delivery import Delivery
from bot.line.answers import Sent
from bot.line.gateway import Gateway
from bot.simulator import TOKEN, Platform, serve
from bot.simulator.faults import error, hang, rate_limited, reset_after, reset_before
from models.outbox import Sending
from models.outbox import outbox as rows
from models.store import Busy, Store
from tests.delivery_scene import Clock, Scene


class Now(Clock):
    def __call__(self) -> datetime:
        return datetime.now(UTC)


def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until something is true; fail where it does not become so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "this took too long"
        time.sleep(0.01)


def counted(store: Store) -> Counter[str]:
    with store.read() as db:
        return Counter(dict(db.execute(select(rows.c.state, func.count()).group_by(rows.c.state)).all()))


@pytest.fixture
def scene(store: Store) -> Iterator[Scene]:
    scene = Scene(store, threads=8, clock=Now())
    yield scene
    scene.web.stop()


def test_many_rows_of_many_people_are_each_said_once_and_in_order(scene: Scene) -> None:
    people = [scene.person() for _ in range(20)]
    for turn in range(5):
        for person in people:
            scene.web.take([scene.writes(person, f"{person} {turn}")])
    until(lambda: counted(scene.store)["sent"] == 100)
    for person in people:
        said = [text for _, text in scene.line.said if text.startswith(f"{person} ")]
        assert said == [f"{person} {turn}" for turn in range(5)]


def test_a_slow_reply_keeps_the_next_one_waiting_and_nobody_else(scene: Scene) -> None:
    slow, other = scene.person(), scene.person()
    gate = threading.Event()
    reply = scene.line.reply

    def slowly(channel: str, token: str, messages: list[dict[str, Any]]) -> Any:
        if messages[0]["text"] == "หนึ่ง":
            assert gate.wait(5)
        return reply(channel, token, messages)

    scene.line.reply = slowly  # type: ignore[method-assign, assignment]
    for person, text in ((slow, "หนึ่ง"), (slow, "สอง"), (other, "ของคนอื่น")):
        scene.web.take([scene.writes(person, text)])
    until(lambda: len(scene.line.said) == 1)
    gate.set()
    until(lambda: len(scene.line.said) == 3)
    assert [text for _, text in scene.line.said] == ["ของคนอื่น", "หนึ่ง", "สอง"]


def test_taking_rows_never_waits(scene: Scene) -> None:
    gate = threading.Event()

    def slowly(*call: Any) -> Sent:
        gate.wait(5)
        return Sent()

    scene.line.reply = slowly  # type: ignore[method-assign, assignment]
    written = [scene.writes(scene.person(), "สวัสดีค่ะ") for _ in range(20)]
    began = time.monotonic()
    scene.web.take(written)
    assert time.monotonic() - began < 0.5
    gate.set()
    until(lambda: counted(scene.store)["sent"] == 20)


def test_an_acknowledgement_comes_at_its_moment(scene: Scene) -> None:
    began = time.monotonic()
    scene.web.take([scene.writes(scene.person(), "รับแล้วค่ะ", kind="ack", wait=0.3)])
    until(lambda: len(scene.line.said) == 1)
    assert 0.25 < time.monotonic() - began < 1.5


def test_marks_wait_while_the_database_is_gone(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    written = [scene.writes(scene.person(), "สวัสดีค่ะ") for _ in range(3)]
    write = scene.store.write
    monkeypatch.setattr(scene.store, "write", _gone)
    scene.web.take(written)
    until(lambda: len(scene.line.said) == 3)
    time.sleep(0.1)
    monkeypatch.setattr(scene.store, "write", write)
    until(lambda: counted(scene.store)["sent"] == 3)
    assert len(scene.line.said) == 3


def _gone() -> Any:
    raise Busy("for a while")


def test_stopping_sends_what_is_begun_and_leaves_the_rest_to_the_worker(scene: Scene) -> None:
    gate = threading.Event()
    reply = scene.line.reply
    scene.line.reply = lambda *call: (gate.wait(5), reply(*call))[1]  # type: ignore[method-assign]
    person = scene.person()
    under_way, behind = scene.writes(person, "หนึ่ง"), scene.writes(person, "สอง")
    ack = scene.writes(scene.person(), "รับแล้วค่ะ", kind="ack", wait=5)
    scene.web.take([under_way, behind, ack])
    threading.Timer(0.2, gate.set).start()
    scene.web.stop()
    assert scene.states([under_way, behind, ack]) == [Sending.SENT, Sending.QUEUED, Sending.QUEUED]
    scene.works()
    assert scene.states([behind, ack]) == [Sending.SENT, Sending.QUEUED]  # the other is not due yet
    assert scene.row(ack).lease_until <= scene.clock()


def test_what_comes_after_the_stop_is_left_to_the_worker(scene: Scene) -> None:
    scene.web.take([scene.writes(scene.person(), "หนึ่ง")])
    until(lambda: len(scene.line.said) == 1)
    scene.web.stop()
    scene.web.take([scene.writes(scene.person(), "สอง")])
    time.sleep(0.1)
    assert len(scene.line.said) == 1


# --- with the stand-in's faults


@pytest.fixture
def platform() -> Iterator[Platform]:
    platform = Platform(webhook=lambda path, body, headers: 200)
    yield platform
    assert platform.problems == []


@pytest.mark.parametrize(
    "faults",
    [
        [],
        [reset_after()],
        [reset_before()],
        [error(500), error(503)],
        [rate_limited()],
        [hang(0.9)],
        [hang(0.9, accepts=False), reset_after()],
    ],
    ids=lambda faults: f"{len(faults)} {faults}"[:60],
)
def test_over_real_http_each_reply_arrives_once(
    store: Store, platform: Platform, faults: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "FIRST_WAIT", 0.05)
    scene = Scene(store, clock=Now())
    with serve(platform) as server:
        gateway = Gateway(lambda channel: TOKEN, host=server.url, timeouts=(1.0, 0.5))
        delivery = Delivery(store, gateway, scene.clock, threads=4)
        phone = platform.phone()
        phone.follows().says("สวัสดี")
        token = list(platform.main.reply_tokens)[-1]
        row = scene.writes(scene.person(), "สวัสดีค่ะ ท่าน ผอ.", recipient=phone.user, owner=delivery.owner)
        row = replace(row, reply_token=token)
        platform.faults.queue("reply", *faults)
        delivery.take([row])
        until(lambda: scene.row(row).state == Sending.SENT)
        delivery.stop()
    assert [message["text"] for message in phone.heard] == ["สวัสดีค่ะ ท่าน ผอ."]
    assert platform.faults.waiting() == 0

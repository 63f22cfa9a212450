"""The webhook's answers: what is refused, what is kept, what is left to be sent again."""

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import psycopg.errors
import pytest
from flask import Flask
from prometheus_client import REGISTRY
from sqlalchemy import Connection, Row, func, insert, select
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.test import TestResponse

from bot import logs
from bot.line.signature import sign
from bot.webhook import LARGEST, Webhook
from handlers.channels import NoChannel, ensure
from handlers.heard import Heard
from handlers.inbox import House
from handlers.outbox import Outgoing
from models.inbox import Kept, inbox
from models.intake import Intake
from models.outbox import outbox
from models.people import people
from models.programme import MAIN, channels
from models.store import Busy, Store

NOW = datetime(2026, 1, 5, 2, 10, tzinfo=UTC)
SECRETS = {MAIN: ("new secret", "old secret"), "sakaeo": ("another secret",)}


@pytest.fixture(autouse=True, scope="module")
def _logs() -> None:
    logs.set_up(as_json=True)


class Secrets:
    def secrets_of(self, channel: str) -> tuple[str, ...]:
        if channel not in SECRETS:
            raise NoChannel(channel)
        return SECRETS[channel]

    secrets_anew = secrets_of


class Mouth:
    """Takes what is to be said, and says nothing."""

    courtesy = nullcontext()

    def __init__(self) -> None:
        self.taken: list[Outgoing] = []

    def take(self, rows: Sequence[Outgoing]) -> None:
        self.taken += rows


class Later:
    """Takes whose events are only written down, and applies nothing."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.is_busy = False

    def take(self, whom: tuple[str, str]) -> None:
        self.taken.append(whom)


class Calm:
    """An intake in which nobody ever waits, and nothing may be written down."""

    def waits(self, whom: tuple[str, str]) -> bool:
        return False


class Bot:
    """A web application with nothing but the webhook."""

    def __init__(self, store: Any, intake: Any = Calm(), mouth: Any = None, **doing: Any) -> None:  # noqa: B008 -- it keeps nothing
        self.app = Flask("test")
        self.mouth: Any = mouth or Mouth()
        self.later = Later()
        Webhook(
            store,
            Secrets(),
            self.mouth,
            lambda: NOW,
            house=lambda: House("test"),
            intake=intake,
            later=self.later,
            **doing,
        ).add_to(self.app)

    def post(self, body: bytes, path: str = "/callback", *, secret: str = "new secret", **headers: str) -> TestResponse:
        signed = {"x-line-signature": sign(secret, body)} | {key.replace("_", "-"): one for key, one in headers.items()}
        return self.app.test_client().post(path, data=body, headers=signed)

    def hears(self, *events: Any, **how: Any) -> int:
        return self.post(json.dumps({"destination": "U0", "events": events}).encode(), **how).status_code


def said(number: int, text: str = "สวัสดี", user: str = "a", **more: Any) -> dict[str, Any]:
    return {
        "type": "message",
        "message": {"type": "text", "id": f"m{number}", "text": text},
        "webhookEventId": f"event{number}",
        "deliveryContext": {"isRedelivery": False},
        "timestamp": 1767579000000 + number,
        "source": {"type": "user", "userId": "U" + user * 32},
        "replyToken": f"token{number}",
        "mode": "active",
        **more,
    }


def refused(reason: str) -> float:
    return REGISTRY.get_sample_value("raingan_webhooks_total", {"result": reason}) or 0.0


class Untouchable:
    """A store that must not be opened."""

    def write(self) -> Any:
        raise AssertionError("the database was opened")

    read = write


# --- who may speak

FORGED = {
    "missing": lambda bot, body: bot.app.test_client().post("/callback", data=body),
    "empty": lambda bot, body: bot.post(body, x_line_signature=""),
    "wrong": lambda bot, body: bot.post(body, secret="a guess"),
    "of another body": lambda bot, body: bot.post(body, x_line_signature=sign("new secret", body + b" ")),
    "not ASCII": lambda bot, body: bot.post(body, x_line_signature="ลายเซ็น".encode().decode("latin-1")),
    "of another channel": lambda bot, body: bot.post(body, secret="another secret"),
    "this channel's, sent to another": lambda bot, body: bot.post(body, "/callback/sakaeo"),
}


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_webhook_changes_nothing_and_is_counted(how: str) -> None:
    bot = Bot(Untouchable())
    before = refused("signature")
    answer = FORGED[how](bot, json.dumps({"events": [said(1)]}).encode())
    assert 400 <= answer.status_code < 500
    assert refused("signature") == before + 1


def test_a_secret_that_was_replaced_a_moment_ago_is_accepted_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """LINE signs with the new one from that moment on; who sends forged requests has nobody read at each of them."""
    bot = Bot(Untouchable())
    monkeypatch.setattr(Secrets, "secrets_anew", lambda self, channel: ("newest secret", *SECRETS[channel]))
    body = json.dumps({"events": []}).encode()
    assert bot.post(body, secret="newest secret").status_code == 200
    assert bot.post(body, secret="a guess").status_code == 401


def test_an_unknown_channel_is_refused_and_counted() -> None:
    before = refused("channel")
    assert Bot(Untouchable()).hears(said(1), path="/callback/nowhere") == 404
    assert refused("channel") == before + 1


@pytest.mark.parametrize("secret", SECRETS[MAIN])
def test_either_secret_is_accepted_while_it_is_changed(secret: str) -> None:
    assert Bot(Untouchable()).hears(secret=secret) == 200


def test_a_webhook_without_events_opens_no_database() -> None:
    assert Bot(Untouchable()).hears() == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"events": 3}', b"\xff\xfe"])
def test_a_signed_body_that_is_no_webhook_is_refused(body: bytes) -> None:
    before = refused("body")
    assert Bot(Untouchable()).post(body).status_code == 400
    assert refused("body") == before + 1


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_over_two_megabytes_is_refused(announced: bool) -> None:
    bot, before = Bot(Untouchable()), refused("size")
    assert LARGEST == 2 * 1024 * 1024
    body = b" " * (LARGEST + 1)
    if announced:
        assert bot.post(body).status_code == 413
    else:
        assert _chunked(bot, body) == 413
    assert refused("size") == before + 1


def _chunked(bot: Bot, body: bytes) -> int:
    """Post as a server hands over a chunked body: without its length, ending where it ends."""
    environ = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    client = bot.app.test_client()
    return client.post(
        "/callback", input_stream=BytesIO(body), headers={"x-line-signature": sign("new secret", body)},
        environ_overrides=environ,
    ).status_code  # fmt: skip


def test_the_largest_body_is_read() -> None:
    body = b'{"events": []}'
    assert Bot(Untouchable()).post(body + b" " * (LARGEST - len(body))).status_code == 200


def test_only_posts_are_webhooks() -> None:
    assert Bot(Untouchable()).app.test_client().get("/callback").status_code == 405


# --- one transaction per event


def texts(db: Connection, heard: Heard) -> None:
    """Note what was heard in a table that is there anyway."""
    db.execute(insert(people), {"channel_id": MAIN, "line_user_id": heard.text, "created_at": NOW})


def heard_texts(store: Store) -> list[str | None]:
    with store.read() as db:
        return [*db.execute(select(people.c.line_user_id).order_by(people.c.id)).scalars()]


def kept(store: Store) -> list[Row[Any]]:
    with store.read() as db:
        return [*db.execute(select(inbox).order_by(inbox.c.id))]


@pytest.fixture
def ready(store: Store) -> Store:
    with store.write() as db:
        ensure(db, MAIN, NOW)
    return store


def breaking_at(*bad: str, error: Callable[[], Exception] = lambda: ValueError("ถ้อยคำของท่าน")) -> Any:
    def receive(db: Connection, channel: str, heard: Heard, house: House, now: datetime) -> list[Outgoing]:
        texts(db, heard)
        if heard.text in bad:
            raise error()
        return []

    return receive


@pytest.fixture
def receiving(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Puts something else in the place of the front door."""
    return lambda receive: monkeypatch.setattr("handlers.inbox.receive", receive)


def test_events_of_a_batch_are_applied_in_order(ready: Store, receiving: Callable[[Any], None]) -> None:
    receiving(breaking_at())
    bot = Bot(ready)
    assert bot.hears(*(said(n, text) for n, text in enumerate("กขค"))) == 200
    assert heard_texts(ready) == ["ก", "ข", "ค"]


def test_an_event_that_cannot_be_applied_is_kept_and_its_neighbours_are_applied(
    ready: Store, receiving: Callable[[Any], None]
) -> None:
    receiving(breaking_at("ข"))
    bot = Bot(ready)
    assert bot.hears(*(said(n, text, user=str(n)) for n, text in enumerate("กขค"))) == 200
    assert "ข" not in heard_texts(ready)
    (row,) = kept(ready)
    assert (row.event_id, row.state, row.tries, row.raw["message"]["text"]) == ("event1", Kept.FAILED, 1, "ข")
    assert "ValueError" in row.error
    assert "ถ้อยคำ" not in row.error
    assert [one.kind for one in bot.mouth.taken] == ["received"]


def test_a_failed_event_sent_again_is_told_of_once(ready: Store, receiving: Callable[[Any], None]) -> None:
    receiving(breaking_at("ข"))
    bot = Bot(ready)
    for _ in range(3):
        assert bot.hears(said(1, "ข")) == 200
    assert len(kept(ready)) == len(bot.mouth.taken) == 1


def test_an_event_that_cannot_even_be_kept_is_to_be_sent_again(
    ready: Store, receiving: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def keep_failed(*whatever: Any) -> list[Outgoing]:
        raise DataError("insert", {}, Exception("will not go in"))

    receiving(breaking_at("ข"))
    monkeypatch.setattr("handlers.kept.keep_failed", keep_failed)
    bot = Bot(ready)
    assert bot.hears(*(said(n, text) for n, text in enumerate("กขค"))) == 503
    assert heard_texts(ready) == ["ก", "ค"]


@pytest.mark.parametrize(
    "error",
    [
        lambda: Busy("locked"),
        lambda: OperationalError("insert", {}, sqlite3.OperationalError("disk I/O error")),
        lambda: OperationalError("insert", {}, psycopg.errors.AdminShutdown("terminating connection")),
    ],
)
def test_a_database_out_of_reach_is_no_fault_of_the_event(
    ready: Store, error: Callable[[], Exception], receiving: Callable[[Any], None]
) -> None:
    receiving(breaking_at("ข", error=error))
    bot = Bot(ready)
    assert bot.hears(*(said(n, text) for n, text in enumerate("กขค"))) == 503
    ready.dispose()  # else it would be left alone for a moment
    assert (heard_texts(ready), kept(ready)) == (["ก"], [])


def test_clashing_transactions_are_tried_again_at_once(ready: Store, receiving: Callable[[Any], None]) -> None:
    clashes = iter([psycopg.errors.SerializationFailure(), psycopg.errors.DeadlockDetected()])

    def receive(db: Connection, channel: str, heard: Heard, house: House, now: datetime) -> list[Outgoing]:
        texts(db, heard)
        if (clash := next(clashes, None)) is not None:
            raise OperationalError("update", {}, clash)
        return []

    receiving(receive)
    assert Bot(ready).hears(said(1, "ก")) == 200
    assert heard_texts(ready) == ["ก"]


def test_a_long_batch_is_cut_short_in_time_to_be_sent_again(ready: Store, receiving: Callable[[Any], None]) -> None:
    def receive(db: Connection, channel: str, heard: Heard, house: House, now: datetime) -> list[Outgoing]:
        time.sleep(0.3)
        texts(db, heard)
        return []

    receiving(receive)
    bot = Bot(ready)
    began = time.monotonic()
    assert bot.hears(*(said(n, text) for n, text in enumerate("กขคงจ"))) == 503
    assert time.monotonic() - began < 2
    assert heard_texts(ready) == ["ก", "ข"]


# --- with the real front door


def words_said(store: Store) -> int:
    with store.read() as db:
        return db.execute(select(func.count()).select_from(outbox)).scalar_one()


def test_what_is_to_be_said_is_handed_over_after_the_commit(ready: Store) -> None:
    class Watchful(Mouth):
        def take(self, rows: Sequence[Outgoing]) -> None:
            super().take(rows)
            self.written = words_said(ready)  # as another connection sees it

    bot = Bot(ready, mouth=Watchful())
    assert bot.hears(said(1)) == 200
    assert bot.mouth.written == 1
    (row,) = bot.mouth.taken
    assert (row.reply_token, row.recipient, row.due_at >= NOW) == ("token1", "U" + "a" * 32, True)
    assert words_said(ready) == 1


def test_somebody_may_speak_before_anything_is_set_up(store: Store) -> None:
    bot = Bot(store)
    assert bot.hears(said(1), said(2)) == 200
    assert len(bot.mouth.taken) == 2


def test_an_event_is_heard_once_however_often_it_comes_and_however_fast(ready: Store) -> None:
    bot = Bot(ready)
    gate = threading.Barrier(5)

    def post(_: int) -> int:
        gate.wait()
        return bot.hears(said(1))

    with ThreadPoolExecutor(5) as pool:
        assert [*pool.map(post, range(5))] == [200] * 5
    again = said(1, deliveryContext={"isRedelivery": True})
    assert bot.hears(again) == 200
    assert len(bot.mouth.taken) == words_said(ready) == len(kept(ready)) == 1


def test_events_of_one_person_at_once_are_applied_one_after_the_other(ready: Store) -> None:
    bot = Bot(ready)
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda n: bot.hears(said(n, "สวัสดีค่ะ")), range(16))
        assert [*answers] == [200] * 16
    assert len(kept(ready)) == 16
    with ready.read() as db:
        assert db.execute(select(func.count()).select_from(people)).scalar_one() == 1
    rows = sorted(bot.mouth.taken, key=lambda row: row.id)
    assert all(later.after is None or later.after < later.id for later in rows)
    assert len({row.reply_token for row in rows}) == len(rows)


def test_standby_says_nothing(ready: Store) -> None:
    bot = Bot(ready)
    assert bot.hears(said(1, mode="standby"), said(2, mode="resting", user="b")) == 200
    assert (bot.mouth.taken, words_said(ready), len(kept(ready))) == ([], 0, 2)


@pytest.mark.parametrize("text", ["ก\0ข", "ก\ud800ข", "😀" * 2500, "", " \n "])
def test_no_text_is_too_odd_to_keep(ready: Store, text: str) -> None:
    bot = Bot(ready)
    assert bot.hears(said(1, text)) == 200
    assert [row.state for row in kept(ready)] == [Kept.APPLIED]


# --- in a rush


A, B = (MAIN, "U" + "a" * 32), (MAIN, "U" + "b" * 32)


@pytest.fixture
def intake(ready: Store) -> Iterator[Intake]:
    made = Intake(ready)
    yield made
    made.dispose()


@pytest.fixture
def rush(ready: Store, intake: Intake) -> Bot:
    """Return a bot that has heard somebody, and now has too much to do."""
    crowd: list[int] = []
    bot = Bot(ready, intake, is_crowded=lambda: bool(crowd))
    assert bot.hears(said(0, user="z")) == 200
    bot.mouth.taken.clear()
    crowd.append(1)
    return bot


def test_in_a_rush_an_event_is_only_written_down_and_somebody_is_to_apply_it(
    ready: Store, rush: Bot, intake: Intake
) -> None:
    before = words_said(ready)
    assert rush.hears(said(1), said(2, user="b")) == 200
    assert rush.later.taken == [A, B]
    rows = intake.of([A, B])
    assert [[row.raw["webhookEventId"] for row in rows[whom]] for whom in (A, B)] == [["event1"], ["event2"]]
    assert len(kept(ready)) == 1, "the one that came before the rush"
    assert (rush.mouth.taken, words_said(ready)) == ([], before)


def test_when_the_rush_is_over_who_has_words_waiting_waits_behind_them(ready: Store, rush: Bot, intake: Intake) -> None:
    calm = Bot(ready, intake)
    assert calm.hears(said(9, user="y")) == 200
    calm.mouth.taken.clear()
    assert rush.hears(said(1)) == calm.hears(said(2), said(3, user="b")) == 200
    assert [row.raw["webhookEventId"] for row in intake.of([A])[A]] == ["event1", "event2"]
    assert calm.later.taken == rush.later.taken == [A]
    assert [row.reply_token for row in calm.mouth.taken] == ["token3"]


def test_while_others_are_being_applied_an_event_is_written_down_too(ready: Store, intake: Intake) -> None:
    bot = Bot(ready, intake)
    assert bot.hears(said(1)) == 200
    bot.later.is_busy = True
    assert bot.hears(said(2)) == 200
    assert (len(kept(ready)), len(intake.of([A])[A])) == (1, 1)


def test_the_first_event_of_all_is_never_only_written_down(ready: Store, intake: Intake) -> None:
    """What it is written for, the channel, is not there before it has been heard once."""
    bot = Bot(ready, intake, is_crowded=lambda: True)
    assert bot.hears(said(1)) == 200
    assert [row.state for row in kept(ready)] == [Kept.APPLIED]


def test_in_a_new_process_who_has_words_waiting_waits_behind_them_too(ready: Store, rush: Bot, intake: Intake) -> None:
    """A process that died had said that it has them: its successor's first event must not overtake them."""
    assert rush.hears(said(1)) == 200
    successor = Bot(ready, intake)
    assert successor.hears(said(2), said(3, user="b")) == 200
    assert [row.raw["webhookEventId"] for row in intake.of([A])[A]] == ["event1", "event2"]
    assert [row.reply_token for row in successor.mouth.taken] == ["token3"]


def test_another_channels_first_event_says_nothing_of_ours(ready: Store, intake: Intake) -> None:
    with ready.write() as db:
        db.execute(insert(channels), {"id": "sakaeo", "name": "สระแก้ว", "created_at": NOW})
    bot = Bot(ready, intake, is_crowded=lambda: True)
    theirs = json.dumps({"destination": "U1", "events": [said(1)]}).encode()
    assert bot.post(theirs, "/callback/sakaeo", secret="another secret").status_code == 200
    assert bot.hears(said(2)) == 200
    assert [row.raw["webhookEventId"] for row in intake.of([("sakaeo", A[1])])["sakaeo", A[1]]] == ["event1"]
    assert [row.event_id for row in kept(ready)] == ["event2"], "the first of this channel is applied at once"


def test_a_group_and_nobody_are_heard_at_once_in_any_rush(ready: Store, rush: Bot) -> None:
    group = {"type": "group", "groupId": "C" + "a" * 32, "userId": "U" + "a" * 32}
    assert rush.hears(said(1, source=group), said(2, source={"type": "user"})) == 200
    assert [row.state for row in kept(ready)] == [Kept.APPLIED] * 3
    assert rush.later.taken == []


def test_what_cannot_be_written_down_is_left_to_line(ready: Store, rush: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise Busy("the disk is full")

    monkeypatch.setattr(Intake, "put", full)
    assert rush.hears(said(1)) == 503
    assert rush.later.taken == []


# --- the database locked, or gone


def test_a_locked_database_is_waited_for_less_than_two_seconds_and_nothing_is_lost(
    new_sqlite_url: Callable[[], str],
) -> None:
    store = Store(new_sqlite_url())
    bot = Bot(store)
    with store.write() as db:
        ensure(db, MAIN, NOW)
    with sqlite3.connect(store.url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False) as other:
        other.execute("BEGIN IMMEDIATE")
        threading.Timer(3, other.rollback).start()
        began = time.monotonic()
        with ThreadPoolExecutor(4) as pool:
            answers = [*pool.map(lambda n: (bot.hears(said(n, user=str(n))), time.monotonic() - began), range(4))]
        assert {status for status, _ in answers} == {503}
        assert max(seconds for _, seconds in answers) < 2
        time.sleep(max(0.0, 3.2 - (time.monotonic() - began)))
        assert [bot.hears(said(n, user=str(n), deliveryContext={"isRedelivery": True})) for n in range(4)] == [200] * 4
    other.close()
    assert len(kept(store)) == len(bot.mouth.taken) == 4
    store.dispose()


def test_a_database_that_is_not_there_asks_for_redelivery() -> None:
    store = Store("postgresql+psycopg://nobody:secret@127.0.0.1:1/nowhere")
    began = time.monotonic()
    assert Bot(store).hears(said(1)) == 503
    assert time.monotonic() - began < 2
    store.dispose()


def test_logs_hold_no_words_and_nobodys_id(
    ready: Store, capsys: pytest.CaptureFixture[str], receiving: Callable[[Any], None]
) -> None:
    receiving(breaking_at("ข"))
    Bot(ready).hears(said(1, "ข"))
    logged = capsys.readouterr().err
    assert "event not applied" in logged
    assert "ValueError" in logged
    assert not any(private in logged for private in ("ถ้อยคำ", '"ข"', "a" * 32, "token1"))

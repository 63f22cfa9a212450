"""All parts of a web process together, with the stand-in on both sides."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from bot.app import create_app, utc_now
from bot.heart import Heart
from bot.settings import Settings
from bot.simulator import SECRET, TOKEN, Platform, Server, serve
from bot.simulator.faults import error, hang, reset_after, reset_before
from handlers import notices, quota
from handlers.channels import ensure
from handlers.heartbeats import TICK
from handlers.outbox import Words
from models.inbox import Kept, inbox
from models.people import people
from models.programme import MAIN
from models.store import Store


class Bot:
    """A bot and its LINE, in one process but with real HTTP from the one to the other."""

    def __init__(self, url: str, folder: Path, **settings: str) -> None:
        self.platform = Platform(webhook=self.post)
        self.server: Server = serve(self.platform)
        self.app: Flask = create_app(
            Settings.load(
                {
                    "RAINGAN_ENV": "test",
                    "DATABASE_URL": url,
                    "LINE_CHANNEL_SECRET": SECRET,
                    "LINE_CHANNEL_ACCESS_TOKEN": TOKEN,
                    "LINE_API_HOST": self.server.url,
                    "MEDIA_URL": str(folder),
                    **settings,
                }
            )
        )

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> int:
        return self.app.test_client().post(path, data=body, headers=dict(headers)).status_code

    def get(self, path: str) -> tuple[int, str]:
        answer = self.app.test_client().get(path)
        return answer.status_code, answer.text

    def stop(self) -> None:
        self.app.extensions["works"].stop()
        self.server.stop()
        assert self.platform.problems == []


@pytest.fixture
def bot(new_url: Callable[[], str], tmp_path: Path) -> Iterator[Bot]:
    bot = Bot(new_url(), tmp_path)
    yield bot
    bot.stop()


def test_who_speaks_is_answered_once_and_for_free(bot: Bot) -> None:
    phone = bot.platform.phone()
    phone.follows().hears("รหัส").says("สวัสดีค่ะ").hears("รหัส")
    bot.app.extensions["works"].stop()
    assert {call.endpoint for call in bot.platform.calls} == {"reply"}
    assert [call.status for call in bot.platform.calls] == [200, 200]


@pytest.mark.parametrize(
    "fault", [error(500), reset_before(), reset_after()], ids=["500", "reset before", "reset after"]
)
def test_trouble_on_the_way_is_not_noticed(bot: Bot, fault: object) -> None:
    bot.platform.faults.queue("reply", fault)  # type: ignore[arg-type]
    phone = bot.platform.phone()
    phone.says("สวัสดีค่ะ").hears_once("รหัส", quiet=1.0)


def test_no_webhook_waits_for_a_hanging_api(bot: Bot) -> None:
    phones = [bot.platform.phone() for _ in range(6)]
    bot.platform.faults.queue("reply", hang(3.0), times=6)
    began = time.monotonic()
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda phone: phone.says("สวัสดีค่ะ"), phones))
    assert time.monotonic() - began < 2
    assert all(delivery.ok for delivery in bot.platform.webhooks["main"].deliveries)
    for phone in phones:
        phone.hears_once("รหัส", within=15)


def test_the_answer_to_the_verify_button_is_yes(bot: Bot) -> None:
    assert bot.platform.verify().ok


def page(bot: Bot, path: str) -> tuple[int, dict[str, Any]]:
    status, body = bot.get(path)
    return status, json.loads(body)


def figures(bot: Bot) -> dict[str, Any]:
    """Return what /readyz tells, without the moment."""
    status, told = page(bot, "/readyz")
    assert status == 200
    del told["seen_at"]
    return told


def store_of(bot: Bot) -> Store:
    store: Store = bot.app.extensions["works"].store
    return store


def keeps_time(bot: Bot, ago: timedelta) -> None:
    """Let a worker have been there."""
    heart = Heart(store_of(bot), lambda: utc_now() - ago)
    heart.came(TICK)
    heart.beat()


WELL = {
    "ready": True,
    "scheduler_lag_seconds": 0.0,
    "oldest_unsent_seconds": 0.0,
    "parked_events": 0,
    "quota": [{"channel": 1, "allowed": 300, "used": 12}],
    "warnings": [],
}


@pytest.fixture
def well(bot: Bot) -> Bot:
    """A bot with a worker, one channel and a plan."""
    with store_of(bot).write() as db:
        ensure(db, MAIN, utc_now())
        quota.learn(db, MAIN, utc_now(), allowed=300, used=12)
    keeps_time(bot, -timedelta(seconds=30))  # so that the lag is none, however slow the test
    return bot


def test_alive_and_ready(well: Bot) -> None:
    assert page(well, "/healthz") == (200, {"alive": True})
    assert figures(well) == WELL
    alive = page(well, "/healthz")[1]
    assert alive.pop("alive") is True
    assert alive.pop("seen_at")
    assert alive == {key: value for key, value in WELL.items() if key != "ready"}, "as the database was last seen"


def test_what_is_only_a_warning_leaves_the_web_ready(bot: Bot) -> None:
    phone = bot.platform.phone().follows()
    late = utc_now() - timedelta(minutes=11)
    with store_of(bot).write() as db:
        quota.learn(db, MAIN, utc_now(), allowed=300, used=300)
        (person,) = db.execute(select(people.c.id)).scalars()
        words = Words([{"type": "text", "text": "แจ้งเตือน"}], [None])
        notices.tell(
            db, channel=MAIN, person=person, recipient=phone.user, once="late", words=words, now=late, push_at=late
        )
        event = {"channel_id": MAIN, "event_id": "bad", "raw": {}, "state": Kept.PARKED, "tries": 3}
        db.execute(inbox.insert(), event | {"received_at": utc_now()})
    told = figures(bot)
    assert told["warnings"] == ["parked", "quota", "silent", "unsent"]
    assert told["scheduler_lag_seconds"] is None
    assert 660 <= told["oldest_unsent_seconds"] < 720
    assert (told["parked_events"], told["quota"]) == (1, [{"channel": 1, "allowed": 300, "used": 300}])
    assert phone.user not in bot.get("/readyz")[1]
    keeps_time(bot, timedelta(minutes=20))
    assert 1200 <= figures(bot)["scheduler_lag_seconds"] < 1260


def test_alive_but_not_ready_without_tables(tmp_path: Path) -> None:
    bot = Bot(f"sqlite:///{tmp_path}/empty.db", tmp_path)
    assert page(bot, "/healthz") == (200, {"alive": True})
    assert page(bot, "/readyz") == (503, {"ready": False})
    assert "raingan_ready 0.0" in bot.get("/metrics")[1]
    bot.stop()


def gauges(bot: Bot) -> dict[str, float]:
    families = text_string_to_metric_families(bot.get("/metrics")[1])
    return {f"{one.name} {[*one.labels.values()]}": one.value for family in families for one in family.samples}


def test_prometheus_is_told_the_same(well: Bot) -> None:
    told = gauges(well)
    assert {name: told[name] for name in told if name.split()[0] in GAUGES} == {
        "raingan_ready []": 1.0,
        "raingan_scheduler_lag_seconds []": 0.0,
        "raingan_oldest_unsent_seconds []": 0.0,
        "raingan_parked_events ['1']": 0.0,
        "raingan_quota_used ['1']": 12.0,
        "raingan_quota_allowed ['1']": 300.0,
    }


GAUGES = {
    "raingan_ready",
    "raingan_scheduler_lag_seconds",
    "raingan_oldest_unsent_seconds",
    "raingan_parked_events",
    "raingan_quota_used",
    "raingan_quota_allowed",
}


def test_what_happens_is_counted(bot: Bot) -> None:
    before = gauges(bot)
    bot.platform.phone().says("สวัสดีค่ะ").hears("รหัส")
    bot.post("/callback", b"{}", {"x-line-signature": "forged"})
    bot.app.extensions["works"].stop()
    after = gauges(bot)
    grown = {name for name, value in after.items() if value > before.get(name, 0)}
    assert {
        "raingan_webhooks_total ['accepted']",
        "raingan_webhooks_total ['signature']",
        "raingan_events_total ['applied']",
        "raingan_outbox_total ['sent']",
        "raingan_webhook_seconds_count []",
        "raingan_said_seconds_count []",
    } <= grown


def test_making_an_app_opens_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(*whatever: object) -> None:
        raise AssertionError("the database was opened before the fork")

    monkeypatch.setattr(Store, "write", opened)
    monkeypatch.setattr(Store, "read", opened)
    Bot(f"sqlite:///{tmp_path}/none.db", tmp_path).stop()
    assert [*tmp_path.iterdir()] == []

"""All parts of a web process together, with the stand-in on both sides."""

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from bot.app import create_app
from bot.settings import Settings
from bot.simulator import SECRET, TOKEN, Platform, Server, serve
from bot.simulator.faults import error, hang, reset_after, reset_before
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


def test_alive_and_ready(bot: Bot) -> None:
    assert bot.get("/healthz")[0] == 200
    assert bot.get("/readyz")[0] == 200


def test_alive_but_not_ready_without_tables(tmp_path: Path) -> None:
    bot = Bot(f"sqlite:///{tmp_path}/empty.db", tmp_path)
    assert (bot.get("/healthz")[0], bot.get("/readyz")[0]) == (200, 503)
    bot.stop()


def test_what_happens_is_counted(bot: Bot) -> None:
    def counted() -> dict[str, float]:
        families = text_string_to_metric_families(bot.get("/metrics")[1])
        return {f"{one.name} {[*one.labels.values()]}": one.value for family in families for one in family.samples}

    before = counted()
    bot.platform.phone().says("สวัสดีค่ะ").hears("รหัส")
    bot.post("/callback", b"{}", {"x-line-signature": "forged"})
    bot.app.extensions["works"].stop()
    after = counted()
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

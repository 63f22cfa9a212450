"""`python -m bot doctor`: against the stand-in for LINE and the bot's real webhook, each trouble in turn."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.fernet import Fernet
from sqlalchemy import delete

from bot import doctor
from bot.app import assemble, create_app
from bot.channels import Seal, add
from bot.cli import cli
from bot.commands import common
from bot.heart import Heart
from bot.line.answers import BotInfo, Quota, Refused, Unanswered, WebhookInfo, WebhookTried, Why
from bot.line.gateway import Gateway
from bot.settings import Settings
from bot.simulator import Platform, serve
from handlers.heartbeats import TICK
from handlers.rich_menus import menus
from models.heartbeats import heartbeats
from models.store import Store
from tests.menu_scene import Grey


@dataclass
class Clinic:
    """A bot, its stand-in, and the environment in which the doctor is called."""

    platform: Platform
    environ: dict[str, str]

    def examine(self, *words: str, ends: int, **changed: str) -> str:
        done: Result = CliRunner(env=self.environ | changed).invoke(cli, ["doctor", *words])
        assert done.exit_code == ends, done.output
        return done.output


def keeps_time(store: Store, ago: timedelta = timedelta(0)) -> None:
    """Let a worker have been there."""
    heart = Heart(store, lambda: common.now() - ago)
    heart.came(TICK)
    heart.beat()


@pytest.fixture
def clinic(new_url: Callable[[], str], tmp_path: Path) -> Iterator[Clinic]:
    """A bot in good health."""
    environ = {
        "RAINGAN_ENV": "test",
        "DATABASE_URL": new_url(),
        "LINE_CHANNEL_SECRET": "s3cr3t",
        "LINE_CHANNEL_ACCESS_TOKEN": "t0ken",
        "PUBLIC_URL": "http://127.0.0.1",
        "MEDIA_URL": str(tmp_path / "media"),
        "RAINGAN_KEY": Fernet.generate_key().decode(),
    }
    works = assemble(Settings.load(environ), threads=0)
    keeps_time(works.store)
    bot = create_app(works=works).test_client()
    platform = Platform(
        webhook=lambda path, body, headers: bot.post(path, data=body, headers=dict(headers)).status_code,
        secret="s3cr3t",
        token="t0ken",
    )
    with serve(platform) as line:
        yield Clinic(platform, environ | {"LINE_API_HOST": line.url})
    works.stop()


def test_in_good_health(clinic: Clinic):
    said = clinic.examine(ends=0)
    assert "WRONG" not in said
    for what in (
        "Database: reached and up to date",
        "Scheduler: was there ",
        "Messages that are due: the oldest waits for 0 seconds",
        "Photos and files: writable",
        "Access token: accepted, for รายงาน (@999raing)",
        "Chat mode: bot, mark as read: auto",
        "Webhook: the address set is http://127.0.0.1/callback",
        "Webhook: LINE tried it, and the bot answered",
        "Messages of this month: 0 of 300 pushed",
    ):
        assert f"ok     {what}" in said


def test_it_leaves_nothing_behind(clinic: Clinic, tmp_path: Path):
    clinic.examine(ends=0)
    assert not [file for file in (tmp_path / "media").rglob("*") if file.is_file()]


@pytest.mark.parametrize(
    ("changed", "wrong", "todo"),
    [
        ({"LINE_CHANNEL_ACCESS_TOKEN": "old"}, "Access token: not accepted by LINE", "Issue a channel access token"),
        ({"LINE_CHANNEL_ACCESS_TOKEN": ""}, "Access token: not accepted by LINE", "Issue a channel access token"),
        ({"LINE_API_HOST": "http://127.0.0.1:1"}, "LINE: no answer", "reaches the internet"),
        (
            {"PUBLIC_URL": "http://elsewhere.example"},
            "Webhook: the address set is",
            "http://elsewhere.example/callback",
        ),
        ({"MEDIA_URL": "/proc/nowhere"}, "Photos and files: not writable", "MEDIA_URL"),
    ],
)
def test_settings_that_do_not_fit(clinic: Clinic, changed: dict[str, str], wrong: str, todo: str):
    said = clinic.examine(ends=1, **changed)
    assert f"WRONG  {wrong}" in said
    assert todo in said


def test_people_chat_by_hand(clinic: Clinic):
    clinic.platform.main.chat_mode = "chat"
    said = clinic.examine(ends=1)
    assert "WRONG  Chat mode: chat, mark as read: manual" in said
    assert "turn Chat off" in said


def test_the_secret_was_changed_at_line(clinic: Clinic):
    clinic.platform.main.secret = "another"
    said = clinic.examine(ends=1)
    assert "WRONG  Webhook: LINE tried it" in said
    assert "set the channel secret" in said


def test_the_months_messages(clinic: Clinic):
    quota = clinic.platform.main.quota
    quota.bill(240, clinic.platform.now())
    assert "240 of 300 pushed; few are left" in clinic.examine(ends=0)
    quota.bill(60, clinic.platform.now())
    assert "WRONG  Messages of this month: 300 of 300 pushed" in clinic.examine(ends=1)
    quota.allowed = None
    assert "ok     Messages of this month: 300 pushed, no limit" in clinic.examine(ends=0)


def test_a_database_that_is_not_there_yet_is_not_made(clinic: Clinic, tmp_path: Path):
    file = tmp_path / "none.db"
    assert "Run `python -m bot migrate`" in clinic.examine(ends=1, DATABASE_URL=f"sqlite:///{file}")
    clinic.examine("--channel", "main", ends=1, DATABASE_URL=f"sqlite:///{file}")
    assert not file.exists()
    file.touch()
    assert "Mend the database" in clinic.examine("--channel", "surin", ends=1, DATABASE_URL=f"sqlite:///{file}")
    assert "not up to date" in clinic.examine(ends=1, DATABASE_URL=f"sqlite:///{file}")


def test_a_database_that_does_not_answer(clinic: Clinic):
    said = clinic.examine(ends=1, DATABASE_URL="postgresql://raingan:hunter2@127.0.0.1:1/raingan")
    assert "WRONG  Database: not reached" in said
    assert "hunter2" not in said


def test_nobody_keeps_time(clinic: Clinic):
    store = Store(clinic.environ["DATABASE_URL"])
    with store.write() as db:
        db.execute(delete(heartbeats))
    assert "WRONG  Scheduler: no sign of it for a day" in clinic.examine(ends=1)
    keeps_time(store, timedelta(minutes=7))
    store.dispose()
    said = clinic.examine(ends=1)
    assert "WRONG  Scheduler: silent for 7 minutes" in said
    assert "Start `python -m scheduler`" in said


def test_every_channel_is_examined_or_one(clinic: Clinic):
    surin = clinic.platform.add_channel(
        "surin", secret="k", token="t-surin", webhook=clinic.platform.webhooks["main"].post, path="/callback/surin"
    )
    store = Store(clinic.environ["DATABASE_URL"])
    with store.write() as db:
        seal = Seal((clinic.environ["RAINGAN_KEY"],))
        add(db, seal, "surin", "สุรินทร์", secret="k", token="t-surin", now=common.now())
    store.dispose()
    said = clinic.examine(ends=0)
    assert said.count("Webhook: LINE tried it, and the bot answered") == 2
    assert "/callback/surin" in said
    surin.chat_mode = "chat"
    clinic.examine("--channel", "main", ends=0)
    clinic.examine("--channel", "surin", ends=1)
    assert "add the key it was sealed with" in clinic.examine(ends=1, RAINGAN_KEY=Fernet.generate_key().decode())
    clinic.examine("--channel", "elsewhere", ends=1)


@dataclass
class Line(Gateway):
    """LINE, in states that the stand-in does not have."""

    set_to: WebhookInfo | None = None
    tried: WebhookTried = field(default_factory=lambda: WebhookTried(True, 200, "OK", "200"))
    silent: bool = False

    def bot_info(self, channel: str) -> BotInfo:
        return BotInfo("U" + "0" * 32, "@bot", "บอต", "bot", "auto")

    def webhook(self, channel: str) -> WebhookInfo | None:
        if self.silent:
            raise Unanswered(Refused("500", Why.TROUBLE))
        return self.set_to

    def try_webhook(self, channel: str, url: str | None = None) -> WebhookTried:
        return self.tried

    def quota(self, channel: str) -> Quota:
        return Quota(300, 0)


SET = WebhookInfo("https://raingan.example/callback", active=True)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (Line(SET), []),
        (Line(None), ["no address is set"]),
        (Line(WebhookInfo(SET.url, active=False)), ["switched off"]),
        (Line(SET, tried=WebhookTried(False, None, "COULD_NOT_CONNECT", "TLS")), ["COULD_NOT_CONNECT, TLS"]),
        (Line(SET, tried=WebhookTried(False, 500, "ERROR_STATUS_CODE", "500")), ["ERROR_STATUS_CODE, 500"]),
        (Line(SET, silent=True), ["did not answer"]),
    ],
)
def test_the_webhook_as_line_sees_it(line: Line, wrong: list[str]):
    found = list(doctor.line(line, "main", SET.url))
    assert [one.what for one in found if one.todo and not any(what in one.what for what in wrong)] == []
    assert len([one for one in found if one.todo]) == len(wrong)
    assert "Messages of this month" in found[-1].what


def test_the_rich_menus(clinic: Clinic, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bot.menu_maker.Pictures", Grey)
    assert "ok     Rich menus: none were made; `python -m bot rich-menu` draws them" in clinic.examine(ends=0)
    made = CliRunner(env=clinic.environ).invoke(cli, ["rich-menu"])
    assert made.exit_code == 0, made.output
    assert f"ok     Rich menus: all {len(menus())} are at LINE" in clinic.examine(ends=0)
    at_line = clinic.platform.main.menus.menus
    gone = next(menu_id for menu_id, menu in at_line.items() if menu["name"].startswith("raingan director+report"))
    del at_line[gone]
    said = clinic.examine(ends=1)
    assert "WRONG  Rich menus: LINE has no director+report" in said
    assert "Run `python -m bot rich-menu --channel main`." in said

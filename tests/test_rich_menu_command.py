"""`python -m bot rich-menu`: against the stand-in for LINE, with each trouble told in words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import cli
from bot.line.gateway import Gateway
from bot.line.menus import MenuLine
from bot.line.wire import Answer, Wire
from bot.simulator import Platform, serve
from bot.simulator.faults import Fault, error, rate_limited, reset_before
from handlers.rich_menus import menus
from tests.menu_scene import Grey, ignored


@dataclass
class Shop:
    platform: Platform
    environ: dict[str, str]

    def run(self, *words: str, ends: int = 0, **changed: str) -> str:
        done = CliRunner(env=self.environ | changed).invoke(cli, ["rich-menu", *words])
        assert done.exit_code == ends, done.output
        return done.output


@pytest.fixture
def shop(new_url: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.setattr("bot.menu_maker.Pictures", Grey)
    environ = {
        "RAINGAN_ENV": "test",
        "DATABASE_URL": new_url(),
        "LINE_CHANNEL_SECRET": "s3cr3t",
        "LINE_CHANNEL_ACCESS_TOKEN": "t0ken",
        "PUBLIC_URL": "http://127.0.0.1",
        "MEDIA_URL": str(tmp_path / "media"),
    }
    platform = Platform(webhook=ignored, secret="s3cr3t", token="t0ken")
    with serve(platform) as line:
        yield Shop(platform, environ | {"LINE_API_HOST": line.url})
    assert platform.problems == []


def test_made_once_looked_at_and_left_as_it_is(shop: Shop) -> None:
    assert shop.run("--check", ends=1).count("to be made: ") == len(menus())
    assert shop.platform.main.menus.menus == {}, "it only looked"
    assert "made director+report" in shop.run()
    known = dict(shop.platform.main.menus.menus)
    assert shop.run("--check") == "LINE has every menu as it is to be.\n"
    assert shop.run() == "Nothing to do: LINE has every menu as it is to be.\n"
    assert shop.platform.main.menus.menus == known


def test_the_default_is_that_of_guests(shop: Shop) -> None:
    shop.run()
    menus_there = shop.platform.main.menus
    assert menus_there.default is not None
    assert menus_there.menus[menus_there.default]["name"].startswith("raingan guest ")
    menus_there.default = None
    assert "the default is not that of guests" in shop.run("--check", ends=1)
    assert shop.run() == "the default is that of guests\nDone.\n"


@pytest.mark.parametrize(
    ("endpoint", "fault", "words"),
    [
        ("rich_menu_create", rate_limited(), "at most 100 menus an hour: run this again in an hour"),
        ("rich_menu_content", error(500), "run this again in a minute; what was made is kept"),
        ("rich_menu", reset_before(), "run this again in a minute"),
        ("rich_menu_create", error(400, "the number of richmenus exceeds the limit"), "has 1,000 already"),
        ("rich_menu_content", error(404, "richmenu not found"), "Somebody deleted a menu meanwhile: run this again"),
    ],
)
def test_trouble_is_told_in_words_and_a_second_run_mends_it(
    shop: Shop, endpoint: str, fault: Fault, words: str
) -> None:
    shop.platform.faults.queue(endpoint, fault)
    assert words in shop.run(ends=1)
    shop.run()
    assert shop.run("--check") == "LINE has every menu as it is to be.\n"
    assert len(shop.platform.main.menus.menus) == len(menus()), "nothing is left that was half made"


def test_a_token_that_line_does_not_take(shop: Shop) -> None:
    said = shop.run(ends=1, LINE_CHANNEL_ACCESS_TOKEN="old")
    assert "does not accept the channel access token" in said


def test_a_channel_that_nobody_knows(shop: Shop) -> None:
    assert "elsewhere" in shop.run("--channel", "elsewhere", ends=1)


def test_a_picture_goes_where_line_keeps_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def post(self: Wire, path: str, headers: bytes, body: bytes, method: bytes = b"POST") -> Answer:
        asked.append((self._host, method, path, b"image/png" in headers))
        return Answer(200, {}, b'{"richMenuId": "richmenu-1"}')

    monkeypatch.setattr(Wire, "post", post)
    line = MenuLine(Gateway(lambda _: "t0ken"))
    line.upload("main", line.create("main", {}), b"picture")
    assert asked == [
        ("api.line.me", b"POST", "/v2/bot/richmenu", False),
        ("api-data.line.me", b"POST", "/v2/bot/richmenu/richmenu-1/content", True),
    ]

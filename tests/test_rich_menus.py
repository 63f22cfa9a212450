"""The rich menus as data and as pictures: who sees which, LINE's limits, and letters that can be read."""

import json
import shutil
from datetime import UTC, datetime
from itertools import chain, combinations
from pathlib import Path

import fontpkg_noto_sans_thai
import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st

from bot.menu_pictures import Pictures, draw
from bot.simulator.menu_checks import menu_problems, picture_size
from handlers import rich_menus
from handlers.heard import Heard, Kind
from handlers.menu_waits import Serves, worn
from handlers.messages import limits
from handlers.messages.values import Act
from handlers.rich_menus import GUEST, Menu, menus, wanted
from handlers.words import order, understand
from models.people import Role

NAMES = list(menus())
WAITS = ("report", "meetings", "queue", "asks", "desk")


def every_set(things: tuple[str, ...]) -> list[tuple[str, ...]]:
    return list(chain.from_iterable(combinations(things, number) for number in range(len(things) + 1)))


@pytest.mark.parametrize(
    ("role", "waiting", "name"),
    [
        (Role.DIRECTOR, (), "director"),
        (Role.DIRECTOR, ("report",), "director+report"),
        (Role.DIRECTOR, ("report", "meetings"), "director+meetings+report"),
        (Role.ACTING, ("meetings",), "director+meetings"),
        (Role.DELEGATE, ("report",), "director+report"),
        (Role.VERIFIER, ("queue",), "verifier+queue"),
        (Role.VERIFIER, ("queue", "asks", "meetings"), "verifier+asks+meetings+queue"),
        (Role.COORDINATOR, ("desk",), "coordinator+desk"),
        (Role.COORDINATOR, ("queue", "report"), "coordinator"),
        (Role.VIEWER, ("meetings", "desk"), "viewer+meetings"),
        (Role.OPERATOR, ("desk",), None),
        (None, ("report",), None),
    ],
)
def test_which_menu_for_whom(role: Role | None, waiting: tuple[str, ...], name: str | None) -> None:
    assert wanted(rich_menus.HATS.get(role) if role else None, waiting) == name


def test_never_the_menu_of_another_hat() -> None:
    for hat in (*set(rich_menus.HATS.values()), GUEST, "unknown", None):
        for waiting in every_set(WAITS):
            name = wanted(hat, waiting)
            assert name is None or (name in menus() and menus()[name].hat == hat != GUEST)
            if name is not None:
                assert menus()[name].waiting <= set(waiting)


SERVES = st.builds(Serves, st.sampled_from(list(Role)), st.sampled_from([None, 1, 2]), st.sampled_from([None, 1, 2]))
FLOWS = st.sampled_from([None, "report", "reviewing", "coordinating", "viewing", "operating", "joining", "switching"])


@given(st.lists(SERVES, min_size=1), FLOWS)
def test_the_hat_worn_is_one_of_ones_own(serves: list[Serves], flow: str | None) -> None:
    hat = worn(serves, flow)
    assert hat
    assert all(one in serves for one in hat)
    assert len({one.flow for one in hat}) == 1
    if flow in {one.flow for one in serves}:
        assert hat[0].flow == flow


@pytest.mark.parametrize("name", NAMES)
def test_line_would_take_it(name: str) -> None:
    menu = menus()[name].to_line("raingan " + name)
    assert list(menu_problems(menu)) == []
    assert limits.graphemes(menu["chatBarText"]) <= limits.RICH_MENU_BAR_GRAPHEMES
    for area in menu["areas"]:
        assert area["action"]["label"] == area["action"]["displayText"], "nothing had to be cut"


def test_the_areas_cover_the_picture_and_none_another() -> None:
    for menu in menus().values():
        shape = menu.to_line("x")
        bounds = [area["bounds"] for area in shape["areas"]]
        covered = sum(one["width"] * one["height"] for one in bounds)
        assert covered == shape["size"]["width"] * shape["size"]["height"]
        corners = {(one["x"], one["y"]) for one in bounds}
        assert len(corners) == len(bounds)


def test_typed_words_do_what_a_tap_does() -> None:
    """LINE for PC shows no menu: the words that a tap shows as one's own are understood when typed."""
    for menu in menus().values():
        for area in menu.areas:
            typed = order(area.word)
            meant = {typed.name if typed else None, str(understand(area.word, asking=False).intent)}
            known = {area.do, *({"meetings", "meeting"} if area.do == "meeting_show" else ())}
            assert known & meant or area.do == "meeting_show", (menu.hat, area, meant)


def test_a_tap_is_told_from_a_button_that_answers_something() -> None:
    def tapped(data: str) -> bool:
        return rich_menus.is_tapped(
            Heard(id="1", kind=Kind.POSTBACK, at=datetime.now(UTC), user="U", raw={}, data=data)
        )

    assert tapped("do=report")
    assert tapped(Act("desk").data())
    assert not tapped(Act("report", 7).data())
    assert not tapped(Act("meeting_show", value="3").data())
    assert not tapped("do=cancel")
    assert not tapped("do=confirm")
    assert not tapped("nonsense")


# Pictures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_as_large_as_the_menu_says_and_not_too_heavy(name: str) -> None:
    menu = menus()[name]
    drawn = draw(menu)
    assert picture_size(drawn) == (rich_menus.WIDTH, menu.height)
    assert len(drawn) <= limits.RICH_MENU_PICTURE_BYTES


def too_wide(menu: Menu) -> list[list[str]]:
    """Return which words of a menu are wider than their area, by typst's own measure."""
    source = """
    #set text(font: "Noto Sans Thai", size: 166pt, weight: "bold", lang: "th")
    #set page(width: 2500pt, height: auto)
    #let menu = json(bytes(sys.inputs.menu))
    #context [#metadata(menu.areas.map(one => one.label.map(line => measure(line).width.pt()))) <wide>]
    """
    fonts = [Path(fontpkg_noto_sans_thai.ROOT) / "files"]
    found = typst.query(  # type: ignore[misc]
        source.encode(),
        "<wide>",
        field="value",
        font_paths=fonts,
        sys_inputs={"menu": json.dumps(menu.drawing())},
    )
    wide = json.loads(found)[0]
    room = rich_menus.WIDTH / menu.columns - 60
    return [
        [line for line, width in zip(area.label, widths, strict=True) if width > room]
        for area, widths in zip(menu.areas, wide, strict=True)
    ]


@pytest.mark.parametrize("hat", ["guest", "director", "verifier", "coordinator", "viewer"])
def test_no_word_is_cut(hat: str) -> None:
    assert [line for lines in too_wide(menus()[hat]) for line in lines] == []


def test_what_was_drawn_is_kept_by_its_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = Pictures(tmp_path / "menus")
    menu = menus()["viewer"]
    first = pictures.png(menu, "abc")
    monkeypatch.setattr("bot.menu_pictures.draw", lambda menu: b"drawn again")
    assert pictures.png(menu, "abc") == first
    assert pictures.png(menu, "def") == b"drawn again"
    shutil.rmtree(tmp_path / "menus")
    assert pictures.png(menu, "abc") == b"drawn again"

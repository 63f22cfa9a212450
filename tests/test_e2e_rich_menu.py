"""The rich menu on the demo's phone: a guest's, then a director's with a badge; tapped, folded away, hidden on PC.

To look at every screen: make test TESTS=tests/test_e2e_rich_menu.py PICTURES=a-folder
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from bot.demo import Demo, user_of
from tests.screen import Screen, telephone

pytestmark = pytest.mark.browser

SCHOOL = "1031991002"


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    with telephone(browser, f"{demo.url}#{user_of(SCHOOL)}") as page:
        yield page


def area(page: Page, name: str) -> Locator:
    return page.get_by_test_id("menu-area").and_(page.get_by_label(name, exact=True))


def test_from_a_guests_menu_to_a_directors(page: Page, demo: Demo) -> None:
    screen, menu, bar = Screen(page), page.get_by_test_id("rich-menu"), page.get_by_test_id("menu-bar")
    expect(bar).to_be_hidden()
    page.get_by_test_id("add-friend").tap()
    expect(menu).to_be_visible()
    expect(page.get_by_test_id("menu-area")).to_have_count(3)
    box, picture = menu.bounding_box(), menu.locator("img")
    assert box is not None
    assert abs(box["width"] / box["height"] - 2500 / 843) < 0.05
    assert picture.evaluate("img => img.decode().then(() => [img.naturalWidth, img.naturalHeight])") == [2500, 843]
    look(screen, "guest")
    area(page, "ข้อมูลของฉัน").tap()
    screen.hears("ข้อมูล")
    expect(menu).to_be_hidden()
    bar.tap()
    expect(menu).to_be_visible()
    bar.tap()
    expect(menu).to_be_hidden()
    code = demo.platform.people[user_of(SCHOOL)].code
    assert code
    screen.says(code).hears("ใช่หรือไม่").says("ใช่").hears("ประกาศ").says("รับทราบ").hears("เรียบร้อยแล้ว")
    expect(page.get_by_test_id("menu-area")).to_have_count(6)
    expect(bar).to_have_text("มีเรื่องรอท่าน")
    if not menu.is_visible():  # it opened by itself, and went away again for the keyboard
        bar.tap()
    look(screen, "director")
    area(page, "กำหนดส่งวันไหน").tap()
    screen.hears("กำหนดส่ง")
    bar.tap()
    area(page, "รายงาน").tap()
    screen.hears("ข้อ 1")
    bar.tap()
    expect(menu).to_be_visible()
    page.get_by_test_id("input").tap()  # the keyboard takes its place
    expect(menu).to_be_hidden()
    page.evaluate("document.body.classList.add('pc')")  # what the panel's switch does
    expect(bar).to_be_hidden()
    assert demo.platform.problems == []


def look(screen: Screen, name: str) -> None:
    folder = os.environ.get("PICTURES")
    if folder:
        Path(folder, f"menu-{name}.png").write_bytes(screen.picture())

"""A telephone in Chromium with the demo's page on it, used as a person uses it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Self
from unittest.mock import patch

from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from bot.demo import Demo
from handlers import working_days
from handlers.thai import BANGKOK

PATIENCE = 10.0
"""Seconds of waiting for what should be heard at once."""
PHONE, LARGE = ViewportSize(width=390, height=844), ViewportSize(width=430, height=980)


@contextmanager
def monday_demo(folder: Path) -> Iterator[Demo]:
    """Run a demo on a Monday morning, ten past nine. No holidays: it is the next Monday, whenever the tests are run."""
    with patch.object(working_days, "_holidays", lambda year: {}), Demo(folder) as demo:
        now = demo.platform.now().astimezone(BANGKOK)
        monday = (now + timedelta(days=7 - now.weekday())).replace(hour=9, minute=10, second=5)
        demo.platform.forward((monday - now).total_seconds())
        yield demo


@contextmanager
def telephone(browser: Browser, url: str) -> Iterator[Page]:
    """Open the demo's page on a telephone; nothing may go wrong in it, nor leave for another host."""
    trouble: list[str] = []
    home = url.partition("#")[0]
    with browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="th-TH") as context:
        page = context.new_page()
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda said: trouble.append(said.text) if said.type in ("error", "warning") else None)
        page.on("request", lambda asked: None if asked.url.startswith((home, "blob:")) else trouble.append(asked.url))
        page.on("response", lambda got: trouble.append(f"{got.status} {got.url}") if got.status >= 400 else None)
        page.goto(url)
        yield page
    assert trouble == []


class Screen:
    """The phone as a person uses it: types, taps, looks at what is newly there."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.phone = page.get_by_test_id("phone")
        self.bubbles = self.phone.get_by_test_id("bubble")
        self._seen = 0

    def says(self, *bubbles: str) -> Self:
        self._seen = self.bubbles.count()
        for words in bubbles:
            self.phone.get_by_test_id("input").fill(words)
            self.phone.get_by_test_id("send").tap()
            expect(self.phone.locator("[data-testid=bubble][data-from=me]").last).to_have_text(words)
        return self

    def sends_photo(self, photo: bytes) -> Self:
        self._seen = self.bubbles.count()
        with self.page.expect_file_chooser() as chooser:
            self.phone.get_by_test_id("attach").tap()
            self.phone.get_by_test_id("attach-photo").tap()
        chooser.value.set_files({"name": "ห้องเรียน.jpg", "mimeType": "image/jpeg", "buffer": photo})
        return self

    def taps(self, label: str) -> Self:
        return self._taps(self.phone.get_by_test_id("quick-reply").get_by_text(label, exact=True))

    def taps_on_card(self, label: str) -> Self:
        return self._taps(self.phone.get_by_test_id("flex-bubble").last.get_by_text(label, exact=True).last)

    def sends_sticker(self) -> Self:
        self.phone.get_by_test_id("attach").tap()
        return self._taps(self.phone.get_by_test_id("attach-sticker"))

    def _taps(self, place: Locator) -> Self:
        self._seen = self.bubbles.count()
        place.tap()
        return self

    def hears(self, *words: str) -> Self:
        """Wait until all of these words stand in the bot's new bubbles, to be read."""
        deadline = time.monotonic() + PATIENCE
        while missing := [word for word in words if word not in self.heard]:
            assert time.monotonic() < deadline, f"not heard: {missing}\n{self.heard}"
            self.page.wait_for_timeout(50)
        return self

    @property
    def heard(self) -> str:
        """What the bot says in the bubbles that came since the last act, as it can be seen."""
        new = [self.bubbles.nth(number) for number in range(self._seen, self.bubbles.count())]
        return "\n".join(one.inner_text() for one in new if one.get_attribute("data-from") == "bot")

    def _looks_at_card(self) -> None:
        """Scroll the talk to the beginning of the newest card."""
        card = self.phone.get_by_test_id("flex-bubble").last
        card.evaluate(
            "card => { const log = card.closest('[data-testid=log]');"
            " log.scrollTop += card.getBoundingClientRect().top - log.getBoundingClientRect().top - 12; }"
        )

    def picture(self, *, card: bool = False) -> bytes:
        """Return the screen as it is on a somewhat larger phone, without the demo's own bar."""
        self.page.set_viewport_size(LARGE)
        self.page.evaluate("document.activeElement.blur()")
        self.page.wait_for_timeout(300)
        if card:
            self._looks_at_card()
        picture = self.phone.locator(".screen").screenshot()
        self.page.set_viewport_size(PHONE)
        return picture

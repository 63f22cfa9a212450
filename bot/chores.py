"""What is done besides answering webhooks: what time made due, late deliveries, failed events, files.

The worker's ticks call it.
"""

import time
from collections.abc import Callable

import structlog

from bot.app import Works
from bot.line import read
from bot.line.content import ContentGateway
from bot.line.menus import MenuLine
from bot.media import MediaStore, delete_due, fetch_due
from bot.mishaps import is_passing
from bot.rich_menus import MenuClerk
from handlers import due, housekeeping, kept, quota
from handlers.kept import RetryFailed

log = structlog.get_logger(__name__)

REST = 10
"""After looking for what is due nobody looks for this many times as long as it took."""


class Chores:
    """The chores of one process. Each may raise; none leaves anything half done."""

    def __init__(self, works: Works) -> None:
        self._works = works
        self._files = MediaStore(works.settings.media_url)
        self._line = ContentGateway(works.gateway)
        self._menus = MenuClerk(works.store, MenuLine(works.gateway), works.clock)
        self._read = read.by(works.clock)
        self._rests_until = 0.0

    def due(self) -> int:
        """Write what time has made due to the outbox. Return how many rows."""
        if time.monotonic() < self._rests_until:
            return 0
        began = time.monotonic()
        try:
            return self._planned()
        finally:
            self._rests_until = time.monotonic() + REST * (time.monotonic() - began)

    def _planned(self) -> int:
        """Plan each kind in a transaction of its own, which holds SQLite's one writer for less long.

        One kind that cannot be planned keeps no other from being said.
        """
        made, trouble = 0, None
        for plan in due.PLANNERS:
            try:
                with self._works.store.write() as db:
                    made += plan(db, self._works.clock())
            except Exception as error:
                if is_passing(error):
                    raise
                log.error("not planned", kind=plan.__module__, error=type(error).__name__)
                trouble = trouble or error
        if trouble is not None:
            raise trouble
        return made

    def deliver(self) -> int:
        """Send what a crashed process left unsent, and what is to be tried again. Return how many rows."""
        return self._works.deliver_due()

    def retry(self) -> int:
        """Apply what a crashed process only wrote down, and failed events that are due again. Return how many."""
        works = self._works
        applied = works.applier.apply_overdue()
        house = works.house()
        while True:
            try:
                with works.store.write() as db:
                    done = kept.retry_due(db, house, works.clock(), self._read)
            except RetryFailed as failed:
                cause = failed.__cause__ or failed
                if is_passing(cause):
                    self._put_off(failed)
                    raise cause from None  # perhaps no fault of the event: this try does not count
                self._failed(failed)
                continue
            if done is None:
                return applied
            applied += 1
            works.delivery.take(done.outgoing)

    def _failed(self, failed: RetryFailed) -> None:
        with self._works.store.write() as db:
            parked = kept.note_failed(db, failed, self._works.clock())
        log.error("event parked" if parked else "event failed again", row=failed.row, tries=failed.tries)

    def _put_off(self, failed: RetryFailed) -> None:
        with self._works.store.write() as db:
            kept.put_off(db, failed, self._works.clock())

    def fetch(self) -> int:
        """Fetch photos and files that wait at LINE, delete those that must go. Return how many were looked at."""
        works, looked_at = self._works, 0
        while fetched := fetch_due(works.store, self._line, self._files, works.clock):
            looked_at += sum(fetched.values())
        return looked_at + delete_due(works.store, self._files, works.clock)

    def choose_menus(self) -> int:
        """Note whose rich menu is to be another one. Return of how many people.

        Raises:
            Busy: the database could not be had.
        """
        return self._menus.look()

    def link_menus(self) -> int:
        """Tell LINE of them. Return of how many people.

        Raises:
            Busy: the database could not be had.
        """
        return self._menus.tell()

    def count(self) -> int:
        """Ask LINE what the month allows and what is used: others may send too, and plans change. Return how many.

        Raises:
            Unanswered: by LINE.
        """
        works = self._works
        with works.store.read() as db:
            plans = quota.plans(db, works.clock())
        for channel, allowed in plans.items():
            found = works.gateway.quota(channel)
            if found.allowed != allowed:
                log.warning("the month's plan has changed", channel=channel, before=allowed, now=found.allowed)
            with works.store.write() as db:
                quota.learn(db, channel, works.clock(), allowed=found.allowed, used=found.used)
        return len(plans)

    def housekeep(self) -> int:
        """Forget what is not needed any more, a few rows a transaction. Return how many."""
        works, forgotten = self._works, 0
        while True:
            with works.store.write() as db:
                done = housekeeping.due(db, works.clock())
            if not done:
                return forgotten
            forgotten += done

    def run(self, came: Callable[[str], None] = lambda name: None) -> None:
        """Do all of it once; trouble with one does not keep the others. came: told the name of each that ended well."""
        for chore in (self.due, self.deliver, self.retry, self.fetch, self.choose_menus, self.link_menus):
            try:
                chore()
                came(chore.__name__)
            except Exception:
                log.exception("chore failed", chore=chore.__name__)

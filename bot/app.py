"""Where everything is put together: the one place that knows all parts of a process."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Flask

from bot import files_page, health, join, logs, meeting_pages
from bot.applying import THREADS as APPLIERS
from bot.applying import Applier
from bot.channels import Channels
from bot.delivery import THREADS, Delivery
from bot.line.answers import Refused
from bot.line.gateway import Gateway
from bot.links import FileLinks, MeetingLinks
from bot.settings import BadSettings, Settings
from bot.webhook import Webhook
from handlers import late
from handlers.inbox import House
from models.intake import Intake
from models.json_text import from_json
from models.store import Store

Clock = Callable[[], datetime]

PATIENCE = 0.8
"""Seconds to wait for the database. A webhook may come to wait in the server behind one that waits, and then itself:
twice this must be less than LINE's two seconds."""

DEADLINE = 1.0
"""Seconds for which PostgreSQL may be silent to the web: longer than it waits for a lock, and in LINE's two seconds."""


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Works:
    """What one process works with. Opens nothing by itself, so it may be made before a fork."""

    settings: Settings
    clock: Clock
    store: Store
    intake: Intake
    channels: Channels
    gateway: Gateway
    delivery: Delivery
    applier: Applier
    links: FileLinks
    meeting_links: MeetingLinks
    house: Callable[[], House]

    def deliver_due(self) -> int:
        """Send what is due and nobody's, at hours in which it may be said. Return how many rows.

        Raises:
            Busy: the database could not be had.
        """
        with self.store.read() as db:
            rests = late.is_rest(db, self.clock())
        while rests:
            with self.store.write() as db:
                rests = late.put_off(db, self.clock()) > 0
        return self.delivery.deliver_due()

    def basic_id(self, channel: str) -> str | None:
        """Return the id that a link into the chat needs; None where LINE does not tell it now.

        Asked without LINE's library, which would take a web process seconds and half its memory to load.
        """
        answer = self.gateway.call(channel, "info", b"GET", "/v2/bot/info")
        try:
            known = {} if isinstance(answer, Refused) else from_json(answer.body)
        except ValueError:
            return None
        return known.get("basicId") if isinstance(known, dict) else None

    def stop(self, patience: float = 10.0) -> None:
        """Finish what is begun and let go of the database.

        patience: seconds for replies under way.
        """
        self.applier.stop(patience)
        self.delivery.stop(patience)
        self.intake.dispose()
        self.store.dispose()


def assemble(
    settings: Settings, *, clock: Clock = utc_now, threads: int = THREADS, deadline: float | None = None
) -> Works:
    """Put the parts of a process together.

    threads: senders; 0 for none. deadline: seconds for which the database may be silent.
    """
    store = Store(settings.database_url, patience=PATIENCE, deadline=deadline)
    intake = Intake(store)
    known = Channels(settings, store, clock)
    gateway = Gateway(known.token_of, host=settings.line_api_host, connections=max(threads, 1))
    delivery = Delivery(store, gateway, clock, threads=threads)
    links = FileLinks(settings.public_url, known.secrets_of)
    meeting_links = MeetingLinks(settings.public_url, known.secrets_of)

    def house() -> House:
        return House(owner=delivery.owner, ack_wait=settings.ack_wait, link_to=links.make, page_to=meeting_links.make)

    applier = Applier(store, intake, delivery, clock, house=house, threads=min(threads, APPLIERS))
    return Works(settings, clock, store, intake, known, gateway, delivery, applier, links, meeting_links, house)


def create_app(settings: Settings | None = None, *, clock: Clock = utc_now, works: Works | None = None) -> Flask:
    """Return the web application; its parts are in ``app.extensions["works"]``.

    settings: those of the environment where None.
    """
    settings = settings or (works.settings if works else _from_environment())
    logs.set_up(as_json=settings.env == "production")
    works = works or assemble(settings, clock=clock, deadline=DEADLINE)
    app = Flask("raingan", static_folder=None)
    app.extensions["works"] = works
    _webhook(works).add_to(app)
    join.add_to(app)
    files_page.add_to(app, works.links, works.store, settings.media_url, works.clock)
    meeting_pages.add_to(app, works.meeting_links, works.store, works.clock, works.basic_id)
    health.add_to(app, works.store, works.clock)
    return app


def _webhook(works: Works) -> Webhook:
    return Webhook(
        works.store,
        works.channels,
        works.delivery,
        works.clock,
        house=works.house,
        intake=works.intake,
        later=works.applier,
        is_crowded=lambda: works.delivery.courtesy.is_crowded,
    )


def _from_environment() -> Settings:
    try:
        return Settings.load(os.environ)
    except BadSettings as error:
        raise SystemExit(str(error)) from None

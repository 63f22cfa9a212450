"""doctor."""

import logging
from collections.abc import Iterator

import click
from sqlalchemy.exc import DBAPIError

from bot import doctor as look
from bot import logs
from bot.channels import Channels
from bot.commands.common import load_settings, now
from bot.doctor import Finding, Made
from bot.line.gateway import Gateway
from bot.settings import Settings
from handlers import menus_made
from handlers.channels import NoChannel
from models.programme import MAIN
from models.store import Busy, Store


@click.command()
@click.option("--channel", metavar="ID", help="Only this channel. [default: all]")
def doctor(channel: str | None) -> None:
    """Ends with 1 where anything is wrong. Changes nothing; LINE sends the webhook one empty event."""
    settings = load_settings()
    logs.set_up(as_json=False, level=logging.CRITICAL)
    wrong = 0
    for finding in _findings(settings, channel):
        wrong += finding.todo is not None
        click.echo(f"{'ok   ' if finding.todo is None else 'WRONG'}  {finding.what}")
        if finding.todo:
            click.echo(f"       → {finding.todo}")
    if wrong:
        raise SystemExit(1)


def _findings(settings: Settings, channel: str | None) -> Iterator[Finding]:
    yield look.files(settings.media_url)
    database = look.database(settings.database_url)
    yield database
    store = Store(settings.database_url)
    try:
        if database.todo is None:
            yield from look.clock(store, now())
        known = Channels(settings, store)
        gateway = Gateway(known.token_of, host=settings.line_api_host, connections=1)
        # Without a database only the main channel is known.
        for one in [channel or MAIN] if channel or database.todo else known.ids():
            made = None if database.todo else _menus_made(store, one)
            yield from _channel(settings, known, gateway, one, made)
    except (Busy, DBAPIError):
        yield Finding(f"Channel {channel}: not read, see Database above", "Mend the database first.")
    finally:
        store.dispose()


def _menus_made(store: Store, channel: str) -> Made:
    with store.read() as db:
        return menus_made.made(db, channel)


def _channel(
    settings: Settings, known: Channels, gateway: Gateway, channel: str, made: Made | None
) -> Iterator[Finding]:
    try:
        known.token_of(channel)
    except NoChannel as error:
        yield Finding(f"Channel {channel}: {error}", "Add it with `add-channel`, or add the key it was sealed with.")
        return
    if channel != MAIN:
        yield Finding(f"Channel {channel}: its secret is opened")
    yield from look.line(gateway, channel, settings.callback_url(None if channel == MAIN else channel), made)

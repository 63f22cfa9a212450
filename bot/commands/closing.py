"""close-school, reopen-school."""

from datetime import date

import click

from bot.commands.common import Day, channel_option, load_settings, now, opened_store, telling
from handlers import closing
from handlers.closing import NotDone


@click.command()
@click.argument("codes", nargs=-1, required=True, metavar="CODE…")
@click.option("--on", type=Day(), help="The last day on which they are open; without it they are closed now.")
@channel_option
def close_school(codes: tuple[str, ...], on: date | None, channel: str) -> None:
    """Nobody joins a closed school or reports for it; what was reported stays. All or none are closed."""
    settings = load_settings()
    with opened_store(settings) as store, telling(NotDone), store.write() as db:
        names = [closing.close(db, channel, code, now(), on=on) for code in codes]
    for code, name in zip(codes, names, strict=True):
        click.echo(f"Closed {code} {name}{f' after {on.isoformat()}' if on else ''}.")


@click.command()
@click.argument("codes", nargs=-1, required=True, metavar="CODE…")
@channel_option
def reopen_school(codes: tuple[str, ...], channel: str) -> None:
    """Who served there when it was closed serves there again, where that had no end of its own."""
    settings = load_settings()
    with opened_store(settings) as store, telling(NotDone), store.write() as db:
        names = [closing.reopen(db, channel, code, now()) for code in codes]
    for code, name in zip(codes, names, strict=True):
        click.echo(f"Opened again {code} {name}.")

"""migrate, replay-inbox."""

import click
from sqlalchemy.exc import DBAPIError

from bot.commands.common import database_trouble, load_settings, now, opened_store
from bot.line import read
from handlers import kept
from handlers.inbox import House
from handlers.kept import Retried, RetryFailed
from models import migrations
from models.store import Store


@click.command()
def migrate() -> None:
    """Several at once wait for one another."""
    url = load_settings().database_url
    try:
        migrations.upgrade(url)
    except DBAPIError as error:
        raise click.ClickException(database_trouble(error)) from None
    click.echo("The database is up to date.")


@click.command()
def replay_inbox() -> None:
    """What they lead to is said by the worker. Ends with 1 where an event fails again; it stays parked."""
    after = applied = failed = 0
    with opened_store(load_settings()) as store:
        while True:
            outcome = _next(store, after)
            if outcome is None:
                break
            after = outcome.row
            applied += isinstance(outcome, Retried)
            failed += isinstance(outcome, RetryFailed)
    click.echo(f"{applied} applied, {failed} failed again.")
    if failed:
        raise SystemExit(1)


def _next(store: Store, after: int) -> Retried | RetryFailed | None:
    try:
        with store.write() as db:
            return kept.replay(db, after, House("replay-inbox", ack_wait=0), now(), read.by(now))
    except RetryFailed as failed:
        click.echo(f"Event {failed.row}: {kept.error_of(failed.__cause__ or failed)}", err=True)
        with store.write() as db:
            kept.note_failed(db, failed, now())
        return failed

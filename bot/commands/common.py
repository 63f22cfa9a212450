"""What commands share: the environment, the database, and errors told in words instead of traces."""

import logging
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import click
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from bot import logs
from bot.mishaps import is_behind
from bot.settings import BadSettings, Settings
from handlers import channels
from handlers.channels import NoChannel
from models.programme import MAIN
from models.store import Busy, Store

PATIENCE = 10.0
"""Seconds to wait for the database; nobody's webhook waits here."""

Function = TypeVar("Function", bound=Callable[..., Any])


class Unfit(click.ClickException):
    """The environment is not fit."""

    exit_code = 2


def channel_option(function: Function) -> Function:
    """Add --channel."""
    return click.option("--channel", default=MAIN, show_default=True, metavar="ID", help="The channel it is for.")(
        function
    )


def load_settings() -> Settings:
    """Return the settings of the environment, or end the command."""
    try:
        return Settings.load(os.environ)
    except BadSettings as error:
        raise Unfit(str(error)) from None


def now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


@contextmanager
def telling(*errors: type[Exception]) -> Iterator[None]:
    """End the command with the words of these errors."""
    try:
        yield
    except errors as error:
        raise click.ClickException(str(error)) from None


@contextmanager
def opened_store(settings: Settings) -> Iterator[Store]:
    """Open the database for a command. Logs go to standard error, and only what is serious."""
    logs.set_up(as_json=False, level=logging.ERROR)
    store = Store(settings.database_url, patience=PATIENCE)
    try:
        yield store
    except Busy as error:
        raise click.ClickException(_busy(error)) from None
    except DBAPIError as error:
        raise click.ClickException(database_trouble(error)) from None
    finally:
        store.dispose()


@contextmanager
def transaction(settings: Settings) -> Iterator[Connection]:
    """Open one transaction that commits when the command has come to its end."""
    with opened_store(settings) as store, store.write() as db:
        yield db


@contextmanager
def reading(channel: str) -> Iterator[Connection]:
    """Open a transaction that reads of one channel. One that is none ends the command: it would look like no rows."""
    with telling(NoChannel), opened_store(load_settings()) as store, store.read() as db:
        channels.see(db, channel)
        yield db


def _busy(error: Busy) -> str:
    cause = error.__cause__
    said = _first_line(cause) if isinstance(cause, DBAPIError) else ""
    why = f" ({said})" if said else ""
    return f"The database cannot be reached, or cannot be written{why}: is DATABASE_URL right, is there room?"


def database_trouble(error: DBAPIError) -> str:
    """Return what to do about a database error, without its values."""
    said = str(error.orig)
    if re.search('(?:database|role) ".*" does not exist', said):
        return f"{_first_line(error)}: create it (createdb, createuser), or correct DATABASE_URL."
    if is_behind(error):
        return "The database is not up to date: run `python -m bot migrate` first."
    return f"The database refused ({type(error.orig).__name__}): {_first_line(error)}"


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().partition("\n")[0]


class Day(click.ParamType[date]):
    """A calendar day, YYYY-MM-DD; 2569 and 2026 are the same year."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day, or end the command."""
        try:
            year, month, day = (int(part) for part in str(value).split("-"))
            return date(year - 543 if year > 2400 else year, month, day)
        except ValueError:
            self.fail(f"{value} is no day written YYYY-MM-DD", param, ctx)

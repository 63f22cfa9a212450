"""What may be wrong between LINE, the bot and its database, and what to do about it. Changes nothing."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError, OperationalError

from bot.line.answers import BotInfo, Quota, Unanswered, WebhookInfo, Why
from bot.line.gateway import Gateway
from bot.line.menus import MenuLine
from bot.media import MediaStore, Unreachable
from handlers import heartbeats, troubles
from handlers.rich_menus import menus
from models import migrations
from models.store import Store

Made = Mapping[str, tuple[str, str]]
"""Rich menus by name: LINE's id and the digest of each."""

PROBE = "doctor/probe.txt"
NEARLY = 0.8
"""Part of the month's messages after which it is said that few are left."""
SLOW = troubles.UNSENT.total_seconds()
START_IT = "Start `python -m scheduler` (Procfile: worker), and see that it stays: without it nothing is said first."


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. todo: what to do, None where all is well."""

    what: str
    todo: str | None = None


def line(gateway: Gateway, channel: str, callback_url: str, made: Made | None = None) -> Iterator[Finding]:
    """Look at one channel as LINE sees it. Without a good token nothing more can be asked.

    made: the rich menus of the channel as we know them, None where that could not be read.
    """
    try:
        info = gateway.bot_info(channel)
    except Unanswered as error:
        yield _no_token(error)
        return
    yield Finding(f"Access token: accepted, for {info.name} ({info.basic_id})")
    yield _chat_mode(info)
    looks: list[Callable[[], Iterator[Finding]]] = [
        lambda: _webhook(gateway, channel, callback_url),
        lambda: _quota(gateway.quota(channel)),
        lambda: _menus(gateway, channel, made),
    ]
    for look in looks:
        try:
            yield from look()
        except Unanswered as error:
            yield Finding(f"LINE did not answer a question: {error}", "Try again in a minute.")


# Our side ---------------------------------------------------------------------------------------------------------


def database(url: str) -> Finding:
    """Look whether the database is there and up to date."""
    file = make_url(url).database if url.startswith("sqlite") else None
    if file and not Path(file).exists():  # asking would create it
        return Finding(f"Database: no file {file}", "Run `python -m bot migrate`, or correct DATABASE_URL.")
    try:
        migrations.check(url)
    except migrations.Outdated:
        return Finding("Database: reached, but not up to date", "Run `python -m bot migrate`.")
    except OperationalError:
        return Finding("Database: not reached", "See that it runs and that DATABASE_URL is right.")
    except DBAPIError as error:
        return Finding(
            f"Database: {type(error.orig).__name__}", "See that DATABASE_URL is right and its user may write."
        )
    return Finding("Database: reached and up to date")


def clock(store: Store, now: datetime) -> Iterator[Finding]:
    """Look whether somebody keeps time, and whether what is due goes out. Raises Busy."""
    with store.read() as db:
        state = heartbeats.look(db, now)
        leaders = [row for row in heartbeats.processes(db) if row.leads_since]
    led = f", {leaders[0].process} leads since {leaders[0].leads_since:%Y-%m-%d %H:%M} UTC" if leaders else ""
    if state.lag is None:
        yield Finding("Scheduler: no sign of it for a day", START_IT)
    elif state.lag > troubles.SILENT.total_seconds():
        yield Finding(f"Scheduler: silent for {state.lag / 60:.0f} minutes{led}", START_IT)
    else:
        yield Finding(f"Scheduler: was there {state.lag:.0f} seconds ago{led}")
    todo = "See below whether LINE answers, and read the worker's log." if state.unsent > SLOW else None
    yield Finding(f"Messages that are due: the oldest waits for {state.unsent:.0f} seconds", todo)
    if parked := sum(one.parked for one in state.channels):
        yield Finding(
            f"Events that could not be applied: {parked}", "Mend the cause, then `python -m bot replay-inbox`."
        )


def files(url: str) -> Finding:
    """Look whether photos and files can be kept."""
    todo = "See that MEDIA_URL is right and that the bot may write there."
    try:
        store = MediaStore(url)
        store.keep(PROBE, BytesIO(b"written by `python -m bot doctor`"))
        store.delete(PROBE)
    except (Unreachable, ValueError, OSError) as error:
        said = str(error).splitlines() or [type(error).__name__]  # the store's own words go on for pages
        return Finding(f"Photos and files: not writable ({said[0]})", todo)
    return Finding("Photos and files: writable")


# LINE's side ------------------------------------------------------------------------------------------------------


def _no_token(error: Unanswered) -> Finding:
    if error.refused.why is Why.CHANNEL:
        todo = "Issue a channel access token (long-lived) in LINE Developers Console, Messaging API, and set it."
        return Finding(f"Access token: not accepted by LINE ({error})", todo)
    if error.refused.status is not None:
        return Finding(f"LINE: it answered {error.refused.status} ({error})", "Try again in a minute.")
    return Finding(f"LINE: no answer ({error})", "See that this machine reaches the internet, then try again.")


def _chat_mode(info: BotInfo) -> Finding:
    shown = f"Chat mode: {info.chat_mode}, mark as read: {info.mark_as_read_mode}"
    if info.chat_mode == "bot":
        return Finding(shown)
    return Finding(
        shown,
        "In LINE Official Account Manager, Settings, Response settings: turn Chat off and Webhooks on. "
        "While people chat by hand the bot may hear nothing.",
    )


def _webhook(gateway: Gateway, channel: str, callback_url: str) -> Iterator[Finding]:
    webhook = gateway.webhook(channel)
    yield _address(webhook, callback_url)
    if webhook is None:
        return
    yield (
        Finding("Webhook: in use")
        if webhook.active
        else Finding("Webhook: switched off", "In LINE Developers Console, Messaging API: turn on Use webhook.")
    )
    tried = gateway.try_webhook(channel)
    if tried.success:
        yield Finding("Webhook: LINE tried it, and the bot answered")
    else:
        yield Finding(f"Webhook: LINE tried it: {tried.reason}, {tried.detail}", _reason(tried.status))


def _address(webhook: WebhookInfo | None, callback_url: str) -> Finding:
    todo = f"In LINE Developers Console, Messaging API, set the webhook URL to {callback_url} (or correct PUBLIC_URL)."
    if webhook is None:
        return Finding("Webhook: no address is set", todo)
    if webhook.url != callback_url:
        return Finding(f"Webhook: the address set is {webhook.url}", todo)
    return Finding(f"Webhook: the address set is {webhook.url}")


def _reason(status: int | None) -> str:
    if status is None:
        return "See that the bot runs, and that LINE reaches PUBLIC_URL with a certificate of a public authority."
    if 400 <= status < 500:
        return "The bot did not accept the signature: set the channel secret that the console shows."
    return "The bot runs but fails: read its log."


def _menus(gateway: Gateway, channel: str, made: Made | None) -> Iterator[Finding]:
    """Look whether LINE has the menus that we made; what is on them, `rich-menu --check` compares."""
    if made is None:
        return
    if not made:  # which is no trouble: words do all that a menu does
        yield Finding("Rich menus: none were made; `python -m bot rich-menu` draws them and shows everybody theirs")
        return
    at_line = MenuLine(gateway).names(channel)
    missing = sorted(name for name in menus() if name not in made or made[name][0] not in at_line)
    if not missing:
        yield Finding(f"Rich menus: all {len(made)} are at LINE")
        return
    what = f"Rich menus: LINE has no {', '.join(missing)}"
    yield Finding(what, f"Run `python -m bot rich-menu --channel {channel}`.")


def _quota(quota: Quota) -> Iterator[Finding]:
    if quota.allowed is None:
        yield Finding(f"Messages of this month: {quota.used} pushed, no limit")
        return
    shown = f"Messages of this month: {quota.used} of {quota.allowed} pushed"
    if quota.used >= quota.allowed:
        yield Finding(shown, "Reminders wait until next month or a larger plan; replies are free and go on.")
    elif quota.used >= NEARLY * quota.allowed:
        yield Finding(f"{shown}; few are left")
    else:
        yield Finding(shown)

"""list-people, end-membership, transfer."""

from datetime import date, datetime, time, timedelta

import click

from bot.commands.common import Day, channel_option, load_settings, now, reading, telling, transaction
from handlers import memberships
from handlers.memberships import Membership, NotFound
from handlers.thai import BANGKOK, moment


@click.command()
@click.option("--school", metavar="CODE", help="Only this school.")
@channel_option
def list_people(school: str | None, channel: str) -> None:
    """A row for each membership in force or to come: its number, role, place, name, from, to."""
    at = now()
    with reading(channel) as db:
        rows = [one for one in memberships.current(db, channel, at) if school in (None, one.code)]
    for one in rows:
        click.echo(_row(one))
    if not rows:
        click.echo("Nobody yet.", err=True)


def _row(one: Membership) -> str:
    until = moment(one.until) if one.until else ""
    place = f"{one.code or '-':10}  {one.place or 'all'}"
    return f"{one.id:6}  {one.role:11}  {place}  {one.name or '-'}  {moment(one.since)} – {until}".rstrip()


@click.command()
@click.argument("number", type=int)
@click.option("--until", type=Day(), help="The last day of access. [default: at once]")
@channel_option
def end_membership(number: int, until: date | None, channel: str) -> None:
    """NUMBER is the first column of `list-people`. Reports stay with the school."""
    settings, at = load_settings(), now()
    ends = _end_of(until, at)
    with telling(NotFound), transaction(settings) as db:
        memberships.end(db, channel, number, ends, at)
    click.echo(f"Membership {number} ends after {memberships.ends(ends)}.")


@click.command()
@click.option("--school", metavar="CODE", required=True, help="The school whose director leaves.")
@click.option("--until", type=Day(), required=True, help="The last day of access.")
@click.option("--to", "others", metavar="CODE", multiple=True, help="A school that the director goes to; repeatable.")
@channel_option
def transfer(school: str, until: date, others: tuple[str, ...], channel: str) -> None:
    """The successor joins by invite or request and finds draft and history. Helpers (delegates) stay."""
    settings, at = load_settings(), now()
    ends = _end_of(until, at)
    with telling(NotFound), transaction(settings) as db:
        leaves, _ = memberships.school_of(db, channel, school, at)
        to = [memberships.school_of(db, channel, code, at)[0] for code in others]
        left = memberships.transfer(db, channel, leaves, ends, at, to=to)
        if not left:
            raise NotFound(f"School {school} has no director or acting director whose access could end then.")
    for one in left:
        click.echo(f"{one.name or one.role} leaves {one.place} after {memberships.ends(ends)}.")


def _end_of(until: date | None, at: datetime) -> datetime:
    """Return the moment after a last day; a day that is over is refused."""
    if until is None:
        return at
    ends = datetime.combine(until + timedelta(days=1), time(), BANGKOK)
    if ends <= at:
        raise click.BadParameter(f"{until} is over; the last day is today or later", param_hint="--until")
    return ends

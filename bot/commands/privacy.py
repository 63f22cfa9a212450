"""list-erasures, erase-person, refuse-erasure, data-officer."""

import click

from bot.commands.common import channel_option, load_settings, now, opened_store, reading, telling, transaction
from handlers import channels, erasures, privacy
from handlers.channels import NoChannel
from handlers.erasures import Erasure
from handlers.memberships import NotFound
from handlers.thai import day, today


@click.command()
@channel_option
def list_erasures(channel: str) -> None:
    """A row for each: the person's number, name, roles, when it was asked, and the day by which it is answered."""
    with reading(channel) as db:
        rows = erasures.waiting(db, channel, None)
    for one in rows:
        click.echo(_row(one))
    if not rows:
        click.echo("Nobody waits.", err=True)


def _row(one: Erasure) -> str:
    roles = ", ".join(f"{role.role} {role.place or 'all'}" for role in one.roles)
    asked, due = day(today(one.asked_at)), day(today(one.due_at))
    return f"{one.person:6}  {one.name or '-'}  {roles or '-'}  {asked}, answer by {due}"


@click.command()
@click.argument("person", type=int)
@click.option("--yes", is_flag=True, help="Do not ask whether one is sure.")
@channel_option
def erase_person(person: int, yes: bool, channel: str) -> None:
    """PERSON is a number of `list-erasures`; without a request, of who has asked for it on paper.

    LINE id, name, words said to officers, reasons and drafts never sent are erased, and the person is told. What was
    sent stays with the school, said by nobody that is known.
    """
    settings, at = load_settings(), now()
    with telling(NotFound), opened_store(settings) as store, store.read() as db:
        _must_be_known(channel, person, known=privacy.is_known(db, channel, person))
    if not yes:
        click.confirm(f"Erase person {person} for good?", abort=True)
    with telling(NotFound), transaction(settings) as db:
        _must_be_known(channel, person, known=erasures.erase_unasked(db, channel, person, at))
    click.echo(f"Person {person} is erased.")


def _must_be_known(channel: str, person: int, *, known: bool) -> None:
    if not known:
        raise NotFound(f"Channel {channel} has no person {person}, or the request was just decided.")


@click.command()
@click.argument("person", type=int)
@click.option("--why", required=True, help="The reason, which the person is told and which is kept.")
@channel_option
def refuse_erasure(person: int, why: str, channel: str) -> None:
    """PERSON is a number of `list-erasures`."""
    settings, at = load_settings(), now()
    if not why.strip():
        raise click.BadParameter("a reason is needed", param_hint="--why")
    with telling(NotFound), transaction(settings) as db:
        one = erasures.open_of(db, channel, person)
        if one is None or not erasures.refuse(db, channel, one, None, why.strip(), at):
            raise NotFound(f"Person {person} of channel {channel} has no request that waits.")
    click.echo(f"The request of person {person} is refused, and the person is told.")


@click.command()
@click.option("--office", required=True, help="Who answers for personal data, as the privacy notice names them.")
@click.option("--phone", help="Where they can be called.")
@channel_option
def data_officer(office: str, phone: str | None, channel: str) -> None:
    """Shown in the privacy notice and to who asks for it. Until then each person's own agency is named."""
    settings, at = load_settings(), now()
    if not 0 < len(office.strip()) <= 200 or len(phone or "") > 40:
        raise click.BadParameter("an office has 1 to 200 characters, a telephone number at most 40")
    with telling(NoChannel), transaction(settings) as db:
        channels.make_responsible(db, channel, office.strip(), phone, at)
    click.echo(f"{office.strip()}{f' ({phone})' if phone else ''} answers for the personal data of {channel}.")

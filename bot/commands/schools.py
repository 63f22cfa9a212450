"""invite."""

import json
from pathlib import Path

import click

from bot import links
from bot.channels import Channels
from bot.commands.common import channel_option, load_settings, now, opened_store, telling
from bot.settings import Settings
from handlers import inviting
from handlers.channels import NoChannel
from handlers.invites import IN_AGENCIES
from handlers.inviting import Issued, NotFound
from models.people import Role
from models.programme import MAIN
from models.store import Store


@click.command()
@click.option("--school", metavar="CODE", help="One school, by its ten-digit code.")
@click.option("--all", "everyone", is_flag=True, help="All schools, or all agencies for verifiers.")
@click.option("--role", type=click.Choice([*map(str, Role)]), default=str(Role.DIRECTOR), show_default=True)
@click.option("--agency", metavar="NAME", help="Only this agency, or the schools under it; by name or alias (บร1).")
@click.option("--days", type=click.IntRange(1, 365), default=30, show_default=True, help="How long a code is good for.")
@click.option("--json", "as_json", is_flag=True, help="Print a list of school, role, code, url.")
@click.option(
    "--qr", type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER", help="Draw a QR code of each."
)
@click.option("--basic-id", metavar="@ID", help="The LINE account; asked of LINE where it is not said.")
@channel_option
def invite(
    school: str | None,
    everyone: bool,
    role: str,
    agency: str | None,
    days: int,
    as_json: bool,
    qr: Path | None,
    basic_id: str | None,
    channel: str,
) -> None:
    """Codes are shown this once and kept nowhere: hand each to its person. A code works once."""
    settings, invited = load_settings(), Role(role)
    _check(invited, school, everyone, agency)
    with opened_store(settings) as store:
        basic_id = basic_id or _basic_id(settings, store, channel)
        with telling(NotFound, NoChannel), store.write() as db:
            issued = inviting.issue(db, channel, invited, now(), school=school, agency=agency, days=days)
    urls = [links.invite_url(one.code, basic_id, settings.public_url) for one in issued]
    if qr:
        _draw(qr, issued, urls)
    click.echo(_json(issued, urls) if as_json else _table(issued, urls))


def _check(role: Role, school: str | None, everyone: bool, agency: str | None) -> None:
    """Ask for --all in words: nobody makes a thousand codes by leaving something out."""
    needs = inviting.place_of(role)
    if needs is inviting.Place.SCHOOL and (school is None) == (not everyone):
        raise click.UsageError("Say either --school CODE or --all (with --agency NAME: all of that agency).")
    if needs is inviting.Place.AGENCY and (school or (agency is None) == (not everyone)):
        raise click.UsageError(f"A {role} is invited to an agency: say either --agency NAME or --all.")
    if needs is inviting.Place.CHANNEL and (school or (agency and role not in IN_AGENCIES)):
        raise click.UsageError(f"A {role} is invited to the whole channel{_OR_AGENCY.get(role, '')}: leave that out.")


_OR_AGENCY = dict.fromkeys(IN_AGENCIES, ", or with --agency NAME to one agency and all below it")


def _basic_id(settings: Settings, store: Store, channel: str) -> str | None:
    """Ask LINE for the account's basic id, which a link into the chat needs; do without where it does not answer."""
    if channel == MAIN and not settings.line_channel_access_token.get_secret_value():
        return None
    from bot.line.answers import Unanswered
    from bot.line.gateway import Gateway

    gateway = Gateway(Channels(settings, store).token_of, host=settings.line_api_host, timeouts=(2, 4))
    try:
        return gateway.bot_info(channel).basic_id
    except Unanswered as error:
        click.echo(f"LINE does not tell the account's id ({error}); the links lead to {settings.public_url}.", err=True)
        return None


def _draw(folder: Path, issued: list[Issued], urls: list[str]) -> None:
    with telling(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        for number, (one, url) in enumerate(zip(issued, urls, strict=True), start=1):
            links.draw_qr(url, folder / f"{one.school or f'{number:03}'}-{one.role}.png")


def _json(issued: list[Issued], urls: list[str]) -> str:
    shown = [
        {"school": one.school, "role": one.role, "code": one.code, "url": url, "name": one.name}
        for one, url in zip(issued, urls, strict=True)
    ]
    return json.dumps(shown, ensure_ascii=False, indent=2)


def _table(issued: list[Issued], urls: list[str]) -> str:
    rows = (f"{one.school or '-':10}  {one.code}  {url}  {one.name}" for one, url in zip(issued, urls, strict=True))
    return "\n".join(rows)

"""audit."""

import json

import click

from bot.commands.common import channel_option, reading
from handlers import audit as trail
from handlers.audit import Trail
from handlers.thai import BANGKOK


@click.command()
@click.option("--verify", is_flag=True, help="Check that no row was changed, taken out, put in or moved.")
@click.option("--seal", metavar="HASH", help="With --verify: a seal printed earlier, which must still be in the trail.")
@click.option("--last", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many rows to list.")
@channel_option
def audit(verify: bool, seal: str | None, last: int, channel: str) -> None:
    """A row for each deed: its number, when, who (by number), what, and which. Never names, never anybody's words."""
    if seal and not verify:
        raise click.UsageError("--seal goes with --verify.")
    with reading(channel) as db:
        if verify:
            _tell(trail.verify(db, channel, seal))
            return
        for row in trail.newest(db, channel, last):
            when = row.at.astimezone(BANGKOK).isoformat(sep=" ", timespec="seconds")
            who = "-" if row.person_id is None else str(row.person_id)
            click.echo(f"{row.id:6}  {when}  {who:>6}  {row.action}  {json.dumps(row.detail, ensure_ascii=False)}")


def _tell(found: Trail) -> None:
    if found.broken is not None:
        raise click.ClickException(
            f"Row {found.broken} does not fit: it, or what was before it, was changed. The {found.rows} before it fit."
        )
    if not found.held:
        raise click.ClickException(
            f"All {found.rows} rows fit, but the seal is not among them: later rows were cut off."
        )
    click.echo(f"All {found.rows} rows fit. The newest seal: {found.newest or '-'}")

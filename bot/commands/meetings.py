"""meeting: make, call, change, cancel and list meetings."""

from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection

from bot.commands.common import channel_option, load_settings, now, reading, telling, transaction
from handlers import (
    agencies,
    audience_said,
    audience_words,
    channels,
    meetings,
    meetings_answers,
    meetings_calling,
    meetings_cards,
    meetings_changes,
    meetings_drafts,
    meetings_file,
    meetings_scope,
)
from handlers.audiences import Audience
from handlers.channels import NoChannel
from handlers.meetings import Meeting
from handlers.meetings_drafts import BadMeeting, Draft
from handlers.meetings_file import BadMeetingFile
from handlers.thai import moment as in_words


class _FileFirst(click.Group):
    """A group in which a file's name alone makes a meeting."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Take what is no command for the file of a meeting to make."""
        return super().resolve_command(ctx, args if args and args[0] in self.commands else ["make", *args])


@click.group(cls=_FileFirst)
def meeting() -> None:
    """`meeting FILE.yaml` makes one and shows the card, whom it reaches and what it costs; `--call` sends it as well.

    How a file is written is said in handlers/meetings_file.py.
    """


_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_number = click.argument("number", type=int)


@meeting.command()
@_file
@click.option("--call", "at_once", is_flag=True, help="Call it at once: everybody is told.")
@click.option("--agency", metavar="NAME", help="The office that calls it, by name or alias. [default: the province]")
@channel_option
def make(file: Path, at_once: bool, agency: str | None, channel: str) -> None:
    """Make a meeting from a file; it is a draft until it is called."""
    at = now()
    with telling(BadMeetingFile, NoChannel), transaction(load_settings()) as db:
        channels.ensure(db, channel, at)
        office = _office(db, channel, agency)
        draft = _read(db, channel, file, office, Audience())
        number = meetings_calling.make(db, channel, draft, None, office, at)
        click.echo(_preview(db, channel, number))
        if at_once:
            _call(db, channel, number)
    click.echo(f"Meeting {number} is called." if at_once else f"Meeting {number} is a draft: `meeting call {number}`.")


def _office(db: Connection, channel: str, name: str | None) -> int | None:
    office = agencies.find(db, channel, name) if name else None
    if name and office is None:
        raise click.ClickException(f"{name}: no agency of this name, or several")
    return office


def _read(db: Connection, channel: str, file: Path, office: int | None, usual: Audience) -> Draft:
    try:
        text = file.read_text("utf-8-sig")
    except (UnicodeDecodeError, OSError) as error:
        raise click.ClickException(f"{file}: {error}") from None
    at, reach = now(), agencies.reach(db, channel, office)
    return meetings_file.read(text, at, lambda words: audience_words.read(db, channel, words, reach, at), usual)


def _preview(db: Connection, channel: str, number: int) -> str:
    """Return the card in words, whom it reaches and what that costs."""
    one = _found(db, channel, number)
    to = meetings_calling.recipients(db, one, now())
    reaches = (
        f"To {to.people} people, for {to.schools} schools and {to.officers} officers; {to.unreached} schools are not"
    )
    return "\n".join(
        [
            meetings_cards.notice(one).alt,
            "",
            audience_said.describe(db, channel, one.audience),
            f"{reaches} reached by LINE. At most {to.paid} paid messages.",
        ]
    )


def _found(db: Connection, channel: str, number: int) -> Meeting:
    one = meetings.found(db, channel, number)
    if one is None:
        raise click.ClickException(f"channel {channel} has no meeting {number}")
    return one


def _call(db: Connection, channel: str, number: int) -> None:
    try:
        if not meetings_calling.call(db, channel, number, None, now()):
            raise click.ClickException(f"meeting {number} was called or cancelled before")
    except BadMeeting as error:
        raise _refused(error, Draft.of(_found(db, channel, number))) from None


def _refused(error: BadMeeting, draft: Draft) -> click.ClickException:
    return click.ClickException("\n".join(f"{one}: {meetings_drafts.words(one, draft)}" for one in error.troubles))


@meeting.command()
@_number
@channel_option
def call(number: int, channel: str) -> None:
    """Call a draft: everybody is told, in office hours unless it is urgent."""
    with telling(NoChannel), transaction(load_settings()) as db:
        click.echo(_preview(db, channel, number))
        _call(db, channel, number)
    click.echo(f"Meeting {number} is called.")


@meeting.command()
@_number
@_file
@channel_option
def change(number: int, file: Path, channel: str) -> None:
    """Let a meeting be as a file says: a draft is amended; of a called one everybody is told what has changed."""
    with telling(BadMeetingFile, NoChannel), transaction(load_settings()) as db:
        one = _found(db, channel, number)
        draft = _read(db, channel, file, one.agency, one.audience)
        if one.called_at is None:
            if not meetings_calling.amend(db, channel, number, draft, now()):
                raise click.ClickException(f"meeting {number} was called or cancelled meanwhile")
            click.echo(_preview(db, channel, number))
            return
        try:
            version = meetings_changes.change(db, channel, number, draft, None, now())
        except BadMeeting as error:
            raise _refused(error, draft) from None
    changed = version != one.version
    click.echo(f"Meeting {number}: version {version}{', those who know of it are told' if changed else ', as it was'}.")


@meeting.command()
@_number
@click.option("--why", help="The reason, which is told.")
@channel_option
def cancel(number: int, why: str | None, channel: str) -> None:
    """Cancel a meeting: who knows of it is told, who does not hears nothing. A draft is dropped."""
    with telling(NoChannel), transaction(load_settings()) as db:
        _found(db, channel, number)
        if not meetings_changes.cancel(db, channel, number, None, why, now()):
            raise click.ClickException(f"meeting {number} is over, or was cancelled before")
    click.echo(f"Meeting {number} is cancelled.")


@meeting.command("list")
@channel_option
def list_meetings(channel: str) -> None:
    """List the meetings that are called or cancelled and not long over, with their answers."""
    with reading(channel) as db:
        lines = [_line(db, one) for one in meetings_scope.listed(db, channel, None, now())]
    for line in lines:
        click.echo(line)
    if not lines:
        click.echo(f"Channel {channel} has no meeting.")


def _line(db: Connection, one: Meeting) -> str:
    stands: Any = meetings_answers.counts(db, one)
    told = f"answered {stands.answered} of {stands.invited}, room {stands.room}, online {stands.call}, no {stands.no}"
    return f"{one.id:4}  {one.state}  v{one.version}  {in_words(one.starts_at)}  {meetings_cards.named(one)}  {told}"

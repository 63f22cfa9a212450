"""announce: words of an office to a chosen audience; seen first, sent with --send."""

from datetime import datetime, timedelta
from pathlib import Path

import click
from sqlalchemy import Connection

from bot.commands.common import channel_option, load_settings, now, opened_store
from handlers import agencies, announcements, budget, channels
from handlers import announcements_sending as sending
from handlers.announcements import Announcement
from handlers.announcements_sending import Recipients
from handlers.audience_said import describe, why
from handlers.audience_words import Doubt, read
from handlers.audiences import Audience
from handlers.channels import NoChannel
from handlers.messages import limits
from handlers.thai import moment
from handlers.words import clean
from models.announcements import AnnouncementState
from models.outbox import Priority

AGAIN = timedelta(days=1)
"""Within this time the same words to the same people are not sent twice by mistake."""


@click.command()
@click.option(
    "--to", "whom", required=True, help="As it would be typed: 'ทุกโรงเรียน', 'สพป. 1 กับ สพม.', names of schools."
)
@click.option("--words", help="What is announced.")
@click.option("--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The same, in a text file.")
@click.option("--link", help="An https link, below the words.")
@click.option("--agency", help="The agency that speaks, to its own schools. [default: the whole province]")
@click.option("--urgent", is_flag=True, help="Out of hours do not wait for eight on the next working day.")
@click.option("--send", is_flag=True, help="Send it. Without this it is only shown.")
@click.option("--again", is_flag=True, help="Send it although the same was sent a moment ago.")
@channel_option
def announce(
    whom: str,
    words: str | None,
    file: Path | None,
    link: str | None,
    agency: str | None,
    urgent: bool,
    send: bool,
    again: bool,
    channel: str,
) -> None:
    """Nobody hears it twice, whatever schools and roles one has."""
    said, link = _words(words, file), _link(link)
    at = now()
    with opened_store(load_settings()) as store, store.write() as db:
        one = _prepared(db, channel, agency, whom, said, link, at)
        to = sending.recipients(db, channel, sending.audience_now(db, one), at)
        one = announcements.change(db, one, urgent=urgent)
        for line in _shown(db, one, to, at):
            click.echo(line)
        if not send:
            announcements.drop(db, one)
            click.echo("\nNothing is sent yet: --send sends it.")
            return
        if not again:
            _refuse_twice(db, one, at)
        if not to.people:
            raise click.ClickException("Nobody is reached.")
        sending.send(db, one, to, None, at)
    click.echo(f"\nSent to {len(to.people)}.")


def _words(words: str | None, file: Path | None) -> str:
    if (words is None) == (file is None):
        raise click.UsageError("Give either --words or --file.")
    said = clean(file.read_text(encoding="utf-8-sig") if file else words or "")
    if not said:
        raise click.UsageError("There are no words.")
    if announcements.is_long(said):
        most = announcements.GRAPHEMES
        raise click.UsageError(f"{limits.graphemes(said)} characters; an announcement may have {most}.")
    return said


def _link(link: str | None) -> str | None:
    good = announcements.good_link(link) if link else None
    if link and good is None:
        raise click.BadParameter("is no https link", param_hint="--link")
    return good


def _prepared(
    db: Connection, channel: str, agency: str | None, whom: str, said: str, link: str | None, at: datetime
) -> Announcement:
    """Return it as a draft of nobody's, or end the command."""
    try:
        channels.ensure(db, channel, at)
    except NoChannel as error:
        raise click.ClickException(str(error)) from None
    office = agencies.find(db, channel, agency) if agency else None
    if agency and office is None:
        raise click.BadParameter(f"{agency} is no agency of {channel}", param_hint="--agency")
    to = read(db, channel, whom, agencies.reach(db, channel, office), at)
    if isinstance(to, Doubt):
        raise click.BadParameter(why(to), param_hint="--to")
    one = announcements.begin(db, channel, office, None, at, words=said)
    return announcements.change(db, one, link=link, audience=to.data())


def _shown(db: Connection, one: Announcement, to: Recipients, at: datetime) -> list[str]:
    month, many = budget.ledger(db, one.channel, at), len(to.people)
    lines = [announcements.message(db, one).text, "", f"to: {describe(db, one.channel, one.audience or Audience())}"]
    lines.append(f"people: {many} (not reached: {to.blocked} have blocked us, {to.unlinked} schools without anybody)")
    room = month.room(Priority.ANNOUNCEMENT)
    if room is not None:
        lines.append(f"cost: at most {many} messages; {month.left} left this month, {room} of them for announcements")
        lines += ["the others hear it when they come by"] if room < many else []
    goes = sending.goes_at(db, one.channel, at, urgent=one.urgent)
    return [*lines, f"goes out: {moment(goes) if goes > at else 'at once'}"]


def _refuse_twice(db: Connection, one: Announcement, at: datetime) -> None:
    for other in sending.last(db, one.channel, one.agency, 10):
        same = (other.words, other.link, other.audience) == (one.words, one.link, one.audience)
        if same and other.sent_at and at - other.sent_at < AGAIN and other.state == AnnouncementState.SENT:
            raise click.ClickException(f"The same was sent {moment(other.sent_at)}; --again sends it once more.")

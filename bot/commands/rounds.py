"""open-round, list-rounds, extend-round, close-round, except-school, load-questions, draw-flows."""

from datetime import date, datetime, time
from pathlib import Path

import click
from sqlalchemy import Connection

from bot.commands.common import Day, channel_option, load_settings, now, reading, telling, transaction
from handlers import channels, extensions, question_file, questions, rounds, rounds_changes
from handlers.channels import NoChannel
from handlers.dialog import draw
from handlers.flows import all_flows
from handlers.question_file import BadQuestionSet
from handlers.questions import QuestionSet, VersionTaken
from handlers.rounds import BadRound, Round
from handlers.thai import BANGKOK, day, today


@click.command()
@click.option("--year", type=int, help="School year of the Buddhist era. [default: the present one]")
@click.option("--semester", type=int, help="1, 2, 3 for summer, 0 for the whole year. [default: the present one]")
@click.option("--title", help="[default: ปีการศึกษา … ภาคเรียนที่ …]")
@click.option("--opens", type=Day(), help="[default: at once]")
@click.option("--due", type=Day(), help="The last day. [default: 30 days on, never a weekend]")
@click.option("--grace", type=Day(), help="Until then a late report is taken without a word.")
@click.option("--closes", type=Day(), help="After that day nothing can be written. [default: until close-round]")
@channel_option
def open_round(
    year: int | None,
    semester: int | None,
    title: str | None,
    opens: date | None,
    due: date | None,
    grace: date | None,
    closes: date | None,
    channel: str,
) -> None:
    """It keeps to the newest question set, whatever is loaded later."""
    moment, settings = now(), load_settings()
    opens_at = datetime.combine(opens, time(), BANGKOK) if opens else moment
    this_year, this_semester = rounds.school_term(today(opens_at))
    year, semester = year or this_year, this_semester if semester is None else semester
    if semester not in rounds.SEMESTERS:
        raise click.BadParameter("1, 2, 3 or 0", param_hint="--semester")
    title, due = title or rounds.label(year, semester), due or rounds.usual_due(opens_at)
    with telling(BadRound, NoChannel), transaction(settings) as db:
        rounds.open_round(
            db, channel, year=year, semester=semester, title=title, opens_at=opens_at, due_on=due,
            question_set_id=_newest(db, channel, moment), now=moment, grace_on=grace, closes_on=closes,
        )  # fmt: skip
    click.echo(f"{title}: {day(today(opens_at))} – {day(due)}")


def _newest(db: Connection, channel: str, moment: datetime) -> int:
    channels.ensure(db, channel, moment)
    return questions.newest(db, channel) or questions.save(db, channel, _default(), moment)


@click.command()
@channel_option
def list_rounds(channel: str) -> None:
    """The one that is running is marked with an asterisk."""
    moment = now()
    with reading(channel) as db:
        current, all_of_them = rounds.current_round(db, channel, moment), rounds.listed(db, channel)
    for one in all_of_them:
        mark = "*" if one == current else " "
        click.echo(f"{mark} {one.id:4}  {one.title}  {_days(one, moment)}  questions {one.questions_version}")
    if not all_of_them:
        click.echo(f"Channel {channel} has no round yet.")


def _days(one: Round, moment: datetime) -> str:
    """Return a round's days: opened – due, its grace, its close."""
    days = f"{day(today(one.opens_at))} – {day(one.due_on)}"
    if one.grace_on:
        days += f"  grace {day(one.grace_on)}"
    if one.closed_at:
        days += (
            f"  closed {day(today(one.closed_at))}"
            if one.is_closed(moment)
            else f"  closes {day(one.last_day or one.due_on)}"
        )
    return days


_round_option = click.option(
    "--round", "number", type=int, help="Its number in list-rounds. [default: the running one]"
)


@click.command()
@_round_option
@click.option("--due", type=Day(), required=True, help="The new last day, later than before.")
@click.option("--grace", type=Day(), help="Until then a late report is taken without a word.")
@channel_option
def extend_round(number: int | None, due: date, grace: date | None, channel: str) -> None:
    """Grace and a planned close move on by as many days, unless said otherwise."""
    moment = now()
    with telling(BadRound, NoChannel), transaction(load_settings()) as db:
        number = number or _running(db, channel, moment)
        changed = rounds_changes.extend(db, channel, number, due, moment)
        if grace:
            changed = rounds_changes.set_grace(db, channel, number, grace, moment)
    click.echo(f"{changed.title}: {_days(changed, moment)}")


@click.command()
@_round_option
@click.option("--on", type=Day(), help="Its last day. [default: at once]")
@channel_option
def close_round(number: int | None, on: date | None, channel: str) -> None:
    """Nothing can be written in it any more; what was written stays."""
    moment = now()
    with telling(BadRound, NoChannel), transaction(load_settings()) as db:
        closed = rounds_changes.close(db, channel, number or _running(db, channel, moment), moment, on=on)
    click.echo(f"{closed.title}: {_days(closed, moment)}")


@click.command()
@click.argument("codes", nargs=-1, required=True)
@_round_option
@click.option("--due", type=Day(), required=True, help="The last day for these schools.")
@channel_option
def except_school(codes: tuple[str, ...], number: int | None, due: date, channel: str) -> None:
    """Schools are named by their codes; all of them or none."""
    moment = now()
    with telling(BadRound, NoChannel), transaction(load_settings()) as db:
        number = number or _running(db, channel, moment)
        for code in codes:
            extensions.grant(db, channel, number, extensions.school_of(db, channel, code), due, moment)
    click.echo(f"{len(codes)} schools: {day(due)}")


def _running(db: Connection, channel: str, moment: datetime) -> int:
    running = rounds.current_round(db, channel, moment)
    if running is None:
        raise BadRound(f"channel {channel} has no running round: say --round")
    return running.id


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Only check the file; needs no database.")
@channel_option
def load_questions(file: Path, check: bool, channel: str) -> None:
    """A running round keeps the version it was opened with; the next one takes the newest."""
    question_set = _read(file)
    if not check:
        moment = now()
        with telling(VersionTaken, NoChannel), transaction(load_settings()) as db:
            channels.ensure(db, channel, moment)
            questions.save(db, channel, question_set, moment)
    what = f"{len(question_set.topics)} topics, {len(question_set.questions)} questions"
    click.echo(f"Version {question_set.version}, {what}: {'good' if check else 'loaded'}.")


@click.command()
@click.option("--questions", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE")
def draw_flows(file: Path | None) -> None:
    """The report's talk follows the question set: the bot's own, or that of a file."""
    for flow in all_flows(_read(file) if file else _default()):
        click.echo(draw(flow))


def _default() -> QuestionSet:
    return question_file.parse(question_file.default())


def _read(file: Path) -> QuestionSet:
    try:
        return question_file.parse(file.read_text("utf-8-sig"))
    except BadQuestionSet as error:
        raise click.ClickException(f"{file} is refused:\n{error}") from None
    except UnicodeDecodeError:
        raise click.ClickException(f"{file} is not UTF-8.") from None

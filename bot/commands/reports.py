"""show-report: a school's report as it was at a moment, and who did what to it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click
from sqlalchemy import Connection

from bot.commands.common import channel_option, load_settings, now, telling, transaction
from handlers import channels, history, questions
from handlers.audit import note
from handlers.channels import NoChannel
from handlers.history import Deed, Past
from handlers.questions import QuestionSet
from handlers.texts import say
from handlers.thai import BANGKOK, moment
from handlers.wording import words_of


class NoReport(LookupError):
    """There was no such report."""


class Moment(click.ParamType[datetime]):
    """A moment on Thailand's clock, YYYY-MM-DDTHH:MM; 2569 and 2026 are the same year."""

    name = "YYYY-MM-DDTHH:MM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the moment, or end the command."""
        try:
            year, _, rest = str(value).partition("-")
            christian = int(year) - 543 if int(year) > 2400 else int(year)
            return datetime.strptime(f"{christian:04}-{rest}", "%Y-%m-%dT%H:%M").replace(tzinfo=BANGKOK)
        except ValueError:
            self.fail(f"{value} is no moment written YYYY-MM-DDTHH:MM", param, ctx)


@click.command()
@click.option("--school", metavar="CODE", required=True, help="Ten digits.")
@click.option("--round", "round_id", type=int, help="A number of `list-rounds`. [default: the newest with a report]")
@click.option("--at", type=Moment(), help="A moment on Thailand's clock. [default: now]")
@channel_option
def show_report(school: str, round_id: int | None, at: datetime | None, channel: str) -> None:
    """What was unsent or erased since has no words any more. The audit notes that the report was shown."""
    then = at or now()
    with telling(NoReport, NoChannel), transaction(load_settings()) as db:
        channels.see(db, channel)
        row = history.find(db, channel, school, round_id)
        past = history.as_of(db, channel, row.id, then) if row else None
        if row is None or past is None:
            raise NoReport(f"School {school} had no report at {moment(then)}.")
        note(db, channel, "report.shown", now(), report=row.id)
        lines = list(_lines(db, channel, row, past, then))
    click.echo("\n".join(lines))


def _lines(db: Connection, channel: str, row: Any, past: Past, then: datetime) -> Iterator[str]:
    yield f"{row.name} · {row.title}"
    yield f"{moment(then)} · {say(f'state.{past.state}')} · {past.reference or '-'}"
    yield from _answers(questions.load(db, row.question_set_id), past)
    yield ""
    yield from (_deed(one) for one in history.deeds(db, channel, row.id) if one.at <= then)


def _answers(asked: QuestionSet, past: Past) -> Iterator[str]:
    for topic in asked.topics:
        decided = past.decided.get(topic.key)
        yield f"\n{topic.number}. {topic.title}{f' · {decided}' if decided else ''}"
        for question in topic.questions:
            was = past.answers.get(question.key)
            if was is not None:
                yield f"{question.label} ({was.state}, {was.revision}{', private' if was.private else ''})"
                yield words_of(question, was.parts) or "-"


def _deed(one: Deed) -> str:
    who = "-" if one.person is None else str(one.person)
    return f"{moment(one.at)}  {who:>6}  {one.what}{f' {one.topic}' if one.topic else ''}"

"""import-roster."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click
import yaml

from bot import roster_show
from bot.commands.common import channel_option, load_settings, now, opened_store, telling
from bot.roster_files import SeveralSheets, Table, read_table
from handlers import roster, roster_plan
from handlers.channels import NoChannel
from handlers.roster import BadRoster, Entry
from handlers.roster_plan import Plan
from handlers.roster_values import Asking, Question
from models.store import Store

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=_FILE)
@click.option("--dry-run", is_flag=True, help="Show what would be added, changed, left and asked; change nothing.")
@click.option("--answers", type=_FILE, metavar="YAML", help="Answers to what is asked: a question's id and the choice.")
@click.option(
    "--questions",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="YAML",
    help="Write what is asked into a file, to be given back with --answers.",
)
@click.option("--sheet", metavar="TITLE", help="The sheet of a workbook that has several.")
@channel_option
def import_roster(
    file: Path, dry_run: bool, answers: Path | None, questions: Path | None, sheet: str | None, channel: str
) -> None:
    """A file is taken as it is: titles, headings between the rows, totals, lost digits. What is in doubt is asked.

    At a terminal it is asked there. While one question is open nothing is imported. A channel's first roster opens
    its first round. Importing a file again with the same answers changes nothing.
    """
    if questions and questions != answers and questions.exists():
        raise click.UsageError(f"{questions} มีอยู่แล้ว (is there already: give it with --answers, or name another file)")
    settings = load_settings()
    with telling(BadRoster, NoChannel, OSError):
        given = _answers(answers)
        table = _table(file, sheet, ask=not dry_run)
        with opened_store(settings) as store:
            plan = _planned(store, channel, table, given, ask=not dry_run)
            if questions:
                questions.write_text(roster_show.to_be_answered(plan.questions, given), encoding="utf-8")
            if dry_run:
                click.echo(roster_show.shown(plan))
                return
            if plan.questions:
                raise click.ClickException(_unanswered(plan))
            done = _import(store, channel, table, given)
    _tell(done, plan)


def _tell(done: roster.Imported, plan: Plan) -> None:
    click.echo(f"Schools: {done.added} added, {done.changed} changed, {done.unchanged} as before.")
    click.echo(f"Agencies: {done.agencies_added} added.")
    if done.closed or done.reopened:
        click.echo(f"Closed: {done.closed}. Opened again: {done.reopened}.")
    for number, why in plan.left:
        click.echo(f"Left out: row {number}, {why}")
    for note in plan.notes:
        click.echo(f"Note: {note}")
    if done.round_title:
        click.echo(f"Opened the first round: {done.round_title}.")


def _unanswered(plan: Plan) -> str:
    return "\n".join(
        [
            f"ยังไม่ได้นำเข้า มี {len(plan.questions)} คำถามที่ต้องตอบ (nothing imported, questions are open)",
            *map(roster_show.asked, plan.questions),
            "--questions FILE.yaml เขียนคำถามลงไฟล์ แล้วส่งคำตอบด้วย --answers FILE.yaml (write them down, give answers)",
        ]
    )


# Reading ----------------------------------------------------------------------------------------------------------


def _table(file: Path, sheet: str | None, *, ask: bool) -> Table:
    try:
        return read_table(file, sheet)
    except SeveralSheets as several:
        if not (ask and _at_terminal()):
            raise
        titles = several.titles
        for number, title in enumerate(titles, start=1):
            click.echo(f"  {number}: {title}", err=True)
        number = click.prompt("แผ่นงานใด (which sheet)", type=click.IntRange(1, len(titles)), err=True)
        return read_table(file, titles[number - 1])


def _answers(file: Path | None) -> dict[str, str]:
    if file is None:
        return {}
    try:
        given = yaml.safe_load(file.read_text(encoding="utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadRoster([f"{file}: ไม่ใช่ YAML (not YAML): {error}"]) from None
    if not isinstance(given or {}, dict):
        raise BadRoster([f"{file}: ต้องเป็น «รหัสคำถาม: คำตอบ» ทีละบรรทัด (must be lines of id: answer)"])
    return {str(question): str(answer) for question, answer in (given or {}).items() if answer is not None}


# Planning and asking ----------------------------------------------------------------------------------------------


def _planned(store: Store, channel: str, table: Table, given: dict[str, str], *, ask: bool) -> Plan:
    """Return the plan; at a terminal one question after the other is asked, as an answer may raise or settle others."""
    while True:
        asking = Asking(given)
        with store.read() as db:
            plan = roster_plan.plan(db, channel, table, asking)
        if asking.wrong:
            raise BadRoster(_wrong(question, given) for question in asking.wrong)
        if not (plan.questions and ask and _at_terminal()):
            for unknown in given.keys() - asking.used:
                click.echo(f"คำตอบที่ไม่มีใครถาม (an answer nobody asked for): {unknown}", err=True)
            return plan
        given[plan.questions[0].id] = _prompted(plan.questions[0], len(plan.questions))


def _wrong(question: Question, given: dict[str, str]) -> str:
    return f"{given[question.id]} ไม่ใช่ตัวเลือก (is no choice of):\n{roster_show.asked(question)}"


def _prompted(question: Question, more: int) -> str:
    click.echo(f"\n[{more}] {question.said}", err=True)
    for number, choice in enumerate(question.choices, start=1):
        click.echo(f"  {number}: {choice.label}", err=True)
    if question.any_code:
        click.echo("  หรือพิมพ์รหัส 10 หลัก (or type ten digits)", err=True)
    while True:
        typed = str(click.prompt("เลือก (choose)", err=True)).strip()
        if typed.isdecimal() and 1 <= int(typed) <= len(question.choices):
            return question.choices[int(typed) - 1].key
        accepted = question.accepted(typed)
        if accepted is not None:
            return accepted


def _at_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


# Importing --------------------------------------------------------------------------------------------------------


def _import(store: Store, channel: str, table: Table, given: dict[str, str]) -> roster.Imported:
    """Plan once more within the transaction that writes: the schools may have changed since they were compared."""
    with store.write() as db:
        plan = roster_plan.plan(db, channel, table, Asking(given))
        return roster.apply(db, channel, plan, now(), _with_progress)


def _with_progress(entries: Sequence[Entry]) -> Iterable[Entry]:
    if not sys.stderr.isatty():
        return entries
    return _bar(entries)


def _bar(entries: Sequence[Entry]) -> Iterable[Any]:
    with click.progressbar(entries, label="นำเข้า (importing)", file=sys.stderr) as bar:
        yield from bar

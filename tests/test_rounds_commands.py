"""Rounds from the command line: open-round, list-rounds, extend-round, close-round, except-school."""

import os
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from bot.cli import cli
from bot.commands import common
from bot.roster_files import DEMO
from handlers.thai import BANGKOK, day
from models.audit import audit
from models.programme import extensions, rounds
from models.store import Store

Run = Callable[..., str]
CODE = "1031991001"


@pytest.fixture
def run(new_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command, which must end with 0 unless said otherwise; return what it says."""
    monkeypatch.setenv("RAINGAN_ENV", "test")
    monkeypatch.setenv("DATABASE_URL", new_url())
    monkeypatch.setenv("PUBLIC_URL", "https://raingan.example")

    def run(*words: str, ends: int = 0) -> str:
        done = CliRunner().invoke(cli, words)
        assert done.exit_code == ends, done.output
        return done.output

    run("import-roster", str(DEMO))  # which opens the first round
    return run


@pytest.fixture
def store(run: Run) -> Iterator[Store]:
    opened = Store(os.environ["DATABASE_URL"])
    yield opened
    opened.dispose()


def ahead(days: int) -> date:
    return common.now().astimezone(BANGKOK).date() + timedelta(days=days)


def test_a_round_is_extended_with_its_grace(run: Run):
    said = run("extend-round", "--due", str(ahead(50)), "--grace", str(ahead(55)))
    assert f"– {day(ahead(50))}  grace {day(ahead(55))}" in said
    assert day(ahead(50)) in run("list-rounds")


def test_what_cannot_be_is_refused_and_nothing_is_done(run: Run):
    before = run("list-rounds")
    assert "past" in run("extend-round", "--due", "2020-01-01", ends=1)
    assert "not later" in run("extend-round", "--due", str(ahead(1)), ends=1)
    assert "grace" in run("extend-round", "--due", str(ahead(50)), "--grace", str(ahead(49)), ends=1)
    assert "no round 99" in run("close-round", "--round", "99", ends=1)
    assert "before it is due" in run("close-round", "--on", str(ahead(1)), ends=1)
    assert "overlaps" in run("open-round", "--title", "อื่น", "--due", str(ahead(20)), ends=1)
    opens, due = str(ahead(60)), str(ahead(59))
    assert "before it opens" in run("open-round", "--title", "อื่น", "--opens", opens, "--due", due, ends=1)
    assert run("list-rounds") == before


def test_a_round_is_closed_after_a_day_or_at_once(run: Run):
    assert f"closes {day(ahead(40))}" in run("close-round", "--on", str(ahead(40)))
    assert "closed" in run("close-round")
    assert "no running round" in run("close-round", ends=1)
    assert not run("list-rounds").startswith("*")
    grace, closes = ("--grace", str(ahead(35))), ("--closes", str(ahead(36)))
    run("open-round", "--title", "รอบสอง", "--due", str(ahead(30)), *grace, *closes)
    assert f"grace {day(ahead(35))}  closes {day(ahead(36))}" in run("list-rounds").splitlines()[1]


def test_schools_are_excepted_all_or_none(run: Run, store: Store):
    assert "no open school" in run("except-school", CODE, "0000000000", "--due", str(ahead(60)), ends=1)
    assert "1 schools" in run("except-school", CODE, "--due", str(ahead(60)))
    with store.read() as db:
        (row,) = db.execute(select(extensions)).all()
        assert (row.due_on, row.granted_by) == (ahead(60), None)
        assert db.scalar(select(rounds.c.due_on)) != ahead(60)
        assert "extension.granted" in db.scalars(select(audit.c.action)).all()

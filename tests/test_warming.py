"""What is made ready before the first message: nobody waits for patterns to be compiled."""

import subprocess
import sys
from typing import Any

import pytest
from sqlalchemy import Connection

from handlers import questions, warming
from models import prepared
from models.prepared import Rows
from tests.province import Person, Province
from tests.rush import heard, together

HEARS = """
import re._compiler
import bot.app
from sqlalchemy.dialects.postgresql.psycopg import dialect
from handlers import checkin_words
from handlers.warming import warm_up
from handlers.words import order, understand
from handlers.words.meeting_words import meeting_words

if {warm}:
    warm_up(dialect())
made, compile = [], re._compiler.compile
re._compiler.compile = lambda *given: made.append(given[0]) or compile(*given)
for text in ("สวัสดีค่ะ", "เริ่มรายงาน", "เด็กกล้าแสดงออกดีขึ้นมาก ได้รางวัลระดับเขต 2 รายการ", "ถัดไป", "สรุป", "ยืนยัน"):
    for asking in (True, False):
        understand(text, asking=asking), meeting_words(text, asking=asking), order(text, asking=asking)
    checkin_words.watched(text)
print(len(made))
"""


def compiled(*, warm: bool) -> int:
    """Return how many patterns a new process compiles for its first messages."""
    done = subprocess.run([sys.executable, "-c", HEARS.format(warm=warm)], capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_who_comes_first_waits_for_hardly_any_pattern() -> None:
    cold, warm = compiled(warm=False), compiled(warm=True)
    assert cold > 50
    assert warm <= cold / 10


def test_who_comes_first_waits_for_no_statement_to_be_compiled(
    province: Province, warunee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for statement in prepared._ALL:
        monkeypatch.setattr(statement, "_compiled", {})
    made: list[str] = []
    init = prepared._Compiled.__init__

    def noting(self: prepared._Compiled, *given: Any) -> None:
        init(self, *given)
        made.append(self.text)

    monkeypatch.setattr(prepared._Compiled, "__init__", noting)
    warming.warm_up(province.store.engine.dialect)
    assert len(made) > 50
    made.clear()
    together(province, heard(warunee, "รายงาน"))
    together(province, heard(warunee, "เด็กกล้าแสดงออกดีขึ้นมาก"))
    assert made == []


def test_a_rehearsal_asks_what_a_report_asks_and_changes_nothing(
    province: Province, warunee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    run = prepared._Compiled._run

    def noting(self: prepared._Compiled, db: Connection, words: str, values: Any) -> Rows:
        asked.append(words)
        return run(self, db, words, values)

    monkeypatch.setattr(prepared._Compiled, "_run", noting)
    monkeypatch.setattr(questions, "_built", {})
    with province.store.read() as db:
        warming.rehearse(db, province.now)
    rehearsed = set(asked)
    assert all(text.startswith(("SELECT", "SET LOCAL")) for text in rehearsed)
    assert len(questions._built) == 1
    asked.clear()
    together(province, heard(warunee, "รายงาน"))
    together(province, heard(warunee, "เด็กกล้าแสดงออกดีขึ้นมาก"))
    assert {text for text in asked if text.startswith("SELECT")} - rehearsed == set()

"""What is made ready before the first message: nobody waits for patterns to be compiled."""

import subprocess
import sys
from typing import Any

import pytest

from handlers import questions, reports, standing, warming
from models import prepared
from tests.province import Person, Province
from tests.rush import heard, together

HEARS = """
import re._compiler
import bot.app
from handlers.warming import warm_up
from handlers.words import order, understand
from handlers.words.meeting_words import meeting_words

if {warm}:
    warm_up()
made, compile = [], re._compiler.compile
re._compiler.compile = lambda *given: made.append(given[0]) or compile(*given)
for text in ("สวัสดีค่ะ", "เริ่มรายงาน", "เด็กกล้าแสดงออกดีขึ้นมาก ได้รางวัลระดับเขต 2 รายการ", "ถัดไป", "สรุป", "ยืนยัน"):
    for asking in (True, False):
        understand(text, asking=asking), meeting_words(text, asking=asking), order(text, asking=asking)
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


def test_a_rehearsal_asks_what_a_report_asks_and_changes_nothing(
    province: Province, warunee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    init = prepared._Compiled.__init__

    def noting(self: prepared._Compiled, *given: Any) -> None:
        init(self, *given)
        made.append(self.text)

    monkeypatch.setattr(prepared._Compiled, "__init__", noting)
    for statement in (standing._STANDINGS, standing._LOCK_IDLE, reports._ANSWERS, reports._OF_ANSWERS):
        monkeypatch.setattr(statement, "_compiled", {})
    monkeypatch.setattr(questions, "_built", {})
    with province.store.read() as db:
        warming.rehearse(db, province.now)
    assert len([text for text in made if text.startswith("SELECT")]) == 4
    assert len(questions._built) == 1
    made.clear()
    together(province, heard(warunee, "รายงาน"))
    assert [text for text in made if text.startswith("SELECT")] == []

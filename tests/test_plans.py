"""What an event asks of the database stays as cheap when years are stored: no table that grows is gone through."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from models import prepared
from models.store import Store
from tests.province import Person, Province
from tests.rush import heard, together
from tests.whole_report import reports

GROW = ("reports", "answers", "parts", "revisions", "inbox", "outbox", "said", "asked", "sendings", "moves", "people")
THROUGH = re.compile(rf"SCAN ({'|'.join(GROW)})\b|SEARCH ({'|'.join(GROW)}) .*\((channel_id|state)=\?\)$")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Return the statements that are run from now on, each with its number of values."""
    found: dict[str, int] = {}

    def noting(run: Any) -> Any:
        def noted(self: Any, db: Any, given: Any) -> Any:
            if "SELECT" in self.text or "WHERE" in self.text:  # SQLite calls what an INSERT returns a scan
                found[self.text] = len(self.binds)
            return run(self, db, given)

        return noted

    monkeypatch.setattr(prepared._Compiled, "run", noting(prepared._Compiled.run))
    return found


def plans(store: Store, statements: dict[str, int]) -> Iterator[tuple[str, str]]:
    """Yield each statement with each step of how SQLite answers it."""
    with store.read() as db:
        for words, values in statements.items():
            for row in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", (None,) * values):
                yield words, row.detail


@pytest.mark.parametrize("database", ["sqlite"])
def test_no_step_of_a_report_goes_through_what_grows(
    province: Province, warunee: Person, asked: dict[str, int]
) -> None:
    reports(warunee, "งบประมาณ")
    warunee.says("สถานะ").says("ถอนคืน").says("ใช่").says("แก้ 2").says("สรุป")
    assert len(asked) > 15
    assert [step for step in plans(province.store, asked) if THROUGH.search(step[1])] == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_no_step_of_a_rush_goes_through_what_grows(
    province: Province, warunee: Person, kanchana: Person, asked: dict[str, int]
) -> None:
    for words in ("รายงาน", "นักเรียน 168 คน อ่านคล่องขึ้นมาก", "ยังห่วงเด็ก 9 คน", "ต่อไป"):
        applied = together(province, heard(warunee, words), heard(kanchana, words))
        assert (applied.events, set(applied.left)) == (2, set())
    assert len(asked) > 8
    assert [step for step in plans(province.store, asked) if THROUGH.search(step[1])] == []

"""Personal data from the command line: list-erasures, erase-person, refuse-erasure, data-officer."""

import os
from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner

from bot.cli import cli
from bot.commands import common
from handlers import channels
from models.audit import audit
from models.erasing import erasure_requests
from models.store import Store
from tests.province import Person, Province
from tests.test_talk_privacy import number_of, row_of

Run = Callable[..., str]


@pytest.fixture
def run(new_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command, which must end with 0 unless said otherwise; return what it says."""
    monkeypatch.setenv("RAINGAN_ENV", "test")
    monkeypatch.setenv("DATABASE_URL", new_url())
    monkeypatch.setenv("PUBLIC_URL", "https://raingan.example")

    def run(*words: str, ends: int = 0, types: str = "") -> str:
        done = CliRunner().invoke(cli, words, input=types)
        assert done.exit_code == ends, done.output
        return done.output

    return run


@pytest.fixture
def province(run: Run) -> Iterator[Province]:
    store = Store(os.environ["DATABASE_URL"])
    yield Province(store, common.now())
    store.dispose()


@pytest.fixture
def warunee(province: Province) -> Person:
    return province.director().says("ขอลบข้อมูล").says("ใช่").hears("ผู้ดูแลระบบจะเป็นผู้ดำเนินการ")


def trail(province: Province) -> list[str]:
    return [row.action for row in province.rows(audit) if row.action.startswith(("erasure.", "person."))]


def test_who_asks_is_listed_and_erased(run: Run, province: Province, warunee: Person) -> None:
    me = number_of(province, warunee)
    listed = run("list-erasures")
    assert f"{me:6}  -  director บ้านสวายตัวอย่าง" in listed
    assert "Aborted" in run("erase-person", str(me), types="n\n", ends=1)
    assert row_of(province, me).line_user_id
    assert "erased" in run("erase-person", str(me), types="y\n")
    assert row_of(province, me).line_user_id is None
    assert run("list-erasures") == "Nobody waits.\n"
    assert [(row.state, row.decided_by) for row in province.rows(erasure_requests)] == [("granted", None)]
    assert trail(province) == ["erasure.asked", "person.unlinked", "person.erased"]


def test_a_request_is_refused_with_a_reason(run: Run, province: Province, warunee: Person) -> None:
    me = number_of(province, warunee)
    run("refuse-erasure", str(me), ends=2)
    run("refuse-erasure", str(me), "--why", "  ", ends=2)
    run("refuse-erasure", str(me), "--why", "ยังต้องใช้ตรวจสอบ")
    assert "no request that waits" in run("refuse-erasure", str(me), "--why", "อีกครั้ง", ends=1)
    assert [row.why for row in province.rows(erasure_requests)] == ["ยังต้องใช้ตรวจสอบ"]
    warunee.says("ข้อมูลของฉัน").hears("ยังต้องใช้ตรวจสอบ")


def test_another_channels_people_are_out_of_reach(run: Run, province: Province, warunee: Person) -> None:
    me = number_of(province, warunee)
    assert run("list-erasures", "--channel", "noise") == "Nobody waits.\n"
    assert "no person" in run("erase-person", str(me), "--yes", "--channel", "noise", ends=1)
    run("refuse-erasure", str(me), "--why", "เหตุผล", "--channel", "noise", ends=1)
    assert "no person 999" in run("erase-person", "999", "--yes", ends=1)
    assert row_of(province, me).line_user_id == warunee.user


def test_who_asked_on_paper_is_erased(run: Run, province: Province) -> None:
    me = number_of(province, province.director())
    run("erase-person", str(me), "--yes")
    assert row_of(province, me).line_user_id is None


def test_who_answers_for_personal_data_is_named(run: Run, province: Province) -> None:
    run("data-officer", "--office", "ศธจ.บุรีรัมย์", "--phone", "044-000-001")
    with province.store.read() as db:
        assert channels.responsible(db, "main") == channels.Responsible("ศธจ.บุรีรัมย์", "044-000-001")
        assert channels.responsible(db, "noise") == channels.Responsible(None, None)
    run("data-officer", "--office", " ", ends=2)
    run("data-officer", ends=2)
    assert "no channel" in run("data-officer", "--office", "ที่ใด", "--channel", "nowhere", ends=1)

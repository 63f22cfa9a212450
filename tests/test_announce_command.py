"""Announcing from the command line: shown first, sent once."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import cli
from bot.commands import announce
from models.announcements import announcements
from models.audit import audit
from models.outbox import outbox
from models.store import Store
from tests.province import Province
from tests.test_talk_digests import TWO

Run = Callable[..., str]
ALL = ("announce", "--to", "ทุกโรงเรียน", "--words", "พรุ่งนี้ปิดระบบ")


@pytest.fixture
def province(new_store: Callable[[], Store], now) -> Province:
    return Province(new_store(), now)


@pytest.fixture
def run(province: Province, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command at the province's moment, which must end with 0 unless said otherwise; return what it says."""
    monkeypatch.setenv("RAINGAN_ENV", "test")
    monkeypatch.setenv("DATABASE_URL", province.store.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("PUBLIC_URL", "https://raingan.example")
    monkeypatch.setattr(announce, "now", lambda: province.now)
    province.director()

    def run(*words: str, ends: int = 0) -> str:
        done = CliRunner().invoke(cli, words)
        assert done.exit_code == ends, done.output
        return done.output

    return run


def told(province: Province) -> list[str]:
    return [row.recipient for row in province.rows(outbox) if row.once_key.startswith("announce:")]


def test_it_is_shown_first_and_sent_once(province: Province, run: Run) -> None:
    said = run(*ALL, "--link", "https://example.go.th/1")
    for words in (
        "พรุ่งนี้ปิดระบบ",
        "https://example.go.th/1",
        "ผอ. · ทั้งจังหวัด",
        "people: 1",
        "2 schools",
        "at once",
        "Nothing is sent",
    ):
        assert words in said
    assert told(province) == []
    assert "Sent to 1." in run(*ALL, "--send")
    assert "--again" in run(*ALL, "--send", ends=1)
    assert len(told(province)) == 1
    assert "Sent to 1." in run(*ALL, "--send", "--again")
    assert [row.action for row in province.rows(audit)].count("announcement.sent") == 2
    assert {row.person_id for row in province.rows(announcements)} == {None}


def test_what_is_not_fit_is_told_and_nothing_kept(province: Province, run: Run, tmp_path: Path) -> None:
    assert "มีหลายแห่ง" in run("announce", "--to", "บ้านหนองสมมติ", "--words", "ก", ends=2)
    assert "นอกสังกัด" in run("announce", "--to", "เขต 1", "--words", "ก", "--agency", "บร2", ends=2)
    assert "no agency" in run("announce", "--to", "เขต 1", "--words", "ก", "--agency", "สพม.สุรินทร์", ends=2)
    assert "no https link" in run(*ALL, "--link", "http://example.go.th", ends=2)
    assert "either" in run("announce", "--to", "เขต 1", ends=2)
    assert "no channel nowhere" in run(*ALL, "--channel", "nowhere", ends=1)
    file = tmp_path / "words.txt"
    file.write_text("ก" * 1001, encoding="utf-8")
    assert "may have 1000" in run("announce", "--to", "เขต 1", "--file", str(file), ends=2)
    assert "Nobody is reached" in run("announce", "--to", "เขต 1", "--words", "ก", "--send", ends=1)
    assert province.rows(announcements) == []


def test_out_of_hours_it_waits_unless_it_cannot(province: Province, run: Run) -> None:
    province.now += timedelta(hours=11)
    assert "08:00" in run(*ALL, "--agency", TWO)
    assert "at once" in run(*ALL, "--urgent", "--send")
    (row,) = [row for row in province.rows(outbox) if row.once_key.startswith("announce:")]
    assert row.due_at == province.now

"""`show-report`: a report as it was at a moment, and who did what to it."""

import pytest
from click.testing import CliRunner, Result

from bot.cli import cli
from models.audit import audit
from tests.province import Province

CODE = "1031992003"


@pytest.fixture
def province(store, now, monkeypatch):
    for name, value in {"RAINGAN_ENV": "test", "DATABASE_URL": store.url, "LINE_CHANNEL_ACCESS_TOKEN": ""}.items():
        monkeypatch.setenv(name, value)
    return Province(store, now)


def show(*words: str, ends: int = 0) -> Result:
    done = CliRunner().invoke(cli, ["show-report", *words])
    assert done.exit_code == ends, done.output
    return done


def test_a_report_is_shown_as_it_is_and_as_it_was(province):
    warunee = province.director()
    warunee.says("รายงาน").says("นักเรียน 168 คน อ่านคล่องขึ้นมากในปีนี้").says("ต่อไป")
    province.later(days=3)
    warunee.says("แก้ 1").says("นักเรียน 171 คน อ่านคล่องทุกคนแล้วในปีนี้").says("ต่อไป")
    now = show("--school", CODE, "--at", "2569-01-31T08:00").output
    assert "171 คน" in now
    assert "168 คน" not in now
    then = show("--school", CODE, "--at", "2569-01-06T08:00").output
    assert "168 คน" in then
    assert "171 คน" not in then
    assert "ร่าง" in then
    assert [row.action for row in province.rows(audit)].count("report.shown") == 2


def test_other_provinces_and_other_moments_have_none(province):
    assert "no report" in show("--school", CODE, ends=1).stderr  # the other province's school has the same code
    province.director().says("รายงาน").says("นักเรียนอ่านคล่องขึ้น")
    assert "no report" in show("--school", CODE, "--at", "2568-12-31T08:00", ends=1).stderr
    assert "no report" in show("--school", CODE, "--round", "99", ends=1).stderr
    assert "no report" in show("--school", "1031991002", ends=1).stderr
    show("--school", CODE, "--at", "สิบโมง", ends=2)

"""Who serves where: transfer of post, ending, role changes; what the old and the new account see."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner, Result

from bot.cli import cli
from bot.commands.common import now
from bot.roster_files import DEMO
from handlers import invites
from handlers import memberships as served
from handlers.heard import Kind
from handlers.memberships import NotFound
from handlers.thai import BANGKOK
from models.audit import audit
from models.people import Role, memberships, people
from models.store import Store
from tests.province import Person, Province

WORDS = "นักเรียนอ่านคล่องขึ้นมากในปีนี้"


@pytest.fixture
def old(province: Province) -> Person:
    return province.director().says("รายงาน").says(WORDS)


def transfers(province: Province, at: datetime, to: tuple[str, ...] = ()) -> list[served.Membership]:
    with province.store.write() as db:
        schools = [province.school(code) for code in to]
        return served.transfer(db, "main", province.school("1031992003"), at, province.now, to=schools)


def actions(province: Province) -> list[str]:
    return [row.action for row in province.rows(audit) if row.channel_id == "main"]


def test_the_old_account_loses_access_at_the_date_and_not_before(province: Province, old: Person) -> None:
    at = province.now + timedelta(days=3)
    assert [one.role for one in transfers(province, at)] == [Role.DIRECTOR]
    old.says("ครูขยันมากทุกคนตลอดปี").hears("ท่านดูแล บ้านสวายตัวอย่าง", "ถึง", "บันทึกแล้ว")
    province.now = at
    old.says("พิมพ์ต่ออีกนิดว่าอาคารเก่า").hears("สิ้นสุดเมื่อ").sends(Kind.IMAGE).hears("สิ้นสุดเมื่อ")
    assert province.everything() == [WORDS, "ครูขยันมากทุกคนตลอดปี"]


def test_the_successor_inherits_draft_history_and_what_was_sent(province: Province, old: Person) -> None:
    for word in ("ต่อไป", "รายงาน"):
        old.says(word)
    transfers(province, province.now)
    new = province.director("นายมาใหม่ สมมติดี")
    new.says("สรุป").hears(WORDS).says("แก้ 1").says("ผลเปลี่ยนไปแล้วในเทอมนี้").says("ต่อไป")
    old.says("รายงาน").hears("สิ้นสุดเมื่อ").hears_not("ผลเปลี่ยน")
    assert province.answer("learners.now") == ["ผลเปลี่ยนไปแล้วในเทอมนี้"]


def test_late_events_and_old_buttons_of_the_old_account_do_nothing(province: Province, old: Person) -> None:
    then = province.now
    transfers(province, province.now)
    old.says("สวัสดี").hears("สิ้นสุดเมื่อ")
    old.says("มาช้าแต่ยังอยากตอบต่อ", at=then).taps("ต่อไป", turn=-3).says("ส่ง").says("ยืนยัน")
    assert (province.everything(), province.state()) == ([WORDS], "draft")


def test_whoever_moves_takes_the_post_at_the_other_schools(province: Province, old: Person) -> None:
    at = province.now + timedelta(days=3)
    transfers(province, at, to=("1031991002", "1031993002"))
    old.says("สถานะ").hears("บ้านสวายตัวอย่าง")
    province.now = at + timedelta(minutes=1)
    old.says("สวัสดี").hears("1. บ้านหนองสมมติ อ.ลำปลายมาศ", "2. บ้านหนองสมมติ อ.นางรอง").hears_not("สวาย")
    old.says("2").hears("ข้อ 1 จาก 6").hears_not(WORDS)
    assert actions(province).count("post.transferred") == 1


def test_who_stays_is_not_touched(province: Province, old: Person) -> None:
    helper = province.person("ครูมยุรี").joins("1031992003", Role.DELEGATE)
    transfers(province, province.now)
    helper.says("สรุป").hears(WORDS)
    assert transfers(province, province.now) == []


def test_the_other_province_is_out_of_reach(province: Province) -> None:
    noisy = province.school("1031992003", "noise")
    with province.store.write() as db:
        assert served.transfer(db, "main", noisy, province.now, province.now) == []
        theirs = next(row.id for row in province.rows(memberships) if row.channel_id == "noise")
        with pytest.raises(NotFound):
            served.end(db, "main", theirs, province.now, province.now)


def test_a_stronger_role_takes_the_place_of_a_weaker_one_audited(province: Province) -> None:
    teacher = province.person("ครูมยุรี").joins("1031992003", Role.DELEGATE)
    teacher.says(province.code("1031992003")).says("ใช่").says("ส่ง").hears_not("ท่าน ผอ.เป็นผู้ส่ง")
    mine = [row for row in province.rows(memberships) if row.channel_id == "main"]
    assert [(row.role, row.until is None) for row in mine] == [("delegate", False), ("director", True)]
    assert "role.changed" in actions(province)


def test_a_code_for_less_takes_nothing_away(province: Province, old: Person) -> None:
    old.says("พัก").says(province.code("1031992003", Role.DELEGATE)).says("ใช่")
    assert all(row.until is None for row in province.rows(memberships))


def test_rows_are_ended_and_never_deleted(province: Province, old: Person) -> None:
    with province.store.write() as db:
        (mine,) = served.of_school(db, "main", province.school("1031992003"), province.now)
        served.end(db, "main", mine.id, province.now, province.now)
        assert served.of_school(db, "main", province.school("1031992003"), province.now) == []
        assert served.last_ended(db, "main", mine.person, province.now) is not None
    assert mine.id in [row.id for row in province.rows(memberships)]


class TestCommands:
    @pytest.fixture
    def run(self, new_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
        """Run a command, which must end with 0 unless said otherwise."""
        url = new_url()
        for name, value in {
            "RAINGAN_ENV": "test",
            "DATABASE_URL": url,
            "PUBLIC_URL": "https://raingan.example",
        }.items():
            monkeypatch.setenv(name, value)

        def run(*words: str, ends: int = 0) -> Result:
            done = CliRunner().invoke(cli, words)
            assert done.exit_code == ends, done.output
            return done

        return run

    @pytest.fixture
    def store(self, run: Callable[..., Result]) -> Iterator[Store]:
        store = Store(os.environ["DATABASE_URL"])
        yield store
        store.dispose()

    @pytest.fixture
    def director(self, store: Store, run: Callable[..., Result]) -> int:
        """Let somebody have joined a school of the demo's province; returns the person."""
        run("import-roster", str(DEMO))
        code = json.loads(run("invite", "--school", "1031992003", "--json").stdout)[0]["code"]
        with store.write() as db:
            row = {"channel_id": "main", "line_user_id": "U1", "created_at": now()}
            person = db.execute(people.insert().returning(people.c.id), row).scalar_one()
            invites.redeem(db, "main", invites.looks_like_code(code) or "", person, now())
        return int(person)

    def test_list_transfer_and_list(self, store: Store, run: Callable[..., Result], director: int) -> None:
        assert "1031992003  บ้านสวายตัวอย่าง" in run("list-people").stdout
        day = (datetime.now(BANGKOK) + timedelta(days=9)).date()
        run("transfer", "--school", "1031992003", "--until", str(day), "--to", "1031991002")
        shown = run("list-people").stdout.splitlines()
        assert len(shown) == 2
        assert "บ้านหนองสมมติ" in shown[1]
        with store.read() as db:
            ends = [row.until for row in db.execute(memberships.select().order_by(memberships.c.id))]
        assert ends == [datetime(day.year, day.month, day.day, tzinfo=BANGKOK) + timedelta(days=1), None]

    def test_end_one(self, run: Callable[..., Result], director: int) -> None:
        number = run("list-people", "--school", "1031992003").stdout.split()[0]
        run("end-membership", number)
        assert run("list-people").stdout == ""
        assert "no membership" in run("end-membership", number, ends=1).stderr

    @pytest.mark.parametrize(
        ("words", "ends"),
        [
            ("--school 9999999999 --until 2999-01-01", 1),
            ("--school 1031991002 --until 2999-01-01", 1),
            ("--school 1031992003 --until 2020-01-01", 2),
            ("--school 1031992003 --until 2999-01-01 --to 9999999999", 1),
        ],
    )
    def test_nothing_is_half_done(self, run: Callable[..., Result], director: int, words: str, ends: int) -> None:
        before = run("list-people").stdout
        run("transfer", *words.split(), ends=ends)
        assert run("list-people").stdout == before

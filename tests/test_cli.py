"""`python -m bot`: what each command does to a real database, what it says, and with which number it ends."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.fernet import Fernet
from sqlalchemy import func, insert, make_url, select, update

from bot.cli import COMMANDS, cli
from bot.commands import common
from bot.roster_files import DEMO
from bot.simulator import Platform, serve
from handlers import question_file
from handlers.invites import looks_like_code
from handlers.thai import BANGKOK, day
from models.inbox import inbox
from models.people import invites, schools
from models.programme import channels, rounds
from models.store import Store

Run = Callable[..., Result]


@pytest.fixture
def environ(new_url: Callable[[], str]) -> dict[str, str]:
    return {
        "RAINGAN_ENV": "test",
        "DATABASE_URL": new_url(),
        "PUBLIC_URL": "https://raingan.example",
        "RAINGAN_KEY": Fernet.generate_key().decode(),
        "LINE_CHANNEL_ACCESS_TOKEN": "",
    }


@pytest.fixture
def run(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command, which must end with 0 unless said otherwise."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    def run(*words: str, ends: int = 0, **env: str) -> Result:
        done = CliRunner(env=env).invoke(cli, words)
        assert done.exit_code == ends, done.output
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return done

    return run


@pytest.fixture
def empty(environ: dict[str, str]):
    """The database before anything was done."""
    store = Store(environ["DATABASE_URL"])
    yield store
    store.dispose()


@pytest.fixture
def store(run: Run, empty: Store) -> Store:
    """The database after the demo's roster was imported."""
    run("import-roster", str(DEMO))
    return empty


class TestAll:
    @pytest.mark.parametrize("name", COMMANDS)
    def test_each_can_be_imported_and_explains_itself(self, name: str):
        done = CliRunner().invoke(cli, [name, "--help"])
        assert done.exit_code == 0, done.output
        assert COMMANDS[name][1].split(",")[0] in " ".join(done.output.split())

    def test_the_list_of_commands_imports_none_of_what_they_need(self):
        heavy = ("linebot", "sqlalchemy", "flask", "openpyxl", "pydantic")
        code = f"import sys, bot.cli; print([name for name in {heavy} if name in sys.modules])"
        assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"

    def test_python_dash_m_bot(self):
        done = subprocess.run([sys.executable, "-m", "bot", "--help"], capture_output=True, text=True, check=True)
        assert "import-roster" in done.stdout

    @pytest.mark.parametrize("words", [["nothing"], ["invite", "--colour"], ["import-roster", "/no/such/file"]])
    def test_asked_wrongly_ends_with_2(self, run: Run, words: list[str]):
        run(*words, ends=2)

    def test_an_environment_that_is_not_fit_ends_with_2(self, run: Run):
        done = run("list-rounds", ends=2, RAINGAN_ENV="production", PORT="x")
        assert "PORT must be a whole number" in done.stderr
        assert "LINE_CHANNEL_SECRET is missing" in done.stderr


class TestTheDatabase:
    def test_migrate_makes_an_empty_one_fit_and_a_fit_one_stays(self, run: Run, tmp_path: Path):
        url = f"sqlite:///{tmp_path}/new.db"
        assert "migrate" in run("list-rounds", ends=1, DATABASE_URL=url).stderr
        for _ in range(2):
            run("migrate", DATABASE_URL=url)
        run("list-rounds", DATABASE_URL=url)

    @pytest.mark.parametrize("command", ["migrate", "list-rounds"])
    @pytest.mark.parametrize("url", ["sqlite:////no/such/folder/a.db", "postgresql://u:hunter2@127.0.0.1:1/none"])
    def test_one_that_is_not_there(self, run: Run, monkeypatch: pytest.MonkeyPatch, command: str, url: str):
        monkeypatch.setattr(common, "PATIENCE", 0.1)
        done = run(command, ends=1, DATABASE_URL=url)
        assert "hunter2" not in done.output
        assert "database" in done.stderr.lower()


class TestImportRoster:
    def test_twice(self, store: Store, run: Run):
        assert "0 added, 0 changed, 40 as before" in run("import-roster", str(DEMO)).output
        with store.read() as db:
            assert db.scalar(select(func.count()).select_from(schools)) == 40

    def test_opens_the_first_round(self, run: Run):
        assert "Opened the first round: ปีการศึกษา" in run("import-roster", str(DEMO)).output

    def test_a_bad_row_is_named_and_nothing_imported(self, run: Run, empty: Store, tmp_path: Path):
        rows = DEMO.read_text("utf-8").splitlines()
        bad = tmp_path / "bad.csv"
        bad.write_text("\n".join([*rows, rows[1].replace("1031991001", "1031991")]), "utf-8")
        assert "แถวที่ 42 (row 42)" in run("import-roster", str(bad), ends=1).stderr
        with empty.read() as db:
            assert db.scalar(select(func.count()).select_from(schools)) == 0

    def test_into_a_channel_that_is_not_there(self, run: Run):
        assert "add-channel" in run("import-roster", str(DEMO), "--channel", "surin", ends=1).stderr


class TestInvite:
    def test_one_school_as_json(self, store: Store, run: Run):
        [issued] = json.loads(run("invite", "--school", "1031991001", "--json").stdout)
        code = issued["code"]
        assert issued == {
            "school": "1031991001",
            "role": "director",
            "code": code,
            "url": f"https://raingan.example/join/{code}",
            "name": "อนุบาลสมมติบุรีรัมย์",
        }
        assert looks_like_code(code)

    def test_all_schools_each_with_a_picture(self, store: Store, run: Run, tmp_path: Path):
        issued = json.loads(run("invite", "--all", "--role", "delegate", "--json", "--qr", str(tmp_path / "qr")).stdout)
        assert len({one["code"] for one in issued}) == len({one["school"] for one in issued}) == 40
        pictures = sorted((tmp_path / "qr").iterdir())
        assert [picture.name for picture in pictures] == [f"{one['school']}-delegate.png" for one in issued]
        assert all(picture.read_bytes().startswith(b"\x89PNG") for picture in pictures)

    def test_others(self, store: Store, run: Run):
        for words, many in {
            "--all --agency สช.": 4,
            "--all --role verifier": 7,
            "--agency สช. --role verifier": 1,
            "--role coordinator": 1,
            "--role coordinator --agency บร1": 1,
            "--role viewer --all": 1,
        }.items():
            assert len(json.loads(run("invite", "--json", *words.split()).stdout)) == many
            assert len(run("invite", *words.split()).stdout.splitlines()) == many

    def test_nothing_is_made_by_mistake(self, store: Store, run: Run):
        for words, ends in {
            "": 2,
            "--all --school 1031991001": 2,
            "--role verifier": 2,
            "--role verifier --school 1031991001": 2,
            "--role operator --agency สช.": 2,
            "--role coordinator --school 1031991001": 2,
            "--role coordinator --agency ไม่มี": 1,
            "--role king --all": 2,
            "--school 9999999999": 1,
            "--school 1031991001 --agency สช.": 1,
            "--agency ไม่มี --role verifier": 1,
            "--all --channel elsewhere": 1,
        }.items():
            run("invite", *words.split(), ends=ends)
        with store.read() as db:
            assert db.scalar(select(func.count()).select_from(invites)) == 0

    def test_the_link_opens_the_chat_where_line_tells_the_account(self, store: Store, run: Run):
        with serve(Platform(webhook=lambda *_: 200, token="t0ken")) as line:
            words = ("invite", "--school", "1031991001", "--json")
            done = run(*words, LINE_API_HOST=line.url, LINE_CHANNEL_ACCESS_TOKEN="t0ken")
            [issued] = json.loads(done.stdout)
            assert issued["url"] == f"https://line.me/R/oaMessage/%40999raing/?{issued['code']}"
            refused = run(*words, LINE_API_HOST=line.url, LINE_CHANNEL_ACCESS_TOKEN="old")
            assert json.loads(refused.stdout)[0]["url"].startswith("https://raingan.example/join/RG-")
            assert "LINE does not tell" in refused.stderr


class TestRounds:
    def test_open_another_and_list_both(self, store: Store, run: Run):
        with store.write() as db:
            db.execute(update(rounds).values(closed_at=common.now()))
        opens, due = (common.now().astimezone(BANGKOK).date() + timedelta(days=ahead) for ahead in (40, 70))
        buddhist = f"{due.year + 543}-{due:%m-%d}"
        said = run("open-round", "--title", "รอบสอง", "--opens", str(opens), "--due", buddhist).output
        assert said == f"รอบสอง: {day(opens)} – {day(due)}\n"
        listed = run("list-rounds").output.splitlines()
        assert len(listed) == 2
        assert "รอบสอง" in listed[1]

    def test_the_running_one_is_marked(self, store: Store, run: Run):
        [line] = run("list-rounds").output.splitlines()
        assert line.startswith("* ")

    def test_refusals(self, store: Store, run: Run):
        refused = {"--due 2020-01-01": 1, "": 1, "--semester 9": 2, "--due tomorrow": 2, "--channel elsewhere": 1}
        for words, ends in refused.items():
            run("open-round", *words.split(), ends=ends)

    def test_a_channel_without_rounds(self, run: Run):
        assert "no round yet" in run("list-rounds").output

    @pytest.mark.parametrize("typed", ["2569-02-29", "2569-13-01", "5 ม.ค.", "2569", ""])
    def test_days_that_are_none(self, typed: str):
        with pytest.raises(Exception, match="no day"):
            common.Day().convert(typed, None, None)

    def test_a_buddhist_leap_day_is_one(self):
        assert common.Day().convert("2571-02-29", None, None) == date(2028, 2, 29)


class TestQuestions:
    def test_check_needs_no_database_and_loading_takes_effect_in_the_next_round(self, store, run, tmp_path):
        file = tmp_path / "questions.yaml"
        file.write_text("\ufeff" + question_file.default().replace("version: 1", "version: 2"), "utf-8")
        assert (
            "Version 2, 6 topics, 16 questions: good."
            in run("load-questions", "--check", str(file), DATABASE_URL="no").output
        )
        for _ in range(2):
            run("load-questions", str(file))
        assert "questions 1" in run("list-rounds").output
        with store.write() as db:
            db.execute(update(rounds).values(closed_at=common.now()))
        run("open-round", "--title", "รอบสอง")
        assert "questions 2" in run("list-rounds").output

    def test_a_malformed_file_is_refused_with_its_line(self, run: Run, tmp_path: Path):
        file = tmp_path / "questions.yaml"
        file.write_text(question_file.default().replace("minutes: 15", "minutes: soon"), "utf-8")
        assert "line 10" in run("load-questions", str(file), ends=1).stderr
        file.write_bytes("ก".encode("cp874"))
        assert "UTF-8" in run("load-questions", str(file), ends=1).stderr

    def test_other_words_under_a_version_that_is_taken(self, store: Store, run: Run, tmp_path: Path):
        file = tmp_path / "questions.yaml"
        file.write_text(question_file.default().replace("minutes: 15", "minutes: 20"), "utf-8")
        assert "version 1 is already kept" in run("load-questions", str(file), ends=1).stderr

    def test_every_question_is_drawn(self, run: Run):
        drawn = run("draw-flows").output
        assert drawn.count("stateDiagram-v2") >= 2
        assert all(
            question.key.replace(".", "_") in drawn
            for question in question_file.parse(question_file.default()).questions
        )


class TestChannels:
    def test_add_rotate_reseal(self, store: Store, run: Run, environ: dict[str, str]):
        secret = {"NEW_CHANNEL_SECRET": "s3cr3t", "NEW_CHANNEL_TOKEN": "t0ken"}
        assert (
            "https://raingan.example/callback/surin" in run("add-channel", "surin", "--name", "สุรินทร์", **secret).output
        )
        run("add-channel", "surin", "--name", "สุรินทร์", ends=1, **secret)
        assert "already" in run("rotate-secret", "surin", ends=1, NEW_CHANNEL_SECRET="s3cr3t").stderr
        other = secret | {"NEW_CHANNEL_SECRET": "0th3r"}
        assert "accepted until" in run("rotate-secret", "surin", "--hours", "1", **other).output
        assert "LINE_CHANNEL_SECRET" in run("rotate-secret", "main", ends=1, **secret).stderr
        new = run("seal-key").output.strip()
        assert "1 channels" in run("reseal", RAINGAN_KEY=f"{new},{environ['RAINGAN_KEY']}").output
        assert "RAINGAN_KEY" in run("reseal", ends=1).stderr
        with store.read() as db:
            assert "s3cr3t" not in str(db.execute(select(channels)).all())

    def test_a_channel_whose_key_is_lost_starts_over(self, store: Store, run: Run):
        first = {"NEW_CHANNEL_SECRET": "s3cr3t", "NEW_CHANNEL_TOKEN": "t0ken"}
        run("add-channel", "surin", "--name", "สุรินทร์", **first)
        new = {"RAINGAN_KEY": run("seal-key").output.strip(), "NEW_CHANNEL_SECRET": "0th3r"}
        assert "opens" in run("rotate-secret", "surin", ends=1, **new).stderr
        assert "NEW_CHANNEL_TOKEN" in run("rotate-secret", "surin", "--key-is-lost", ends=2, **new).stderr
        both = new | {"NEW_CHANNEL_TOKEN": "t0ken2"}
        assert "anew" in run("rotate-secret", "surin", "--key-is-lost", **both).output
        assert "nothing is lost" in run("rotate-secret", "surin", "--key-is-lost", ends=1, **both).stderr

    def test_secrets_are_asked_for_and_not_shown(self, store: Store, environ: dict[str, str]):
        runner = CliRunner(env=environ)
        done = runner.invoke(cli, ["add-channel", "surin", "--name", "สุรินทร์"], input="s3cr3t\nt0ken\n")
        assert done.exit_code == 0
        assert "s3cr3t" not in done.output

    def test_without_a_key_nothing_is_kept(self, run: Run):
        env = {"RAINGAN_KEY": "", "NEW_CHANNEL_SECRET": "s", "NEW_CHANNEL_TOKEN": "t"}
        assert "seal-key" in run("add-channel", "surin", "--name", "ก", ends=1, **env).stderr


@pytest.mark.parametrize(
    "command",
    [
        *("list-rounds", "list-people", "list-erasures", "days-off", "meeting list"),
        *("audit", "audit --verify", "show-report --school 1"),
    ],
)
def test_a_channel_that_is_none_is_not_taken_for_an_empty_one(store: Store, run: Run, command: str):
    assert "no channel surim" in run(*command.split(), "--channel", "surim", ends=1).stderr


def test_a_database_that_does_not_exist_is_not_called_out_of_date(new_postgresql_url, run: Run):
    url = make_url(new_postgresql_url()).set(database="nowhere").render_as_string(hide_password=False)
    for command in ("migrate", "list-rounds"):
        said = run(command, ends=1, DATABASE_URL=url).stderr
        assert "does not exist" in said
        assert "python -m bot migrate" not in said


class TestReplayInbox:
    def parked(self, store: Store, *events: object) -> None:
        with store.write() as db:
            for number, event in enumerate(events):
                kept = {"channel_id": "main", "event_id": f"e{number}", "raw": event, "state": "parked", "tries": 3}
                db.execute(insert(inbox), {**kept, "received_at": common.now()})

    def states(self, store: Store) -> list[str]:
        with store.read() as db:
            return list(db.scalars(select(inbox.c.state).order_by(inbox.c.id)))

    def test_applies_what_was_parked(self, store: Store, run: Run):
        source = {"type": "user", "userId": "U" + "1" * 32}
        self.parked(store, {"type": "follow", "source": source, "timestamp": 1767579000000, "webhookEventId": "e0"})
        assert "1 applied, 0 failed" in run("replay-inbox").output
        assert self.states(store) == ["applied"]
        assert "0 applied, 0 failed" in run("replay-inbox").output

    def test_what_fails_again_stays_and_the_others_go_on(self, store, run, monkeypatch):
        def broken(event, now):
            raise RuntimeError("somebody's words")

        self.parked(store, {}, {})
        monkeypatch.setattr("bot.line.read.heard", broken)
        done = run("replay-inbox", ends=1)
        assert "0 applied, 2 failed" in done.output
        assert "somebody's words" not in done.output
        assert self.states(store) == ["parked", "parked"]

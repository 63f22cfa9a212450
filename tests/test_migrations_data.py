"""A database of the first version, with something in every table, is brought up to date: nothing is lost."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.exc import IntegrityError

from bot.line.read import by
from handlers import audit, question_file, questions
from handlers.heard import Heard, Kind
from handlers.inbox import House, receive
from handlers.kept import retry_due
from handlers.my_data import ASKED_FOR
from models import migrations
from models.store import Store
from tests.postgresql import Server

FIRST = "0001"
AT = "2026-01-05 02:10:00.000000"
BEGINS = {("outbox", "priority"): "result", ("quota", "ours"): 0}
"""What stands in a new column of an old row, where that is not nothing."""
WORDS = "นักเรียนอ่านคล่องขึ้น ป.1 ถึง ป.3 จำนวน 40 คน"
RECEIVED = {"tries": 0, "received_at": AT, "error": None, "due_at": None}
TO_SAY = {"policy": "hold", "tries": 0, "due_at": AT, "created_at": AT, "about": "null"}


def rows() -> dict[str, list[dict[str, Any]]]:
    """Return what stood in each table, in an order that foreign keys allow."""
    asked = question_file.parse(question_file.default())
    question_set = {"version": asked.version, "digest": questions.digest(asked), "created_at": AT}
    body = json.dumps(questions.to_json(asked), ensure_ascii=False)
    main = {"channel_id": "main"}
    part = main | {"answer_id": 1, "said_by": 1, "kept_at": AT, "removed_at": None}
    move = main | {"report_id": 1, "person_id": 1, "why": None, "at": AT}
    invite = main | {"role": "director", "expires_at": "2026-02-05 02:10:00.000000", "created_at": AT}
    event, said = main | RECEIVED, main | TO_SAY | {"person_id": 1, "recipient": "U1", "kind": "turn"}
    return {
        "channels": [{"id": "main", "name": "บุรีรัมย์", "created_at": AT}],
        "agencies": [main | {"name": "สพป."}, main | {"parent_id": 1, "name": "สพป.บุรีรัมย์ เขต 2"}],
        "question_sets": [main | question_set | {"body": body}],
        "rounds": [
            main
            | {"question_set_id": 1, "year": 2568, "semester": 2, "title": "รอบหนึ่ง"}
            | {"opens_at": AT, "due_on": "2026-02-04", "closed_at": None}
        ],
        "schools": [
            main | {"agency_id": 2, "code": "1031992003", "name": "บ้านสวายตัวอย่าง", "district": "กระสัง", "pupils": 168}
        ],
        "contacts": [main | {"school_id": 1, "name": "นางวารุณี ตัวอย่างทอง", "phone": "044000010"}],
        "people": [
            main
            | {"line_user_id": "U1", "heard_at": AT, "notice_version": 1, "noticed_at": AT, "guesses": 2}
            | {"created_at": AT}
        ],
        "invites": [
            invite | {"school_id": 1, "code_hash": "a" * 64, "used_by": 1, "used_at": AT},
            invite | {"agency_id": 2, "code_hash": "b" * 64},
        ],
        "memberships": [main | {"person_id": 1, "school_id": 1, "role": "director", "since": AT, "invite_id": 1}],
        "reports": [main | {"round_id": 1, "school_id": 1, "state": "draft", "created_at": AT}],
        "answers": [
            main
            | {"report_id": 1, "question": asked.questions[0].key, "revision": 2, "state": "done"}
            | {"nudged": True, "private": False}
        ],
        "parts": [
            part | {"revision": 1, "kind": "text", "text": "คำตอบเดิม", "line_message_id": "m1", "said_at": AT},
            part | {"revision": 2, "kind": "text", "text": WORDS, "line_message_id": "m2", "said_at": AT},
            part | {"revision": 2, "kind": "image", "text": None, "line_message_id": "m3", "said_at": AT},
        ],
        "media": [
            main
            | {"part_id": 3, "line_message_id": "m3", "state": "kept", "path": "main/3.jpg"}
            | {"content_type": "image/jpeg", "size": 1234, "tries": 1, "due_at": AT}
        ],
        "moves": [
            move | {"from_state": "draft", "to_state": "submitted"},
            move | {"from_state": "submitted", "to_state": "draft"},
        ],
        "places": [
            main
            | {"person_id": 1, "flow": "report", "step": "home", "school_id": 1, "report_id": 1}
            | {"memo": '{"edit": null}', "since": AT}
        ],
        "asked": [main | {"person_id": 1, "report_id": 1, "question": asked.questions[0].key, "at": AT}],
        "inbox": [
            event | {"event_id": "e1", "message_id": "m2", "raw": '{"text": "ก"}', "state": "applied"},
            event | {"event_id": "e2", "message_id": None, "raw": '{"forgotten": true}', "state": "parked"},
        ],
        "outbox": [
            said
            | {"once_key": "turn:e1", "messages": '[{"type": "text", "text": "บันทึกแล้ว"}]', "state": "sent"}
            | {"retry_key": "1", "reply_token": "t1", "token_at": AT, "sent_at": AT}
        ],
        "said": [main | {"line_message_id": "b1", "report_id": 1, "question": asked.questions[0].key}],
        "quota": [main | {"month": "2026-01", "allowed": 300, "used": 7}],
        "audit": [
            main | {"person_id": 1, "action": "invite.redeemed", "detail": '{"invite": 1}', "at": AT},
            main | {"person_id": None, "action": "round.opened", "detail": '{"round": 1}', "at": AT},
        ],
    }


@pytest.fixture
def url(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the URL of an empty database without any table."""
    if database == "sqlite":
        yield f"sqlite:///{tmp_path / 'first.db'}"
        return
    server: Server = request.getfixturevalue("postgresql")
    name = server.create("template0")
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def first(url: str) -> dict[str, list[dict[str, Any]]]:
    """Bring the database to the first version and fill every table; return what stands in it, table by table."""
    with migrations.connected(url) as db:
        command.upgrade(migrations._config(db), FIRST)
        for table, filled in rows().items():
            for row in filled:
                put(db, table, row)
        return read(db, tables(db))


def put(db: Connection, table: str, row: dict[str, Any]) -> None:
    """Insert a row; its number, where the table has one, is the next."""
    if db.dialect.name == "postgresql":  # else the moments would be taken for the server's own clock
        row = {key: f"{value}+00" if is_moment(value) else value for key, value in row.items()}
    names = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    db.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)


def is_moment(value: Any) -> bool:
    return isinstance(value, str) and value.endswith(":00.000000")


def tables(db: Connection) -> dict[str, list[str]]:
    """Return the columns of each table there is."""
    look = inspect(db)
    names = [name for name in look.get_table_names() if name != "alembic_version"]
    return {name: [column["name"] for column in look.get_columns(name)] for name in sorted(names)}


def read(db: Connection, columns: dict[str, list[str]]) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of some tables, of some columns only."""
    return {
        table: [
            dict(row._mapping)
            for row in db.execute(text(f"SELECT {', '.join(names)} FROM {table} ORDER BY {names[0]}, 2"))
        ]
        for table, names in columns.items()
    }


def columns_of(found: dict[str, list[dict[str, Any]]]) -> dict[str, list[str]]:
    return {table: list(kept[0]) for table, kept in found.items()}


def test_something_stands_in_every_table_of_the_first_version(first: dict[str, list[dict[str, Any]]]) -> None:
    assert set(first) == set(rows())
    assert all(first.values())


def test_every_row_is_as_it_was(url: str, first: dict[str, list[dict[str, Any]]]) -> None:
    migrations.upgrade(url)
    with migrations.connected(url) as db:
        assert read(db, columns_of(first)) == first
        for table, names in tables(db).items():
            new = [name for name in names if table in first and name not in first[table][0]]
            begins = {name: db.execute(text(f"SELECT {name} FROM {table}")).scalar() for name in new}
            assert begins == {name: BEGINS.get((table, name)) for name in new}
            assert table in first or db.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0
    migrations.check(url)


def test_upgrading_again_and_back_changes_nothing(url: str, first: dict[str, list[dict[str, Any]]]) -> None:
    migrations.upgrade(url)
    migrations.upgrade(url)
    with migrations.connected(url) as db:
        command.downgrade(migrations._config(db), FIRST)
    migrations.upgrade(url)
    with migrations.connected(url) as db:
        assert read(db, columns_of(first)) == first


ASKED = {
    "asks": [
        {"channel_id": "main", "report_id": 1, "school_id": 1, "agency_id": 2, "question": "six", "need": ""}
        | {
            "private": False,
            "state": "answered",
            "owner_id": 1,
            "answer": "จัดสรรให้",
            "opened_at": AT,
            "answered_at": AT,
        }
    ],
    "extension_requests": [
        {"channel_id": "main", "round_id": 1, "school_id": 1, "person_id": 1, "due_on": "2026-02-15"}
        | {"why": "น้ำท่วม", "state": "asked", "asked_at": AT}
    ],
}


def test_answers_and_reasons_stay_while_their_bubbles_come_and_go(
    url: str, first: dict[str, list[dict[str, Any]]]
) -> None:
    with migrations.connected(url) as db:
        command.upgrade(migrations._config(db), "0007")
        for table, filled in ASKED.items():
            for row in filled:
                put(db, table, row)
        known = {table: tables(db)[table] for table in (*ASKED, "channels")}
        before = read(db, known)
        command.upgrade(migrations._config(db), "0008")
        assert read(db, known) == before
        db.execute(text("UPDATE asks SET line_message_id = 'm9'"))
        put(db, "erasure_requests", {"channel_id": "main", "person_id": 1, "state": "asked", "asked_at": AT})
    with pytest.raises(IntegrityError), migrations.connected(url) as db:  # one that waits is enough
        put(db, "erasure_requests", {"channel_id": "main", "person_id": 1, "state": "asked", "asked_at": AT})
    with migrations.connected(url) as db:
        put(db, "erasure_requests", {"channel_id": "main", "person_id": 1, "state": "refused", "asked_at": AT})
        command.downgrade(migrations._config(db), "0007")
        assert read(db, known) == before
        command.upgrade(migrations._config(db), "head")
        assert read(db, known) == before
    migrations.check(url)


_REMINDED = {"channel_id": "main", "person_id": 1, "kind": "report", "at": AT, "subject": "1:1"}
REMINDED = {
    "reminders": [
        _REMINDED | {"slot": "due-7", "school_id": 1, "round_id": 1, "report_id": 1, "message": "remind:1"},
        _REMINDED | {"slot": "due-2", "school_id": 1, "round_id": 1, "message": "remind:2"},
    ],
    "reminded": [{"channel_id": "main", "person_id": 1, "at": AT, "again_at": AT}],
    "reminder_stops": [{"channel_id": "main", "person_id": 1, "round_id": 1, "at": AT}],
}
_AUDIENCE = '{"roles": ["director"], "agencies": null, "schools": []}'
_MEETING: dict[str, Any] = {
    "channel_id": "main",
    "state": "called",
    "version": 1,
    "title": "ประชุมชี้แจง",
    "urgent": False,
}
_MEETING |= {"starts_at": AT, "ends_at": AT, "audience": _AUDIENCE, "code_key": "k", "created_at": AT}
_INVITED = {"channel_id": "main", "meeting_id": 1, "invited_at": AT, "version": 1}
_WRITTEN = {
    "channel_id": "main",
    "state": "draft",
    "words": "ประชุมบ่าย",
    "audience": "{}",
    "urgent": False,
    "asked_at": AT,
}
CALLED = {
    "meetings": [_MEETING],
    "invitees": [_INVITED | {"school_id": 1, "reply": "delegate", "delegate_name": "นางสาวแทนใจ", "answered_by": 1}],
    "checkins": [
        {
            "channel_id": "main",
            "meeting_id": 1,
            "invitee_id": 1,
            "person_id": 1,
            "mode": "room",
            "at": AT,
            "late": False,
        }
    ],
    "announcements": [_WRITTEN],
    "announcement_bubbles": [{"channel_id": "main", "announcement_id": 1, "text": "ประชุมบ่าย", "at": AT}],
}


def test_the_version_before_meetings_is_carried_over_and_takes_them(
    url: str, first: dict[str, list[dict[str, Any]]]
) -> None:
    with migrations.connected(url) as db:
        command.upgrade(migrations._config(db), "0009")
        for table, filled in REMINDED.items():
            for row in filled:
                put(db, table, row)
        assert not set(CALLED) & set(tables(db))
        before = {table: kept for table, kept in read(db, tables(db)).items() if kept}
    migrations.upgrade(url)
    with migrations.connected(url) as db:
        kept = {name: [one for one in names if one in tables(db)[name]] for name, names in columns_of(before).items()}
        assert read(db, kept) == {
            name: [{one: row[one] for one in kept[name]} for row in before[name]] for name in kept
        }
        assert all(db.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0 for table in CALLED)
        for table, filled in CALLED.items():
            for row in filled:
                put(db, table, row)
    for wrong in (_INVITED, _INVITED | {"school_id": 1, "person_id": 1}, _INVITED | {"school_id": 1}):
        with pytest.raises(IntegrityError), migrations.connected(url) as db:
            put(db, "invitees", wrong)
    migrations.check(url)
    with migrations.connected(url) as db:
        command.downgrade(migrations._config(db), "0009")
        assert read(db, columns_of(before)) == before


@pytest.fixture
def store(url: str, first: dict[str, list[dict[str, Any]]]) -> Iterator[Store]:
    """Open the database once it is brought up to date."""
    migrations.upgrade(url)
    opened = Store(url)
    yield opened
    opened.dispose()


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("DELETE FROM agencies WHERE id = 2", "its schools"),
        ("DELETE FROM people", "what they said"),
        ("DELETE FROM answers", "their parts"),
        ("UPDATE answers SET kept_from = 999", "a new reference"),
        ("UPDATE memberships SET approved_by = 999", "a new reference"),
        ("UPDATE places SET report_id = 999", "an old reference"),
        ("INSERT INTO said VALUES ('main', 'b1', 1, 'x')", "its key"),
    ],
)
def test_references_still_hold(store: Store, statement: str, why: str) -> None:
    with pytest.raises(IntegrityError), store.write() as db:
        db.execute(text(statement))


def test_the_tables_of_today_can_read_it_all(store: Store) -> None:
    with store.read() as db:
        for table in migrations.tables().sorted_tables:
            assert len(db.execute(select(table)).all()) == len(rows().get(table.name, []))


def test_new_rows_get_numbers_behind_the_old_and_the_trail_goes_on(store: Store, now: datetime) -> None:
    with store.write() as db:
        audit.note(db, "main", "round.closed", now, round=1)
    with store.read() as db:
        found = audit.verify(db, "main")
    assert (found.rows, found.broken) == (3, None)


def test_a_director_goes_on_where_she_was(store: Store, now: datetime) -> None:
    numbers = count(1)

    def says(words: str) -> str:
        number = next(numbers)
        at, mark = now + timedelta(minutes=number), f"n{number}"
        heard = Heard(mark, Kind.TEXT, at, "U1", token=mark, text=words, message_id=mark, raw={"id": mark})
        with store.write() as db:
            return json.dumps([one.messages for one in receive(db, "main", heard, House("t"), at)], ensure_ascii=False)

    assert WORDS in says("สรุป")
    assert "ข้อ 1" in says("ทำต่อ")
    assert "บันทึกแล้ว" in says("ครูร่วมวง PLC เดือนละ 2 ครั้ง")
    assert all(name in says("ข้อมูลของฉัน") for name in ASKED_FOR)


def test_what_was_only_kept_when_the_old_processes_ended_is_applied(url: str) -> None:
    with migrations.connected(url) as db:
        command.upgrade(migrations._config(db), "0013")
        put(db, "channels", {"id": "main", "name": "บุรีรัมย์", "created_at": AT})
        event = {"type": "message", "message": {"type": "text", "id": "m1", "text": "สวัสดี"}, "timestamp": 1767579000000}
        event |= {"webhookEventId": "e1", "source": {"type": "user", "userId": "U1"}}
        kept = {"channel_id": "main", "event_id": "e1", "user_id": "U1", "state": "kept", "due_at": AT}
        put(db, "inbox", {"raw": json.dumps(event), "tries": 0, "received_at": AT} | kept)
    migrations.upgrade(url)
    store, now = Store(url), datetime.fromisoformat(f"{AT}+00:00") + timedelta(minutes=1)
    with store.write() as db:
        done = retry_due(db, House("test"), now, by(lambda: now))
        assert done is not None
        assert db.execute(text("SELECT state FROM inbox")).scalar() == "applied"
        assert db.execute(text("SELECT line_user_id FROM people")).scalar() == "U1"
    store.dispose()


def test_there_is_no_way_back_while_events_wait(url: str) -> None:
    migrations.upgrade(url)
    with migrations.connected(url) as db:
        put(db, "intake", {"channel_id": "main", "user_id": "U1", "raw": "{}", "received_at": AT})
    with pytest.raises(RuntimeError, match="run the worker"), migrations.connected(url) as db:
        command.downgrade(migrations._config(db), "0013")
    with migrations.connected(url) as db:
        assert db.execute(text("SELECT count(*) FROM intake")).scalar() == 1

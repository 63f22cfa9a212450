"""What the logs keep to themselves."""

import json
import logging
from typing import Any

import pytest
import structlog
from sqlalchemy.exc import IntegrityError, OperationalError

from bot import logs
from models.store import Busy

USER = "U4af4980629d94e0d8a5e1c9b07f3a211"


@pytest.fixture(autouse=True)
def _set_up() -> None:
    logs.set_up(as_json=True)


def logged(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    (line,) = capsys.readouterr().err.splitlines()
    return dict(json.loads(line))


def test_a_line_says_what_when_and_how_grave(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger().info("held", row=7, reason="no reply token")
    entry = logged(capsys)
    assert (entry["event"], entry["row"], entry["reason"], entry["level"]) == ("held", 7, "no reply token", "info")
    assert entry["timestamp"].endswith("Z")


@pytest.mark.parametrize("key", ["text", "user", "token", "messages", "name", "secret", "recipient", "raw"])
def test_what_is_private_by_its_name_is_not_shown(capsys: pytest.CaptureFixture[str], key: str) -> None:
    structlog.get_logger().info("odd", **{key: "ความลับ"})
    assert logged(capsys)[key] == "…"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (f"no profile of {USER} found", "no profile of U… found"),
        (f"/v2/bot/profile/{USER}", "/v2/bot/profile/U…"),
        ("Authorization: Bearer abcdef0123456789", "Authorization: Bearer …"),
        ("postgresql+psycopg://raingan:hunter2@db/raingan", "postgresql+psycopg://raingan:…@db/raingan"),
        ("http://u:p@db.example.org", "http://u:…@db.example.org"),
    ],
)
def test_what_is_private_by_its_look_is_not_shown(capsys: pytest.CaptureFixture[str], said: str, shown: str) -> None:
    structlog.get_logger().info(said, where=said)
    assert (lambda entry: (entry["event"], entry["where"]))(logged(capsys)) == (shown, shown)


def test_an_error_shows_its_kinds_and_places_but_not_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    def breaks(words: str) -> None:
        try:
            raise ValueError(words)
        except ValueError as error:
            raise IntegrityError("INSERT INTO parts VALUES (?)", (words,), error) from error

    try:
        breaks("ถ้อยคำของท่าน")
    except IntegrityError:
        structlog.get_logger().exception("event not applied")
    entry = logged(capsys)
    assert entry["error"] == "IntegrityError < ValueError"
    assert entry["where"][-1].startswith("tests/test_logs.py:")
    assert "ถ้อยคำ" not in str(entry)


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (Busy("another process writes"), "Busy(another process writes)"),
        (OperationalError("SELECT 'ถ้อยคำ'", {}, Exception("no such table")), "OperationalError(no such table)"),
    ],
)
def test_errors_of_the_machinery_show_their_message(
    capsys: pytest.CaptureFixture[str], error: Exception, shown: str
) -> None:
    structlog.get_logger().warning("database out of reach", exc_info=error)
    entry = logged(capsys)
    assert entry["error"] == shown
    assert "ถ้อยคำ" not in str(entry)


def test_libraries_keep_quiet_about_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise ValueError("ถ้อยคำของท่าน")
    except ValueError:
        logging.getLogger("a.library").exception("trouble with %s", USER)
    entry = logged(capsys)
    assert (entry["event"], entry["error"], entry["logger"]) == ("trouble with U…", "ValueError", "a.library")
    assert "ถ้อยคำ" not in str(entry)

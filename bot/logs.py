"""Logs: what happened, to which row, and never who or what was said.

No names, no LINE ids, no words, no secrets: a log travels further than the database does.
"""

import io
import logging
import re
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any, TextIO, cast

import structlog
from sqlalchemy.exc import OperationalError

from models.store import Busy

_PRIVATE = frozenset(
    {
        *("authorization", "password", "secret", "signature", "reply_token", "token", "code"),
        *("body", "data", "message", "messages", "raw", "text", "words"),
        *("display_name", "name", "phone", "recipient", "to", "url", "user", "user_id"),
    }
)
_LINE_ID = re.compile(r"\b([UCR])[0-9a-f]{32}\b")
_SECRET = re.compile(r"(?i)(bearer\s+)\S+|(://[^:/@\s]*:)[^@\s]+(?=@)")
_SHORTEST = 24
"""Characters; nothing shorter holds a LINE id, a bearer token or an address with a password."""
_HOUSE = Path(__file__).parent.parent
_FRAMES = 12

Entry = MutableMapping[str, Any]


class _Stderr(io.TextIOBase):
    """Standard error as it is at the moment of writing: servers and tests put another in its place."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


_STDERR = _Stderr()
_HANDLER = logging.StreamHandler(_STDERR)


def set_up(*, as_json: bool, level: int = logging.INFO) -> None:
    """Send all logs, the libraries' as well, to standard error, one line each.

    as_json: for machines that collect them; otherwise for eyes.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.add_log_level,
        _without_words,
        _scrubbed,
    ]
    shown = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, shown],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, _STDERR)),
        cache_logger_on_first_use=True,
    )
    _HANDLER.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, shown],
            keep_exc_info=False,
        )
    )
    logging.root.setLevel(level)
    if _HANDLER not in logging.root.handlers:
        logging.root.addHandler(_HANDLER)
    for talkative in ("apscheduler", "urllib3"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


def _without_words(logger: Any, method: str, entry: Entry) -> Entry:
    """Replace an exception by its types and places: its message may hold what somebody wrote."""
    found = entry.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        entry["error"] = " < ".join(_names(error))
        entry["where"] = [*_places(error)][-_FRAMES:]
    return entry


def _names(error: BaseException | None) -> Iterator[str]:
    while error is not None:
        yield f"{type(error).__name__}{_harmless(error)}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _harmless(error: BaseException) -> str:
    """Return the message of errors that speak of the machinery only."""
    if isinstance(error, OperationalError):
        return f"({str(error.orig).splitlines()[0] if str(error.orig) else ''})"
    return f"({error})" if isinstance(error, Busy) else ""


def _places(error: BaseException) -> Iterator[str]:
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        shown = path.relative_to(_HOUSE) if path.is_relative_to(_HOUSE) else Path(*path.parts[-2:])
        yield f"{shown}:{frame.lineno} {frame.name}"


def _scrubbed(logger: Any, method: str, entry: Entry) -> Entry:
    for key in _PRIVATE.intersection(entry):
        entry[key] = "…"
    for key, value in entry.items():
        if isinstance(value, str) and len(value) >= _SHORTEST:
            entry[key] = _SECRET.sub(r"\1\2…", _LINE_ID.sub(r"\1…", value))
    return entry

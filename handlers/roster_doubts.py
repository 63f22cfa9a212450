"""What a roster leaves in doubt about schools that are known: is one closed, is an empty cell meant to be empty?"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from handlers.roster_carried import listed
from handlers.roster_values import DIRECTOR, PHONE, PUPILS, Asking, Choice, Entry, Question, question_id
from handlers.texts import say

CLOSED, OPEN = "closed", "open"
_KEEP, _CLEAR, _EACH = "keep", "clear", "each"
_FIELDS = {PUPILS: "pupils", DIRECTOR: "director", PHONE: "phone"}
_FEWEST = 2


def states(
    entries: Iterable[Entry], known: Mapping[str, Any], marked: Mapping[int, str], asking: Asking
) -> dict[str, str | None]:
    """Tell by code which schools are open and which closed; None where that is asked.

    marked: what a row says of a close. A row that says so of a school not known to be closed is asked about, and so is
    one that says nothing of a school that is.
    """
    return {one.code: _state(one, known.get(one.code), marked.get(one.row), asking) for one in entries}


def _state(entry: Entry, known: Any, marked: str | None, asking: Asking) -> str | None:
    is_closed = known is not None and known.closed_at is not None
    if is_closed == bool(marked):
        return CLOSED if is_closed else OPEN
    key = "roster.is_closed" if marked else "roster.is_open_again"
    said = say(key, n=entry.row, code=entry.code, name=entry.name, text=marked or "")
    choices = (Choice(CLOSED, say("roster.closed")), Choice(OPEN, say("roster.open")))
    return asking.ask(Question(question_id("closed", entry.code, marked or "", is_closed), said, choices, (entry.row,)))


def emptied(entries: Sequence[Entry], known: Mapping[str, Any], asking: Asking) -> set[tuple[str, str]]:
    """Return what is to be cleared, by code and column: what is known, and left empty by a file that has the column.

    Asked once a column, and one by one where that is the answer; nothing is cleared unasked.
    """
    found: set[tuple[str, str]] = set()
    for column, field in _FIELDS.items():
        empty = [one for one in entries if getattr(one, field) is None and _is_known(known.get(one.code), one, column)]
        if empty and any(getattr(one, field) is not None for one in entries):
            found |= {(one.code, column) for one in _cleared(empty, column, known, asking)}
    return found


def _is_known(known: Any, entry: Entry, column: str) -> bool:
    """Tell whether there is something to be cleared. Another director's telephone goes with that director anyway."""
    if known is None or getattr(known, _FIELDS[column]) is None:
        return False
    return column != PHONE or entry.director in (None, known.director)


def _cleared(empty: Sequence[Entry], column: str, known: Mapping[str, Any], asking: Asking) -> list[Entry]:
    rows = tuple(one.row for one in empty)
    about = question_id("empty", column, *(f"{one.code}|{_was(known, one, column)}" for one in empty))
    said = say("roster.emptied", column=column, rows=listed(rows), first=_said(empty[0], column, known))
    keep, clear = Choice(_KEEP, say("roster.keep_values")), Choice(_CLEAR, say("roster.clear_values"))
    each = (Choice(_EACH, say("roster.each")),) if len(empty) >= _FEWEST else ()
    answer = asking.ask(Question(about, said, (keep, clear, *each), rows))
    if answer == _EACH:
        return [one for one in empty if _is_cleared(one, column, known, asking)]
    return list(empty) if answer == _CLEAR else []


def _is_cleared(entry: Entry, column: str, known: Mapping[str, Any], asking: Asking) -> bool:
    about = question_id("empty", entry.code, column, _was(known, entry, column))
    said = say("roster.emptied", column=column, rows=entry.row, first=_said(entry, column, known))
    choices = (Choice(_KEEP, say("roster.keep_values")), Choice(_CLEAR, say("roster.clear_values")))
    return asking.ask(Question(about, said, choices, (entry.row,))) == _CLEAR


def _was(known: Mapping[str, Any], entry: Entry, column: str) -> str:
    return str(getattr(known[entry.code], _FIELDS[column]))


def _said(entry: Entry, column: str, known: Mapping[str, Any]) -> str:
    return f"{entry.code} {entry.name}: {_was(known, entry, column)}"

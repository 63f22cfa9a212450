"""Where one stands while a meeting is answered: the talk before is remembered, and gone back to."""

from datetime import datetime
from typing import Any

from handlers.flows.invited import FLOW, MEETING
from handlers.flows.report import SURE
from handlers.standing import HOME, Place
from handlers.talk import Talk, Turn

_BEFORE = "before"


def stands_here(talk: Talk) -> bool:
    """Tell whether something about a meeting is asked, and was before this was said."""
    since = talk.place.since
    if talk.place.flow != FLOW or MEETING.step(talk.place.step) is None or since is None:
        return False
    return since <= talk.heard.at and not talk.lapsed


def ask(talk: Talk, step: str, **memo: Any) -> None:
    """Stand at a step of answering a meeting; where one stood before is remembered."""
    before = talk.place.memo.get(_BEFORE) if talk.place.flow == FLOW else _packed(talk.place)
    talk.place = Place(FLOW, step, None, None, {_BEFORE: before, **memo}, talk.heard.at)
    talk.moved = True


def flow_before(talk: Talk) -> str:
    """Return the flow in which one stood before a meeting was asked about."""
    packed = talk.place.memo.get(_BEFORE) if talk.place.flow == FLOW else None
    return str(packed[0]) if packed else talk.place.flow


def leave(talk: Talk) -> None:
    """Go back to where one stood before; nothing where one does not stand here, or for what comes late."""
    if talk.place.flow != FLOW or talk.late:
        return
    packed = talk.place.memo.get(_BEFORE) or ["report", HOME, None, None, {}, None]
    talk.place = _unpacked(packed)
    talk.moved = True
    talk.forget_report()


def leave_meeting(talk: Talk) -> Turn:
    """Go back to where one stood before without a word: what was said belongs there."""
    leave(talk)
    return Turn(())


def _packed(place: Place) -> list[Any]:
    since = place.since.isoformat() if place.since else None
    return [place.flow, HOME if place.step in SURE else place.step, place.school, place.report, place.memo, since]


def _unpacked(packed: list[Any]) -> Place:
    flow, step, school, report, memo, since = packed
    return Place(flow, step, school, report, memo, datetime.fromisoformat(since) if since else None)

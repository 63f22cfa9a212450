"""Verbs of the province's coordinator that change a round: move its due date on, close it."""

from datetime import date
from typing import Any

from handlers import rounds, rounds_changes, rounds_numbers
from handlers.flows.rounds import CLOSE_SURE, MOVE_SURE, MOVED
from handlers.messages.values import Say
from handlers.picking_days import day_choices, day_trouble, heard_day, likely_of
from handlers.rounds import BadRound, Round
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.thai import day, today
from handlers.verbs.rounds import (
    FLOW,
    button,
    is_old,
    may_change,
    not_now,
    refuse,
    round_button_is_old,
    stopped,
    sure,
    why_bad,
)


def _named(talk: Talk) -> Round | None:
    """Return the round meant: the one of a draft, the running one, else the next to come."""
    known = [one for one in rounds.listed(talk.db, talk.channel) if not one.is_closed(talk.now)]
    number = (talk.place.memo.get("draft") or {}).get("round")
    running = rounds.current_round(talk.db, talk.channel, talk.now)
    return next((one for one in known if one.id == number), None) or running or next(iter(known), None)


def begin_moving_round(talk: Talk) -> Turn:
    """Begin to move a round's due date on."""
    if not may_change(talk):
        return refuse(talk)
    talk.place.memo.pop("draft", None)
    one = _named(talk)
    return _ask_moved(talk, {"round": one.id}) if one else stopped(talk, say("rounds.none_open"))


def _ask_moved(talk: Talk, draft: dict[str, Any], lead: str = "", likely: tuple[date, ...] = ()) -> Turn:
    one = _named(talk)
    if one is None:
        return stopped(talk, say("rounds.none_open"))
    mark = rounds_numbers.mark(talk.now)
    talk.stand_at(FLOW, MOVED, draft=draft, mark=mark)
    words = say("rounds.ask_moved", title=one.title, due=day(one.due_on))
    days = likely or rounds_numbers.later(max(one.due_on, today(talk.now)))
    choices = day_choices(talk, "round_day", mark, days, first=max(one.due_on, today(talk.now)))
    return turn(Say("\n\n".join(filter(None, (lead, words))), (*choices, button("cancel"))))


def take_new_due(talk: Talk) -> Turn:
    """Take the day to which the due date shall move; one that does not fit is asked for again."""
    if is_old(talk):
        return round_button_is_old(talk)
    draft, one = dict(talk.place.memo.get("draft") or {}), _named(talk)
    found = heard_day(talk, since=one.due_on if one else None)
    if found.day is None:
        return _ask_moved(talk, draft, day_trouble(found), tuple(likely_of(found)))
    return _preview_move(talk, draft, found.day)


def _preview_move(talk: Talk, draft: dict[str, Any], due: date) -> Turn:
    one = _named(talk)
    if one is None:
        return stopped(talk, say("rounds.none_open"))
    try:
        longer = rounds_changes.extended(talk.db, talk.channel, one.id, due, talk.now)
    except BadRound as bad:
        return _ask_moved(talk, draft, why_bad(bad))
    sent, of = rounds_numbers.sent(talk.db, talk.channel, one.id, None, talk.now)
    words = say("rounds.move_sure", title=one.title, was=day(one.due_on), due=day(longer.due_on), left=of - sent, of=of)
    return sure(talk, MOVE_SURE, {"round": one.id, "to": due.isoformat()}, words, "label.move_now")


def move_round(talk: Talk) -> Turn:
    """Move the due date on as it was shown."""
    draft = dict(talk.place.memo.get("draft") or {})
    refused = not_now(talk)
    if refused is not None:
        return refused
    try:
        due = date.fromisoformat(draft["to"])
        moved = rounds_changes.extend(talk.db, talk.channel, draft["round"], due, talk.now, by=talk.person.id)
    except BadRound as bad:
        return stopped(talk, why_bad(bad))
    return stopped(talk, say("rounds.moved", title=moved.title, due=day(moved.due_on)))


def ask_close_round(talk: Talk) -> Turn:
    """Ask before a round is closed; say how many have not sent their report."""
    if not may_change(talk):
        return refuse(talk)
    talk.place.memo.pop("draft", None)
    one = _named(talk)
    if one is None:
        return stopped(talk, say("rounds.none_open"))
    sent, of = rounds_numbers.sent(talk.db, talk.channel, one.id, None, talk.now)
    words = say("rounds.close_sure", title=one.title, due=day(one.due_on), left=of - sent, of=of)
    return sure(talk, CLOSE_SURE, {"round": one.id}, words, "label.close_now")


def close_round(talk: Talk) -> Turn:
    """Close the round that was shown."""
    draft = dict(talk.place.memo.get("draft") or {})
    refused = not_now(talk)
    if refused is not None:
        return refused
    try:
        closed = rounds_changes.close(talk.db, talk.channel, draft["round"], talk.now, by=talk.person.id)
    except BadRound as bad:
        return stopped(talk, why_bad(bad))
    return stopped(talk, say("rounds.closed_now", title=closed.title))

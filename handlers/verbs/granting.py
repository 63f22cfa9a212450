"""Verbs of a coordinator who gives one school more time without having been asked: "ให้เลื่อน บ้านสมมติ 15 ก.พ."."""

from datetime import date

from handlers import agencies, audit, extensions, rounds
from handlers.flows.rounds import GRANT_SURE
from handlers.messages.values import Choice, Say
from handlers.picking_days import day_trouble
from handlers.rounds import BadRound
from handlers.talk import Talk, Turn, turn
from handlers.telling import of_school, tell
from handlers.texts import say
from handlers.thai import day
from handlers.verbs.rounds import button, is_old, round_button_is_old, stopped, sure, why_bad
from handlers.when import find

SHOWN = 5
"""Schools of one name that are told apart."""


def ask_grant(talk: Talk, words: str) -> Turn:
    """Show what more time a school named in words would get, before it gets it."""
    running = rounds.current_round(talk.db, talk.channel, talk.now)
    if running is None:
        return turn(Say(say("rounds.none_open"), _choices()))
    found, name = find(words, talk.now, since=running.due_on)
    if found.day is None:
        return turn(Say(f"{day_trouble(found)}\n{say('extending.named_how')}", _choices()))
    schools = extensions.named(talk.db, talk.channel, agencies.reach(talk.db, talk.channel, talk.stand.agency_id), name)
    if len(schools) != 1:
        return _which(schools)
    (one,) = schools
    try:
        was = extensions.check(talk.db, talk.channel, running.id, one.id, found.day, talk.now)
    except BadRound as bad:
        return turn(Say(why_bad(bad), _choices()))
    draft = {"round": running.id, "school": one.id, "name": one.name, "to": found.day.isoformat()}
    known = {"school": one.name, "district": one.district, "was": day(was), "due": day(found.day)}
    return sure(talk, GRANT_SURE, draft, say("extending.named_sure", **known), "label.grant_wish")


def _which(schools: list[extensions.School]) -> Turn:
    if not schools:
        return turn(Say(f"{say('extending.no_school')}\n{say('extending.named_how')}", _choices()))
    names = "\n".join(say("joining.place", school=one.name, district=one.district) for one in schools[:SHOWN])
    return turn(Say(say("extending.several_schools", names=names), _choices()))


def _choices() -> tuple[Choice, ...]:
    return button("wishes"), button("desk")


def grant_now(talk: Talk) -> Turn:
    """Give the school that was shown more time, and tell it."""
    memo = talk.place.memo
    draft = dict(memo.get("draft") or {})
    if is_old(talk):
        return round_button_is_old(talk)
    if talk.lapsed:
        return sure(talk, GRANT_SURE, draft, memo["asked"], memo["label"])
    within = agencies.reach(talk.db, talk.channel, talk.stand.agency_id)
    if not extensions.is_within(talk.db, talk.channel, within, draft["school"]):
        audit.note(talk.db, talk.channel, "tap.refused", talk.now, person=talk.person.id, why="grant")
        return stopped(talk, say("bad_round.unknown"))
    due, known = date.fromisoformat(draft["to"]), {"school": draft["name"]}
    try:
        extensions.grant(talk.db, talk.channel, draft["round"], draft["school"], due, talk.now, by=talk.person.id)
    except BadRound as bad:
        return stopped(talk, why_bad(bad))
    words = Say(say("extending.told_granted", due=day(due), **known))
    for person in of_school(talk.db, talk.channel, draft["school"], talk.now):
        tell(talk.db, talk.channel, person, words, once=f"more_time:{draft['round']}:{due}", now=talk.now)
    return stopped(talk, say("extending.granted", due=day(due), **known))

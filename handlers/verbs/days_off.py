"""Verbs of the province's own days off, and of the schools that should be called."""

from datetime import date

from handlers import agencies, audit, reminders, reminders_calls, rounds, rounds_numbers, when, working_days
from handlers.flows.days_off import DAY_OFF, DAY_OFF_SURE
from handlers.heard import Kind
from handlers.messages.values import Choice, Say
from handlers.picking_days import day_choices, day_trouble, heard_day, likely_of
from handlers.standing import HOME
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.thai import day, today
from handlers.verbs.listing import desk
from handlers.verbs.rounds import FLOW, button, is_old, may_change, round_button_is_old, sure
from handlers.when import Read, Trouble
from handlers.words import order
from handlers.working_days import BadDay

SHOWN = 20
ALL_CALLS = 200
"""Schools in the list that was asked for."""


def show_days_off(talk: Talk) -> Turn:
    """Show the days off that the province has added, from today on, and the next usual one."""
    return turn(Say(_list(talk), _choices(talk)))


def _list(talk: Talk) -> str:
    days, now = working_days.of(talk.db, talk.channel), today(talk.now)
    talk.stand_at(FLOW, HOME)
    ahead = [(one, name) for one, name in days.special.items() if one >= now][:SHOWN]
    lines = [say("day_off.line", day=day(one), name=name) for one, name in ahead] or [say("day_off.none")]
    coming = days.next_holiday(now)
    usual = [say("day_off.upcoming", day=day(coming[0]), name=coming[1])] if coming else []
    typed = [say("day_off.typed")] if may_change(talk) else []
    return "\n\n".join([say("day_off.title"), "\n".join(lines), *usual, *typed])


def _choices(talk: Talk) -> tuple[Choice, ...]:
    return ((button("day_off_add"),) if may_change(talk) else ()) + (desk(),)


def _refuse(talk: Talk) -> Turn:
    """Refuse a coordinator of an agency: the days are the whole province's."""
    audit.note(talk.db, talk.channel, "day_off.refused", talk.now, person=talk.person.id)
    return turn(Say(say("day_off.province_only"), (button("days_off"), desk())))


def begin_day_off(talk: Talk) -> Turn:
    """Begin to add a day off; the day and its name may have come with the words."""
    if not may_change(talk):
        return _refuse(talk)
    found, name = _said(talk)
    if found.day is not None:
        return _preview(talk, found.day, name)
    trouble = found.trouble not in (None, Trouble.NOTHING, Trouble.EVENT)
    return _ask(talk, day_trouble(found) if trouble else "", likely_of(found))


def _said(talk: Talk) -> tuple[Read, str]:
    """Return the day that was said with an order, and the words beside it."""
    if talk.heard.kind != Kind.TEXT:
        return when.NOTHING, ""
    found, rest = when.find(talk.heard.text, talk.now)
    known = order(rest)
    return found, known.rest if known is not None else rest


def _ask(talk: Talk, lead: str = "", likely: list[date] | None = None) -> Turn:
    mark = rounds_numbers.mark(talk.now)
    talk.stand_at(FLOW, DAY_OFF, mark=mark)
    choices = (*day_choices(talk, "day_off_day", mark, likely or ()), button("cancel"))
    return turn(Say("\n\n".join(filter(None, (lead, say("day_off.ask")))), choices))


def take_day_off(talk: Talk) -> Turn:
    """Take the day that was asked for."""
    if is_old(talk):
        return round_button_is_old(talk)
    found = heard_day(talk)
    if found.day is None:
        return _ask(talk, day_trouble(found), likely_of(found))
    return _preview(talk, found.day, _said(talk)[1])


def _preview(talk: Talk, chosen: date, name: str) -> Turn:
    """Say the day back with its weekday and Buddhist year, and ask for the last word."""
    try:
        working_days.check(talk.db, talk.channel, chosen, talk.now)
    except BadDay as bad:
        return _ask(talk, _why(talk, bad))
    name = name or say("day_off.unnamed")
    words = say("day_off.sure", day=day(chosen), name=name)
    return sure(talk, DAY_OFF_SURE, {"day": chosen.isoformat(), "name": name}, words, "label.add_day_off")


def _why(talk: Talk, bad: BadDay) -> str:
    if bad.reason != "off":
        return say("day_off.past" if bad.reason == "past" else "day_off.far", day=day(bad.day))
    name = working_days.of(talk.db, talk.channel).name(bad.day) or say("day_off.weekend")
    return say("day_off.already", day=day(bad.day), name=name)


def add_day_off(talk: Talk) -> Turn:
    """Add the day that was shown."""
    draft = talk.place.memo.get("draft") or {}
    if not may_change(talk):
        return _refuse(talk)
    if is_old(talk):
        return round_button_is_old(talk)
    chosen, name = date.fromisoformat(draft["day"]), draft["name"]
    if talk.lapsed:
        return _preview(talk, chosen, name)
    talk.stand_at(FLOW, HOME)
    try:
        working_days.add(talk.db, talk.channel, chosen, name, talk.now, by=talk.person.id)
    except BadDay as bad:  # another was faster, or the night has passed
        return turn(Say(_why(talk, bad), (button("days_off"), desk())))
    return turn(Say(say("day_off.added", day=day(chosen), name=name), (button("days_off"), desk())))


def remove_day_off(talk: Talk) -> Turn:
    """Let the day that was said be a working day again; without one, show the list."""
    if not may_change(talk):
        return _refuse(talk)
    found, _ = _said(talk)
    if found.day is None:
        return turn(Say(f"{_list(talk)}\n\n{say('day_off.ask_remove')}", _choices(talk)))
    done = working_days.remove(talk.db, talk.channel, found.day, talk.now, by=talk.person.id)
    words = say("day_off.removed" if done else "day_off.not_added", day=day(found.day))
    return turn(Say(words, (button("days_off"), desk())))


# Schools to call --------------------------------------------------------------------------------------------------


def show_calls(talk: Talk) -> Turn:
    """Show the schools of one's own agencies that should be called, to an agency's coordinator with the numbers."""
    talk.stand_at(FLOW, HOME)
    running = rounds.current_round(talk.db, talk.channel, talk.now)
    days = working_days.of(talk.db, talk.channel)
    quiet = reminders.quiet_at(talk.channel, days, talk.now)
    within = agencies.reach(talk.db, talk.channel, talk.stand.agency_id)
    calls = reminders_calls.late(talk.db, quiet, running) if running else []
    calls = [call for call in calls if within is None or call.agency in within]
    if not calls or running is None:
        return turn(Say(say("remind.call_none"), (desk(),)))
    phones = talk.stand.agency_id is not None
    audit.note(
        talk.db, talk.channel, "calls.viewed", talk.now, person=talk.person.id, schools=len(calls), phones=phones
    )
    told = reminders_calls.message(calls, running.title, phones=phones, shown=ALL_CALLS)
    return turn(Say(told.text, (desk(),)))

"""Verbs about reminders: "remind me then" in words or by a button, "do not remind me", "I have a problem"."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from handlers import reminders_quiet, reviews, tickets, when, working_days
from handlers.flows.report import REMIND_AGAIN, REMIND_WHEN
from handlers.heard import Kind
from handlers.messages.values import Act, Choice, Say
from handlers.picking_days import day_trouble
from handlers.reports import WRITABLE
from handlers.talk import Talk, Turn, turn
from handlers.telling import tell
from handlers.texts import say
from handlers.thai import BANGKOK, clock, day, moment, today
from handlers.tickets import SOON
from handlers.verbs.answering import keep_or_pause
from handlers.verbs.filing import chat_or_offer
from handlers.verbs.tickets import END
from handlers.when import NOTHING, Read, Trouble
from handlers.working_days import Days
from models.people import Role

FARTHEST = timedelta(days=366)
"""Nobody is reminded later than this."""
FRESH = timedelta(minutes=10)
"""For so long "no" means the moment that was just said back."""
OLD = timedelta(days=7)
"""After this a button of a reminder does nothing but say so."""


# Remind me then ---------------------------------------------------------------------------------------------------


def snooze(talk: Talk) -> Turn:
    """Set a reminder for the moment that was typed or tapped, and say which was understood; ask where it is unclear."""
    if talk.heard.kind != Kind.POSTBACK:
        return _take(talk, when.read(talk.heard.text, talk.now))
    value = talk.act.value if talk.act and talk.act.value else ""
    if "T" in value:
        return _take(talk, _tapped(value))
    if _is_old(talk):
        return _back(talk, say("snooze.old_button"))
    return _take(talk, when.read(say("label.snooze"), talk.now))


def _tapped(value: str) -> Read:
    """Return the moment of a button, which anybody can make by hand."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return NOTHING
    return Read(at.date(), at.time().replace(tzinfo=None))


def _is_old(talk: Talk) -> bool:
    """Tell whether a reminder's button was shown too long ago to mean anything now."""
    if talk.heard.kind != Kind.POSTBACK:
        return False
    try:
        shown = date.fromisoformat(talk.act.value if talk.act and talk.act.value else "")
    except ValueError:
        return True
    return not timedelta() <= today(talk.now) - shown <= OLD


def take_remind_when(talk: Talk) -> Turn:
    """Take the moment that was asked for."""
    return _take(talk, when.find(talk.heard.text, talk.now)[0] if talk.heard.kind == Kind.TEXT else NOTHING)


def keep_or_snooze(talk: Talk) -> Turn:
    """Set a reminder where words can hardly be an answer; else keep them as one, and offer the reminder."""
    if talk.understood.sure or talk.heard.kind == Kind.POSTBACK:
        return snooze(talk)
    found, kept = when.read(talk.heard.text, talk.now), keep_or_pause(talk)
    first = kept.said[0] if kept.said else None
    if not isinstance(first, Say):
        return kept
    likely = [at for one in (found, *found.options) if (at := one.moment(talk.now)) is not None and at > talk.now]
    lines = [first.text, say("snooze.meant", moments=_named(likely)) if likely else ""]
    lines += [day_trouble(found)] if found.trouble == Trouble.UNREAL else []
    several = len(likely) > 1
    offers = [_offer(_short(at) if several else say("label.remind_then"), at) for at in likely]
    more = replace(first, text="\n".join(filter(None, lines)), choices=(*first.choices, *offers))
    return replace(kept, said=(more, *kept.said[1:]))


def _offer(label: str, at: datetime) -> Choice:
    return Choice(label, Act(REMIND_AGAIN, value=f"{at:%Y-%m-%dT%H:%M}"), word=moment(at))


def _named(likely: Sequence[datetime]) -> str:
    return f" {say('when.or')} ".join(moment(at) for at in likely)


def drop_remind(talk: Talk) -> Turn:
    """Set no reminder."""
    return _back(talk, say("snooze.not_set"))


def _take(talk: Talk, found: Read) -> Turn:
    open_rounds = rounds_open(talk)
    if not open_rounds:
        return _back(talk, say("snooze.nothing_open"))
    at = found.moment(talk.now)
    if at is None:
        return _ask(talk, found)
    if at <= talk.now:
        return _ask_again(talk, say("snooze.passed"))
    if at > talk.now + FARTHEST:
        return _ask_again(talk, say("snooze.far", moment=moment(at)))
    days = working_days.of(talk.db, talk.channel)
    comes = days.polite(at)
    before, stops = (
        reminders_quiet.asked_for(talk.db, talk.person.id),
        reminders_quiet.stops_of(talk.db, talk.person.id),
    )
    reminders_quiet.remind_at(talk.db, talk.channel, talk.person.id, open_rounds, comes, talk.now)
    echoed = _back(talk, "\n".join(_echo(talk, at, comes, days)), stop=True)
    if talk.stand.may_write:
        known = {"at": talk.heard.at.isoformat(), "before": before.isoformat() if before else None, "stops": stops}
        talk.go_home(snoozed=known)
    return echoed


def not_then(talk: Talk) -> Turn:
    """Take "no" right after a moment was said back: what was set before holds again, and the moment is asked for."""
    known = talk.place.memo.get("snoozed")
    if known is None or talk.heard.at - datetime.fromisoformat(known["at"]) > FRESH:
        return chat_or_offer(talk)
    before = datetime.fromisoformat(known["before"]) if known["before"] else None
    reminders_quiet.put_back(talk.db, talk.channel, talk.person.id, before, known["stops"], talk.now)
    return _ask_again(talk, say("snooze.undone"))


def _echo(talk: Talk, asked: datetime, comes: datetime, days: Days) -> list[str]:
    """Return what was understood: the moment with weekday and Buddhist year, whether it was moved, what it is after."""
    lines = [say("snooze.set", moment=moment(comes))]
    if comes != asked:
        lines = [say("snooze.moved", asked=moment(asked), why=_why(asked, days), moment=moment(comes))]
    mine = [one.due_on for one in talk.standings if one.may_write and one.state in _IN_HAND]
    due = min(filter(None, mine), default=None)
    if due is not None and today(comes) > due:
        lines.append(say("snooze.after_due", due=day(due)))
    return [*lines, say("snooze.change" if talk.stand.may_write else "snooze.change_review")]


_IN_HAND = (None, *WRITABLE)


def _why(asked: datetime, days: Days) -> str:
    """Return why nothing is said at a moment."""
    when_asked = today(asked)
    if not days.works(when_asked):
        return days.name(when_asked) or say("snooze.why_weekend")
    return say("snooze.why_hours")


def _ask(talk: Talk, found: Read) -> Turn:
    """Ask for the moment; where it may be one of several, these are buttons."""
    likely = [at for one in found.options if (at := one.moment(talk.now)) is not None and at > talk.now]
    if likely:
        return _ask_again(talk, say("snooze.which", moments=_named(likely)), likely)
    return _ask_again(talk, "" if found.trouble == Trouble.NOTHING else day_trouble(found))


def _ask_again(talk: Talk, lead: str, likely: Sequence[datetime] = ()) -> Turn:
    choices = [_offer(_short(at), at) for at in likely]
    if talk.stand.may_write:
        talk.go(REMIND_WHEN)
        choices.append(Choice(say("label.no_remind"), Act("cancel")))
    return turn(Say("\n\n".join(filter(None, (lead, say("snooze.ask")))), tuple(choices)))


def _short(at: datetime) -> str:
    """Return a moment that fits a button: without its year."""
    here = at.astimezone(BANGKOK)
    return f"{day(here.date()).rsplit(' ', 1)[0]} {clock(here)}"


def rounds_open(talk: Talk) -> set[int]:
    """Return the rounds in which something is open for this person: to write, to send, to verify."""
    found = {one.round for one in talk.standings if one.may_write and one.state in _IN_HAND}
    for one in talk.standings:
        if one.role == Role.VERIFIER:
            view = reviews.scope(talk.db, talk.channel, talk.person.id, one.agency_id, talk.now)
            found |= {case.round for case in reviews.queue(talk.db, view)}
    return {number for number in found if number is not None}


def _back(talk: Talk, words: str, *, stop: bool = False) -> Turn:
    """Say words at rest, with the ways on. stop: among them the one to leave it."""
    writes = talk.stand.may_write
    if writes:
        talk.go_home()
    on = Choice(say("label.resume"), Act("report")) if writes else Choice(say("label.queue"), Act("queue"))
    more = (Choice(say("label.stop_reminders"), _today(talk, "stop_reminders")),) if stop else ()
    return turn(Say(words, (on, *more)))


def _today(talk: Talk, do: str) -> Act:
    return Act(do, value=today(talk.now).isoformat())


# Do not remind me -------------------------------------------------------------------------------------------------


def stop_reminding(talk: Talk) -> Turn:
    """Remind this person no more in the rounds in which something is open."""
    if _is_old(talk):
        return _back(talk, say("snooze.old_button"))
    reminders_quiet.stop(talk.db, talk.channel, talk.person.id, rounds_open(talk), talk.now)
    return _back(talk, say("snooze.stopped"))


# I have a problem -------------------------------------------------------------------------------------------------


def tell_problem(talk: Talk) -> Turn:
    """Hand a problem to the coordinators, open a talk with them, and remind no more until it is dealt with."""
    at = talk.stand
    if _is_old(talk):
        return _back(talk, say("snooze.old_button"))
    officers = tickets.officers(talk.db, talk.channel, at.agency_id, talk.now) if at.agency_id is not None else []
    officers = [one for one in officers if one != talk.person.id]
    if at.agency_id is None or not officers:
        return _back(talk, say("problem.nobody", agency=at.agency))
    person, said_at = talk.person.id, talk.heard.at
    ticket = tickets.begin(talk.db, talk.channel, person, at.school, at.agency_id, said_at)
    tickets.add(talk.db, talk.channel, ticket, person, say("problem.words", title=at.title), None, said_at)
    reminders_quiet.stop(talk.db, talk.channel, person, rounds_open(talk), talk.now, ticket=ticket.id)
    told = Say(say("problem.told", school=at.school_name), (Choice(say("label.tickets"), Act("tickets")),))
    for officer in officers:
        tell(talk.db, talk.channel, officer, told, once=f"talk:{ticket.id}:first", now=talk.now, patience=SOON)
    words = say("problem.opened", agency=at.agency, school=at.school_name)
    return turn(Say(words, (Choice(say("label.end_talk"), Act(END)),)))

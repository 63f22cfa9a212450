"""Verbs of a nudge: see the very words, whom they reach and what that costs; then send them, once."""

from handlers import audit, budget, channels, digests, nudges, when, working_days
from handlers.digests import Snapshot
from handlers.flows.digests import NUDGE
from handlers.messages.values import Act, Choice, Say
from handlers.nudges import Nudge, Recipients
from handlers.standing import HOME
from handlers.talk import LAPSE, Talk, Turn, turn
from handlers.texts import say
from handlers.thai import moment
from handlers.verbs.digests import choice, reaches, scope_meant, tapped
from handlers.verbs.listing import desk
from handlers.verbs.reminders import snooze
from models.outbox import Priority
from models.people import Role


def prepare_nudge(talk: Talk) -> Turn:
    """Show what a nudge to the schools that have not sent would say, to how many, and what it would cost."""
    if _is_of_oneself(talk):
        return snooze(talk)
    known = _known(talk)
    if isinstance(known, Turn):
        return known
    scope = scope_meant(talk, known)
    return scope if isinstance(scope, Turn) else _preview(talk, known, scope)


def _is_of_oneself(talk: Talk) -> bool:
    """Tell whether a verifier wants to be reminded at a moment ("เตือน วันศุกร์นี้"), and no school."""
    rest = talk.order.rest if talk.order and tapped(talk) is None else ""
    return talk.stand.role == Role.VERIFIER and rest != "" and when.read(rest, talk.now).moment(talk.now) is not None


def _known(talk: Talk) -> Snapshot | Turn:
    known = digests.read(talk.db, talk.channel, talk.now)
    if known is None or talk.stand.role not in (Role.COORDINATOR, Role.VERIFIER):
        return turn(Say(say("schools.no_round"), (desk(),)))
    return known


def _preview(talk: Talk, known: Snapshot, scope: int, lead: str = "") -> Turn:
    to = _recipients(talk, known, scope)
    left_out = _left_out(to)
    if not to.people:
        talk.stand_at(talk.stand.flow, HOME)
        words = "\n\n".join(filter(None, (lead, say("nudge.nobody"), left_out)))
        return turn(Say(words, (choice("schools", value=str(scope)), desk())))
    said = nudges.words(known.round, known.place(scope), talk.now)
    number = nudges.prepare(talk.db, talk.channel, known.round, scope, talk.person.id, said, talk.now)
    talk.stand_at(talk.stand.flow, NUDGE, nudge=number)
    many = len(to.people)
    pieces = [lead, say("nudge.preview", words=said, people=many), _cost(talk, many), left_out, _later(talk)]
    words = "\n\n".join(filter(None, [*pieces, say("nudge.sure")]))
    return turn(Say(words, (Choice(say("label.nudge_send"), Act("nudge_send", value=str(number))), choice("cancel"))))


def _recipients(talk: Talk, known: Snapshot, scope: int) -> Recipients:
    return nudges.recipients(talk.db, talk.channel, known.round, known.within(scope), talk.now)


def _cost(talk: Talk, many: int) -> str:
    lines, month = [say("nudge.cost", people=many)], budget.ledger(talk.db, talk.channel, talk.now)
    room = month.room(Priority.REMINDER)
    if room is not None:
        key = "nudge.left_waiting" if month.waiting else "nudge.left"
        lines += [say(key, left=month.left, waiting=month.waiting), *([say("nudge.short")] if room < many else [])]
    return "\n".join(lines)


def _left_out(to: Recipients) -> str:
    """Return who is not told, and why."""
    counts = {
        "nudge.lately": to.lately,
        "nudge.snoozed": to.snoozed,
        "nudge.longer": to.longer,
        "nudge.unreached": to.unreached,
    }
    return "\n".join(say(key, n=n) for key, n in counts.items() if n)


def _goes_at(talk: Talk) -> str | None:
    """Return when words go out that may not go out now, else None."""
    at = working_days.of(talk.db, talk.channel).polite(talk.now)
    return moment(at) if at > talk.now else None


def _later(talk: Talk) -> str:
    when = _goes_at(talk)
    return say("nudge.later", when=when) if when else ""


# Sending ----------------------------------------------------------------------------------------------------------


def send_nudge(talk: Talk) -> Turn:
    """Send the nudge that was shown; an old or doubled tap says what has become of it."""
    known = _known(talk)
    if isinstance(known, Turn):
        return known
    one = _meant(talk)
    if one is None or one.person != talk.person.id or not reaches(known, talk.stand, one.scope):
        audit.note(talk.db, talk.channel, "tap.refused", talk.now, person=talk.person.id, why="nudge")
        return _end(talk, say("nudge.refused"))
    if one.sent_at is not None:
        return _already(talk, one)
    if one.round != known.round.id or talk.now - one.asked_at > LAPSE:
        return _preview(talk, known, one.scope, say("nudge.old"))
    channels.ensure(talk.db, talk.channel, talk.now)  # and lock it: of two who remind the same people one comes second
    return _send(talk, one, _recipients(talk, known, one.scope))


def _send(talk: Talk, one: Nudge, to: Recipients) -> Turn:
    if not to.people:
        return _end(talk, "\n".join(filter(None, (say("nudge.nobody"), _left_out(to)))))
    if not nudges.send(talk.db, talk.channel, one, to.people, talk.now):
        sent = nudges.found(talk.db, talk.channel, one.id)
        return _already(talk, sent or one)
    when = _goes_at(talk)
    many = len(to.people)
    return _end(talk, say("nudge.sent_later", people=many, when=when) if when else say("nudge.sent", people=many))


def _meant(talk: Talk) -> Nudge | None:
    """Return the nudge of a button, or the one that "ใช่" was said to."""
    act = tapped(talk)
    number = talk.order.number if act and talk.order else talk.place.memo.get("nudge")
    return nudges.found(talk.db, talk.channel, number) if number is not None else None


def _already(talk: Talk, one: Nudge) -> Turn:
    when = moment(one.sent_at) if one.sent_at else ""
    return _end(talk, say("nudge.already", when=when, people=one.recipients))


def _end(talk: Talk, words: str) -> Turn:
    talk.stand_at(talk.stand.flow, HOME)
    return turn(Say(words, (choice("numbers"), desk())))


def drop_nudge(talk: Talk) -> Turn:
    """Send nothing."""
    return _end(talk, say("nudge.cancelled"))


def ask_nudge_again(talk: Talk) -> Turn:
    """Show the nudge once more: what was said is neither yes nor no."""
    known = _known(talk)
    if isinstance(known, Turn):
        return known
    one = _meant(talk) if tapped(talk) is None else None
    if one is None or not reaches(known, talk.stand, one.scope):
        return _end(talk, say("nudge.cancelled"))
    return _preview(talk, known, one.scope)

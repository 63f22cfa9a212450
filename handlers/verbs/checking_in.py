"""Verbs of checking in: a code typed or scanned, a broadcast watched, who came for the school; then what is open.

Whoever speaks for a school in LINE checks it in. What is asked afterwards (how many watched, who came) is asked once
and hinders nothing: it is remembered for the next message only, wherever the talk stands.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from handlers import audit, checkin_entering, checkin_words, checkins
from handlers import meetings as meetings_of
from handlers.checkin_codes import closes_at, is_open, opens_at
from handlers.checkin_entering import Refused, Why
from handlers.checkin_said import done, refused, way_in
from handlers.checkin_words import Code, Watched
from handlers.checkins import MOST, Outcome
from handlers.heard import Kind
from handlers.meetings import Invitation, Meeting
from handlers.meetings_wording import person
from handlers.messages.values import Act, Choice, Say
from handlers.numbers import number
from handlers.persons import as_name
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.verbs.way_out import way_out
from handlers.words import Intent, clean, private_number, understand
from handlers.words.meeting_slots import person_in
from models.meetings import MeetingState, Mode, Reply
from models.people import Role

LAPSE = timedelta(minutes=30)
"""After this a number or a name no longer answers what was asked after checking in."""
_PEOPLE, _NAME = "people", "name"
_MEMO = "checkin"
SELF, OTHER = "checkin_self", "checkin_other"
"""What our buttons do: the director has come; somebody else has."""


def hear(talk: Talk) -> Turn | None:
    """Answer what is about checking in, whoever says it, wherever they stand; None where it is something else."""
    if talk.heard.kind == Kind.POSTBACK:
        return _tapped(talk)
    if talk.heard.kind != Kind.TEXT:
        return None
    words = talk.heard.text
    if (entered := hear_code(talk)) is not None:
        return entered
    asked = _asked(talk)
    if asked is not None and (answered := _answered(talk, *asked)) is not None:
        return answered
    if checkin_words.is_other(words) and (to := _checked_in(talk)) is not None:
        return _ask_name(talk, to)
    watched = checkin_words.watched(words)
    if watched is not None and (_to_watch(talk) or _is_near(talk)):
        return watch(talk, watched)
    over = watched is not None and any(one.meeting.starts_at < talk.heard.at for one in _mine(talk))
    return tell_how(talk) if over or (checkin_words.asks_how(words) and _is_near(talk)) else None


def hear_code(talk: Talk) -> Turn | None:
    """Answer a code, also of who talks with an officer, whose words go elsewhere; None for all else."""
    code = checkin_words.code(talk.heard.text) if talk.heard.kind == Kind.TEXT else None
    return enter(talk, code) if code is not None and (code.sure or _is_near(talk)) else None


def _tapped(talk: Talk) -> Turn | None:
    act = Act.read(talk.heard.data)
    if act is None or act.do not in (SELF, OTHER):
        return None
    _forget(talk)
    to = next((one for one in _mine(talk) if one.invitee.id == number(act.value)), None)
    if to is None or checkins.found(talk.db, to.invitee.id) is None:
        audit.note(talk.db, talk.channel, "tap.refused", talk.now, person=talk.person.id, why="checkin")
        return turn(Say(say("checkin.button_refused")))
    return _ask_name(talk, to) if act.do == OTHER else _came_oneself(talk, to)


# Entering a code ----------------------------------------------------------------------------------------------------


def enter(talk: Talk, code: Code) -> Turn:
    """Check in with a code; say what came of it, and what is open for the school."""
    _forget(talk)
    came = checkin_entering.enter(talk.db, talk.channel, talk.person.id, code.digits, talk.heard.at, talk.now)
    if isinstance(came, Refused):
        return _turned_away(talk, came, code)
    return _came(talk, came)


def _came(talk: Talk, came: Sequence[Outcome]) -> Turn:
    words = _done(talk, came)
    unnamed = next((one.invitation for one in came if one.new and _is_unnamed(talk, one)), None)
    if unnamed is not None:
        return _ask_name(talk, unnamed, words)
    offers = way_out(talk, [one.invitation.invitee.school for one in came])
    *before, last = (Say(words), *offers)
    return turn(*before, replace(last, choices=(*last.choices, *_other(came))))


def _other(came: Sequence[Outcome]) -> tuple[Choice, ...]:
    """Return the button with which a director who checks in from afar says who is there instead."""
    mine = next((one.invitation.invitee for one in came if one.invitation.invitee.school is not None), None)
    if mine is None or mine.delegate_name is not None:
        return ()
    return (Choice(say("checkin.label.other"), Act(OTHER, value=str(mine.id))),)


def _done(talk: Talk, came: Sequence[Outcome]) -> str:
    schools = {one.school: one.school_name for one in talk.standings if one.school is not None}
    office = next((one.agency for one in talk.standings if one.school is None and one.agency), _places(talk))
    return done(came, schools, office)


def _is_unnamed(talk: Talk, one: Outcome) -> bool:
    """Tell whether it is not known who came for a school: somebody unnamed was sent, or no director checks in."""
    mine = one.invitation.invitee
    if mine.school is None or mine.delegate_name is not None:
        return False
    roles = [standing.role for standing in talk.standings if standing.school == mine.school]
    return mine.reply == Reply.DELEGATE or roles == [Role.DELEGATE]


def _turned_away(talk: Talk, why: Refused, code: Code) -> Turn:
    words = refused(talk.db, why, talk.heard.at, _places(talk))
    if why.why == Why.UNKNOWN and not code.sure and talk.question is not None:
        words = f"{words}\n\n{say('checkin.was_an_answer')}"
    offers = way_out(talk) if why.why in (Why.ENDED, Why.CLOSED) else ()
    return turn(Say(words), *offers)


def _places(talk: Talk) -> str:
    """Return the schools and offices that somebody speaks for, in words."""
    names = dict.fromkeys(one.place_name for one in talk.standings if one.place_name)
    return ", ".join(names) or say("checkin.you")


def tell_how(talk: Talk) -> Turn:
    """Say how and until when one checks in, or how one has; also to who asks whether it is still possible."""
    mine = _mine(talk)
    came = [(one, found) for one in mine if (found := checkins.found(talk.db, one.invitee.id))]
    if came:
        words = _done(talk, [Outcome(one, found, new=False) for one, found in came[:1]])
        return turn(Say(words), *way_out(talk, [came[0][0].invitee.school]))
    why = checkin_entering.nothing_open(mine, talk.heard.at)
    if why is not None:
        return turn(Say(refused(talk.db, why, talk.heard.at, _places(talk))))
    open_now = next(one for one in mine if _can_check_in(one, talk.heard.at))
    return turn(Say(way_in(open_now.meeting, talk.heard.at)))


def hear_stranger(talk: Talk) -> Turn | None:
    """Answer somebody who has not joined and wants to check in: first who one is must be known."""
    if talk.heard.kind != Kind.TEXT:
        return None
    code = checkin_words.code(talk.heard.text)
    tries = code is not None and (code.sure or checkin_entering.any_open(talk.db, talk.channel, talk.heard.at))
    return turn(Say(say("checkin.stranger"))) if tries or checkin_words.asks_how(talk.heard.text) else None


# Watching a broadcast -----------------------------------------------------------------------------------------------


def watch(talk: Talk, said: Watched, to: Invitation | None = None) -> Turn:
    """Note that the school watches the broadcast, and with how many; ask where that was not said."""
    _forget(talk)
    one = to or next(iter(_to_watch(talk)), None)
    if one is None:
        return _no_broadcast(talk)
    if said.people is not None and not 0 < said.people <= MOST:
        return _ask_people(talk, one, say("checkin.people_odd", most=f"{MOST:,}"))
    came = checkins.watched(talk.db, one, said.people, talk.person.id, talk.heard.at, talk.now)
    if came.checkin.mode == Mode.BROADCAST and came.checkin.headcount is None:
        return _ask_people(talk, one, _done(talk, [came]))
    remark = [say("checkin.by_code_already")] if came.checkin.mode != Mode.BROADCAST else []
    return turn(Say("\n".join([_done(talk, [came]), *remark])), *way_out(talk, [one.invitee.school]))


def _no_broadcast(talk: Talk) -> Turn:
    """Say that what is watched is not known here, and how one checks in."""
    how = tell_how(talk).said[0]
    return turn(Say("\n\n".join([say("checkin.no_broadcast"), how.text if isinstance(how, Say) else ""])))


def _to_watch(talk: Talk) -> list[Invitation]:
    """Return one's invitations to meetings broadcast now, or a little while ago; the worn school's first."""
    at = talk.heard.at
    mine = [one for one in _mine(talk) if one.meeting.state == MeetingState.CALLED and one.meeting.broadcast_url]
    near = [one for one in mine if opens_at(one.meeting) <= at <= one.meeting.ends_at + checkins.BROADCAST_CLOSES]
    worn = talk.standing.school if talk.standing else None
    return sorted(near, key=lambda one: (one.meeting.starts_at, one.invitee.school != worn))


def _ask_people(talk: Talk, to: Invitation, words: str) -> Turn:
    _ask(talk, _PEOPLE, to)
    return turn(Say(f"{words}\n\n{say('checkin.how_many')}"))


# What was asked afterwards ------------------------------------------------------------------------------------------


def _ask(talk: Talk, what: str, to: Invitation) -> None:
    talk.note(**{_MEMO: [what, to.invitee.id, talk.heard.at.isoformat()]})


def _ask_name(talk: Talk, to: Invitation, words: str = "") -> Turn:
    _ask(talk, _NAME, to)
    asked = say("checkin.who_came")
    yes = Choice(say("checkin.label.self"), Act(SELF, value=str(to.invitee.id)), word=say("checkin.label.self"))
    return turn(Say(words) if words else None, Say(asked, (yes,)))


def _asked(talk: Talk) -> tuple[str, Invitation] | None:
    """Return what was asked just before, and take it off: it is answered by the next message or not at all."""
    memo = talk.place.memo.get(_MEMO)
    if memo is None:
        return None
    _forget(talk)
    what, invitee, at = memo
    to = next((one for one in _mine(talk) if one.invitee.id == invitee), None)
    fresh = talk.heard.at - datetime.fromisoformat(at) <= LAPSE
    return (what, to) if to is not None and fresh else None


def _forget(talk: Talk) -> None:
    if _MEMO in talk.place.memo:
        talk.place.memo = {key: value for key, value in talk.place.memo.items() if key != _MEMO}
        talk.moved = True


def _answered(talk: Talk, what: str, to: Invitation) -> Turn | None:
    return _people(talk, to) if what == _PEOPLE else _name(talk, to)


def _people(talk: Talk, to: Invitation) -> Turn | None:
    many = checkin_words.people(talk.heard.text)
    if many is None:
        return _ask_people(talk, to, say("checkin.people_number")) if _is_unknown(talk) else None
    return watch(talk, Watched(many), to)


def _name(talk: Talk, to: Invitation) -> Turn | None:
    words = clean(talk.heard.text)
    if checkin_words.is_oneself(words):
        return _came_oneself(talk, to)
    if not _is_unknown(talk):
        return None
    name, position = person_in(words)
    if name is None or as_name(name) is None or private_number(words):
        return _ask_name(talk, to, say("checkin.name_odd"))
    _name_it(talk, to, name, position)
    return turn(Say(say("checkin.named", who=person(name, position))), *way_out(talk, [to.invitee.school]))


def _came_oneself(talk: Talk, to: Invitation) -> Turn:
    if to.invitee.reply == Reply.DELEGATE:
        _name_it(talk, to, None, None)
    return turn(Say(say("checkin.self")), *way_out(talk, [to.invitee.school]))


def _name_it(talk: Talk, to: Invitation, name: str | None, position: str | None) -> None:
    by, at, message = talk.person.id, talk.heard.at, talk.heard.message_id
    checkins.name_delegate(talk.db, to.invitee, talk.channel, name, position, by, at, message)


def _is_unknown(talk: Talk) -> bool:
    """Tell whether a message is no order, and so may answer what was asked."""
    return understand(talk.heard.text, asking=False).intent in _MAY_ANSWER


_MAY_ANSWER = frozenset({Intent.UNKNOWN, Intent.ANSWER, Intent.SMALLTALK, Intent.DELEGATE, Intent.NONE})


# Which meeting ------------------------------------------------------------------------------------------------------


def _mine(talk: Talk) -> Sequence[Invitation]:
    return meetings_of.of_person(talk.db, talk.channel, talk.person.id, talk.now)


def _checked_in(talk: Talk) -> Invitation | None:
    """Return the invitation of a school of one's own that was checked in last."""
    called = (one for one in reversed(_mine(talk)) if one.meeting.state == MeetingState.CALLED)
    mine = (one for one in called if one.invitee.school is not None)
    return next((one for one in mine if checkins.found(talk.db, one.invitee.id)), None)


def _can_check_in(one: Invitation, at: datetime) -> bool:
    return one.meeting.state == MeetingState.CALLED and is_open(one.meeting, at)


def _is_near(talk: Talk) -> bool:
    """Tell whether a meeting of one's own is so near that six digits alone, or "ถึงแล้ว", are about it."""
    return any(_about(one.meeting, talk.heard.at) for one in _mine(talk))


def _about(meeting: Meeting, at: datetime) -> bool:
    return opens_at(meeting) - timedelta(hours=1) <= at <= max(meeting.ends_at, closes_at(meeting))

"""From what was heard to the verb that answers: who speaks decides the flow, where one stands the step.

``hear`` goes from outside in: what is about oneself, guests (``hear_joining``), meetings and talks with officers,
staff (``hear_staff``), and at the heart whoever writes a report (``hear_report``).
"""

from handlers.flows.joining import CODE, JOINING, NOTICE, SCHOOL_NAMED
from handlers.hear_joining import said_to, understood
from handlers.hear_report import hear_late, hear_report, where
from handlers.hear_staff import hear_staff, is_asked_for_words, of_other_hat
from handlers.heard import Kind
from handlers.talk import Talk, Turn
from handlers.taps import note_stranger
from handlers.verbs import (
    VERBS,
    applying,
    asks,
    chatting,
    editing,
    filing,
    invited_hearing,
    joining,
    moving,
    privacy,
    schools,
    tickets,
)
from handlers.words import Intent, Understood

_BETWEEN = dict.fromkeys(
    (Intent.MY_DATA, Intent.THANKS, Intent.MEETING, Intent.OUT_OF_SCOPE, Intent.SCAM), chatting.chat
) | {Intent.SWITCH: schools.switch, Intent.HUMAN: tickets.open_ticket}
"""What is answered as ever while no round runs."""
_BINDS = frozenset({"join", "send_request", "stop_joining", "acknowledge", "use_paper", "not_mine"})
_GOES_ON = (SCHOOL_NAMED, Intent.CODE, Intent.CANCEL, Intent.WITHDRAW, Intent.DELEGATE)
"""What, of somebody who has joined, is about one more school."""


def hear(talk: Talk) -> Turn | None:
    """Apply what was heard; return what is said back, None where LINE gives no way to answer."""
    if talk.heard.kind == Kind.UNSEND:
        editing.unsend(talk)
        return filing.unsend(talk)
    if talk.heard.kind == Kind.OTHER and talk.heard.message_id is None:
        return None  # an event LINE added since, not words of a person
    of_oneself = privacy.hear(talk, words_asked=is_asked_for_words(talk))
    if of_oneself is not None:
        return of_oneself
    if talk.standing is None or privacy.must_read(talk):
        return _hear_guest(talk)
    if talk.heard.kind == Kind.EDITED and (changed := editing.edited(talk)) is not None:
        return privacy.notice_phone(talk, changed)
    return privacy.notice_phone(talk, _hear_member(talk))


def _hear_guest(talk: Talk) -> Turn:
    """Hear somebody who has not joined, or has not yet acknowledged the notice."""
    if talk.standing is not None and (talk.place.flow, talk.place.step) != (JOINING.name, NOTICE):
        return privacy.ask_to_read(talk)
    if talk.standing is None and (told := invited_hearing.hear_guest(talk)) is not None:
        return told
    if talk.standing is None and talk.heard.kind == Kind.POSTBACK:
        note_stranger(talk)
    lost = talk.place.flow != JOINING.name or JOINING.step(talk.place.step) is None
    if talk.standing is None and (lost or talk.place.step == NOTICE):
        talk.join(CODE)
    return _hear_joining(talk)


def _hear_joining(talk: Talk) -> Turn:
    """Answer by the table of joining; what comes late, or a consent that was guessed at, is asked for again."""
    step = talk.place.step
    said = said_to(talk, step)
    move = JOINING.hear(step, str(Intent.UNKNOWN) if talk.heard.kind == Kind.OTHER else said)
    if move.do in _BINDS and (talk.late or talk.understood.binding != talk.understood.intent):
        move = JOINING.hear(step, Intent.UNKNOWN)
    return VERBS[move.do](talk)


def _hear_one_more(talk: Talk) -> Turn | None:
    """Hear somebody who joins one more school or agency; None where the talk has gone on to something else."""
    step = talk.place.step
    known = JOINING.step(step) is not None and step != NOTICE
    if known and (step != CODE or said_to(talk, step) in _GOES_ON):
        return _hear_joining(talk)
    talk.leave_joining()
    return None


def _hear_member(talk: Talk) -> Turn | None:
    """Hear somebody who has joined; in a talk with an officer the words are passed on and the bot is silent."""
    of_meeting = invited_hearing.hear(talk)
    if of_meeting is not None:
        return of_meeting
    ticket = tickets.of(talk)
    if ticket is None:
        return _hear_alone(talk)
    if tickets.lapse(talk, ticket):
        return tickets.not_open(talk) if tickets.is_end(talk) else tickets.over(_hear_alone(talk))
    return tickets.hear_words(talk, ticket) or _hear_alone(talk)


def _hear_alone(talk: Talk) -> Turn | None:
    if talk.late:
        return hear_late(talk) or where(talk)
    if talk.heard.kind == Kind.FOLLOW:
        talk.understood = Understood(Intent.GREETING)
        return chatting.chat(talk) if talk.stand.may_write else joining.welcome_joined(talk)
    if talk.place.flow == JOINING.name:
        joined = _hear_one_more(talk)
        if joined is not None:
            return joined
    chosen = schools.choose(talk) or of_other_hat(talk)
    if chosen is not None:
        return chosen
    if not talk.stand.may_write:
        return hear_staff(talk)
    if tickets.is_end(talk):
        return tickets.not_open(talk)
    if asks.is_own(talk):
        return asks.show_own_asks(talk)
    return hear_report(talk) if talk.stand.round is not None else _hear_between(talk)


def _hear_between(talk: Talk) -> Turn:
    """Hear somebody while no round runs."""
    if talk.says_only(applying.ADD_SCHOOL):
        return applying.add_school(talk)
    talk.understood = understood(talk)
    if talk.understood.intent == Intent.CODE:
        return joining.look_at_code(talk)
    answered = _BETWEEN.get(talk.understood.intent)
    return answered(talk) if answered else moving.show_sent(talk)

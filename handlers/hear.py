"""From what was heard to the verb that answers: who speaks decides the flow, where one stands the step."""

from datetime import timedelta

from handlers.dialog import Flow
from handlers.flows.coordinating import COORDINATING
from handlers.flows.joining import CODE, JOINING, NOTICE, SCHOOL
from handlers.flows.report import SURE
from handlers.flows.reviewing import REVIEWING
from handlers.heard import MEDIA, Kind
from handlers.invites import looks_like_code
from handlers.messages.values import Act
from handlers.numbers import number
from handlers.picking import picked
from handlers.standing import HOME
from handlers.talk import Talk, Turn
from handlers.taps import tapped
from handlers.verbs import VERBS, chatting, filing, joining, moving, schools
from handlers.words import Intent, Order, Understood, digits, order, understand
from models.people import Role

_BETWEEN = dict.fromkeys(
    (Intent.HUMAN, Intent.MY_DATA, Intent.THANKS, Intent.MEETING, Intent.OUT_OF_SCOPE, Intent.SCAM), chatting.chat
) | {Intent.SWITCH: schools.switch}
"""What is answered as ever while no round runs."""
STAFF = {Role.VERIFIER: REVIEWING, Role.COORDINATOR: COORDINATING}
LAPSE = timedelta(hours=1)
"""After this, "ยืนยัน" no longer answers what was asked: the talk has gone on, or the day has."""
_ANSWERS_TO_SURE = frozenset({"submit", "not_yet", "withdraw", "keep_sent", "delete", "leave_unchanged"})
_INTENTS = frozenset(str(intent) for intent in Intent)


def hear(talk: Talk) -> Turn | None:
    """Apply what was heard; return what is said back, None where LINE gives no way to answer."""
    if talk.heard.kind == Kind.UNSEND:
        return filing.unsend(talk)
    if talk.heard.kind == Kind.OTHER and talk.heard.message_id is None:
        return None  # an event LINE added since, not words of a person
    if talk.standing is None or talk.person.notice is None:
        return _hear_guest(talk)
    return _hear_member(talk)


def _hear_guest(talk: Talk) -> Turn:
    """Hear somebody who has not joined, or has not yet acknowledged the notice."""
    if talk.standing is not None and talk.place.step != NOTICE:
        talk.join(NOTICE, school=talk.stand.school)
        return joining.ask_notice_again(talk)
    if talk.standing is None and (talk.place.flow != JOINING.name or talk.place.step == NOTICE):
        talk.join(CODE)
    talk.understood = _understand_guest(talk)
    return _answer(talk, JOINING, talk.place.step)


def _understand_guest(talk: Talk) -> Understood:
    if talk.heard.kind == Kind.FOLLOW:
        return Understood(Intent.START)
    if talk.heard.kind == Kind.POSTBACK:
        talk.act = Act.read(talk.heard.data)
        return _meant(talk.act)
    if looks_like_code(talk.heard.text):
        return Understood(Intent.CODE)
    return understand(talk.heard.text, asking=False)


def _meant(act: Act | None) -> Understood:
    """Return what a button means: the word of the same name."""
    if act is None or act.do not in _INTENTS:
        return Understood(Intent.UNKNOWN)
    return Understood(Intent(act.do), topic=number(act.value) if act.do in (Intent.TOPIC, Intent.EDIT) else None)


def _hear_member(talk: Talk) -> Turn | None:
    if talk.late:
        return _hear_late(talk) or _where(talk)
    if talk.heard.kind == Kind.FOLLOW:
        talk.understood = Understood(Intent.GREETING)
        return chatting.chat(talk) if talk.stand.may_write else joining.welcome_joined(talk)
    if talk.place.flow == JOINING.name and talk.place.step == SCHOOL:  # a second school's code was typed
        talk.understood = _understand_guest(talk)
        return _answer(talk, JOINING, SCHOOL)
    chosen = schools.choose(talk)
    if chosen is not None:
        return chosen
    if not talk.stand.may_write:
        return _hear_staff(talk)
    return _hear_report(talk) if talk.stand.round is not None else _hear_between(talk)


def _hear_staff(talk: Talk) -> Turn | None:
    """Hear somebody who writes no report: each role has its own flow."""
    flow = STAFF.get(talk.stand.role)
    if flow is None:
        return joining.welcome_joined(talk)
    if talk.place.flow != flow.name or flow.step(talk.place.step) is None:
        talk.stand_at(flow.name, HOME)
    talk.order = _ordered(talk, flow)
    talk.understood = _understand_guest(talk)
    move = flow.hear(talk.place.step, talk.order.name if talk.order else str(talk.understood.intent))
    return VERBS[move.do](talk)


def _ordered(talk: Talk, flow: Flow) -> Order | None:
    """Return what a button or typed words order."""
    if talk.heard.kind == Kind.POSTBACK:
        act = Act.read(talk.heard.data)
        return Order(act.do, number(act.value)) if act else None
    step = flow.step(talk.place.step)
    return order(talk.heard.text, asking=step is not None and step.asks)


def _hear_between(talk: Talk) -> Turn:
    """Hear somebody while no round runs."""
    talk.understood = _understand_guest(talk)
    if talk.understood.intent == Intent.CODE:
        return joining.look_at_code(talk)
    answered = _BETWEEN.get(talk.understood.intent)
    return answered(talk) if answered else moving.show_sent(talk)


def _hear_late(talk: Talk) -> Turn | None:
    if talk.stand.round is None:
        return None
    if talk.heard.kind == Kind.EDITED:
        return filing.edited(talk)
    return filing.late(talk) if _is_answer(talk) else None


def _is_answer(talk: Talk) -> bool:
    """Tell whether a late bubble is part of an answer; a command that comes too late is not."""
    return talk.heard.kind in MEDIA or understand(talk.heard.text, asking=True).intent == Intent.ANSWER


def _where(talk: Talk) -> Turn:
    """Answer words that came too late to count: say where the person stands now."""
    talk.understood = Understood(Intent.SMALLTALK)
    if talk.stand.may_write and talk.stand.round is not None:
        return chatting.chat(talk)
    return joining.welcome_joined(talk)


def _hear_report(talk: Talk) -> Turn | None:
    talk.leave_other_report()
    step = _step(talk)
    if talk.heard.kind == Kind.EDITED:
        return filing.edited(talk) or _where(talk)
    if talk.heard.kind == Kind.POSTBACK:
        talk.act = Act.read(talk.heard.data)
        talk.understood = _meant(talk.act)
        special = tapped(talk)
        return special or _answer(talk, talk.flow, _step(talk))
    if talk.heard.kind == Kind.TEXT and _names_a_topic(talk):
        return moving.open_topic(talk)
    talk.understood = _understand(talk, asking=step == talk.place.step and talk.question is not None)
    changed = filing.quoted(talk) if talk.heard.quoted_id else None
    if changed is not None:
        return changed
    return _answer(talk, talk.flow, step)


def _names_a_topic(talk: Talk) -> bool:
    """Tell whether a bare number was said to the card of topics; the card holds for one message."""
    if not talk.place.memo.pop("menu", False):
        return False
    talk.moved = True
    topic = number(digits(talk.heard.text).strip())
    if topic is not None:
        talk.understood = Understood(Intent.TOPIC, topic=topic)
    return topic is not None


def _step(talk: Talk) -> str:
    """Return the step one stands at: home where the flow has it no more, or the report cannot be written now."""
    step = talk.place.step
    gone = talk.flow.step(step) is None
    closed = talk.questions.question(step) is not None and not talk.writable
    lapsed = step in SURE and talk.place.since is not None and talk.heard.at - talk.place.since > LAPSE
    return HOME if gone or closed or lapsed else step


def _understand(talk: Talk, *, asking: bool) -> Understood:
    heard, question = talk.heard, talk.question
    if heard.kind in MEDIA:
        return Understood(Intent.ANSWER)
    if heard.kind != Kind.TEXT:
        return Understood(Intent.SMALLTALK if heard.kind in (Kind.STICKER, Kind.LOCATION) else Intent.UNKNOWN)
    if asking and question and question.options and picked(question, heard.text) is not None:
        return Understood(Intent.ANSWER)
    if not asking and looks_like_code(heard.text):
        return Understood(Intent.CODE)
    return understand(heard.text, asking=asking)


def _answer(talk: Talk, flow: Flow, step: str) -> Turn:
    if talk.heard.kind == Kind.OTHER:
        return chatting.wrong_type(talk) if flow is not JOINING else VERBS[flow.hear(step, Intent.UNKNOWN).do](talk)
    move = flow.hear(step, talk.understood.intent)
    if step in SURE and move.do not in _ANSWERS_TO_SURE and not move.do.startswith("ask_"):
        talk.go(HOME)  # something else was said: the question "are you sure?" is over
    return VERBS[move.do](talk)

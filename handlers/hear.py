"""From what was heard to the verb that answers: who speaks decides the flow, where one stands the step."""

from datetime import datetime

from handlers import rich_menus
from handlers.announcement_asked import asked as announced
from handlers.dialog import Flow
from handlers.digests_asked import asked
from handlers.flows.coordinating import COORDINATING
from handlers.flows.joining import CODE, JOINING, NOTICE, SCHOOL_NAMED
from handlers.flows.report import EXPLAIN, REMIND_AGAIN, SURE
from handlers.flows.reviewing import REVIEWING
from handlers.flows.viewing import VIEWING
from handlers.hear_joining import meant, said_to, understood
from handlers.heard import MEDIA, Kind
from handlers.invites import looks_like_code
from handlers.messages.values import Act, Say
from handlers.numbers import number
from handlers.picking import picked
from handlers.standing import HOME
from handlers.talk import Talk, Turn, turn
from handlers.taps import tapped
from handlers.texts import say
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
from handlers.words import Intent, Order, Understood, digits, order, understand
from models.people import Role

_BETWEEN = dict.fromkeys(
    (Intent.MY_DATA, Intent.THANKS, Intent.MEETING, Intent.OUT_OF_SCOPE, Intent.SCAM), chatting.chat
) | {Intent.SWITCH: schools.switch, Intent.HUMAN: tickets.open_ticket}
"""What is answered as ever while no round runs."""
STAFF = {Role.VERIFIER: REVIEWING, Role.COORDINATOR: COORDINATING, Role.VIEWER: VIEWING}
_ANSWERS_TO_SURE = frozenset({"submit", "not_yet", "withdraw", "keep_sent", "delete", "leave_unchanged"})
_OWN_ACTS = {
    flow.name: {key for step in flow.steps for key in step.hears} - {str(intent) for intent in Intent} - {REMIND_AGAIN}
    for flow in STAFF.values()
}
"""What only the buttons of one hat do."""
_ADD_SCHOOL = "add_school"
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
    of_oneself = privacy.hear(talk, words_asked=_words_asked(talk))
    if of_oneself is not None:
        return of_oneself
    if talk.standing is None or privacy.must_read(talk):
        return _hear_guest(talk)
    if talk.heard.kind == Kind.EDITED and (changed := editing.edited(talk)) is not None:
        return privacy.notice_phone(talk, changed)
    return privacy.notice_phone(talk, _hear_member(talk))


def _words_asked(talk: Talk) -> bool:
    """Tell whether somebody who writes no report is asked for words of one's own."""
    flow = STAFF.get(talk.standing.role) if talk.standing else None
    step = flow.step(talk.place.step) if flow and talk.place.flow == flow.name else None
    return step is not None and step.asks


def _hear_guest(talk: Talk) -> Turn:
    """Hear somebody who has not joined, or has not yet acknowledged the notice."""
    if talk.standing is not None and (talk.place.flow, talk.place.step) != (JOINING.name, NOTICE):
        return privacy.ask_to_read(talk)
    if talk.standing is None and (told := invited_hearing.hear_guest(talk)) is not None:
        return told
    lost = talk.place.flow != JOINING.name or JOINING.step(talk.place.step) is None
    if talk.standing is None and (lost or talk.place.step == NOTICE):
        talk.join(CODE)
    return _hear_joining(talk)


def _hear_joining(talk: Talk) -> Turn:
    """Answer by the table of joining; a word that comes late binds nobody: what is asked now is asked again."""
    step = talk.place.step
    said = said_to(talk, step)
    move = JOINING.hear(step, str(Intent.UNKNOWN) if talk.heard.kind == Kind.OTHER else said)
    if talk.late and move.do in _BINDS:
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
        return _hear_late(talk) or _where(talk)
    if talk.heard.kind == Kind.FOLLOW:
        talk.understood = Understood(Intent.GREETING)
        return chatting.chat(talk) if talk.stand.may_write else joining.welcome_joined(talk)
    if talk.place.flow == JOINING.name:
        joined = _hear_one_more(talk)
        if joined is not None:
            return joined
    chosen = schools.choose(talk) or _of_other_hat(talk)
    if chosen is not None:
        return chosen
    if not talk.stand.may_write:
        return _hear_staff(talk)
    if tickets.is_end(talk):
        return tickets.not_open(talk)
    if asks.is_own(talk):
        return asks.show_own_asks(talk)
    return _hear_report(talk) if talk.stand.round is not None else _hear_between(talk)


def _of_other_hat(talk: Talk) -> Turn | None:
    """Answer a button of a hat that the person has but does not wear now: it does nothing until that is worn."""
    if len(talk.standings) < 2 or talk.heard.kind != Kind.POSTBACK:
        return None
    act = Act.read(talk.heard.data)
    others = [one for one in talk.standings if one.flow != talk.stand.flow]
    if act is None or act.do in _OWN_ACTS.get(talk.stand.flow, ()):
        return None
    mine = [one for one in others if act.do in _OWN_ACTS.get(one.flow, ()) or (one.report and one.report == act.report)]
    return schools.not_this_hat(mine[0]) if mine else None


def _hear_staff(talk: Talk) -> Turn | None:
    """Hear somebody who writes no report: each role has its own flow."""
    flow = STAFF.get(talk.stand.role)
    if talk.place.flow != talk.stand.flow or (flow and flow.step(talk.place.step) is None):
        talk.wear(talk.stand)
    if talk.heard.kind == Kind.EDITED:
        return turn(Say(say("late.staff")))
    talk.order = _ordered(talk, flow)
    talk.understood = understood(talk)
    turned = _of_every_hat(talk, flow)
    if turned is None and flow is None:
        turned = joining.welcome_joined(talk)
    if turned is None and flow is not None:
        said = talk.order.name if talk.order else str(talk.understood.intent)
        move = flow.hear(_or_home(talk, talk.place.step), said)
        turned = VERBS[move.do](talk)
    return schools.named(talk, turned) if turned else None


def _of_every_hat(talk: Talk, flow: Flow | None) -> Turn | None:
    """Answer what is heard alike in every flow: a switch; at rest a code, or one more school."""
    step = flow.step(talk.place.step) if flow else None
    if talk.order and talk.order.name == Intent.SWITCH:
        return schools.switch(talk)
    if step is not None and step.asks:
        return None
    if talk.understood.intent == Intent.CODE and talk.heard.kind == Kind.TEXT:
        return joining.look_at_code(talk)
    return applying.add_school(talk) if talk.order and talk.order.name == _ADD_SCHOOL else None


def _ordered(talk: Talk, flow: Flow | None) -> Order | None:
    """Return what a button or typed words order."""
    if talk.heard.kind == Kind.POSTBACK:
        act = Act.read(talk.heard.data)
        return Order(act.do, number(act.value)) if act else None
    step = flow.step(talk.place.step) if flow else None
    asking = step is not None and step.asks
    alone = order(talk.heard.text, asking=True)
    if alone or asking:
        return alone
    return announced(talk.heard.text) or order(talk.heard.text) or asked(talk.heard.text)


def _hear_between(talk: Talk) -> Turn:
    """Hear somebody while no round runs."""
    if talk.says_only(_ADD_SCHOOL):
        return applying.add_school(talk)
    talk.understood = understood(talk)
    if talk.understood.intent == Intent.CODE:
        return joining.look_at_code(talk)
    answered = _BETWEEN.get(talk.understood.intent)
    return answered(talk) if answered else moving.show_sent(talk)


def _hear_late(talk: Talk) -> Turn | None:
    if talk.stand.round is None or _said_as_staff(talk):
        return None
    if talk.heard.kind == Kind.EDITED:
        return filing.edited(talk)
    return filing.late(talk) if _is_answer(talk) else None


def _said_as_staff(talk: Talk) -> bool:
    """Tell whether a late bubble was said by a verifier or coordinator, in the hat still worn: no school's answer."""
    worn = talk.place.memo.get("worn")
    return talk.stand.role in STAFF and worn is not None and talk.heard.at >= datetime.fromisoformat(worn)


def _is_answer(talk: Talk) -> bool:
    """Tell whether a late bubble is part of an answer; a command that comes too late is not."""
    return talk.heard.kind in MEDIA or understand(talk.heard.text, asking=True).intent == Intent.ANSWER


def _where(talk: Talk) -> Turn:
    """Answer words that came too late to count: say where the person stands now."""
    talk.understood = Understood(Intent.SMALLTALK)
    if talk.stand.may_write and talk.stand.round is not None:
        return chatting.chat(talk)
    return turn(Say(say("late.staff")))


def _hear_report(talk: Talk) -> Turn | None:
    talk.leave_other_report()
    step = _step(talk)
    if talk.place.step == HOME and talk.says_only(_ADD_SCHOOL):
        return applying.add_school(talk)
    if talk.heard.kind == Kind.EDITED:
        return filing.edited(talk) or _where(talk)
    if talk.heard.kind == Kind.POSTBACK:
        talk.act = Act.read(talk.heard.data)
        talk.understood = meant(talk.act)
        special = tapped(talk)
        return special or _answer(talk, talk.flow, _step(talk))
    if talk.heard.kind == Kind.TEXT and _names_a_topic(talk):
        return moving.open_topic(talk)
    talk.understood = _understand(
        talk, asking=step == talk.place.step and (talk.question is not None or step == EXPLAIN)
    )
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
    lapsed = step in SURE and talk.lapsed
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


def _or_home(talk: Talk, step: str) -> str:
    """Return the step, or home where an area of the menu was tapped: that answers nothing that is asked."""
    return HOME if rich_menus.is_tapped(talk.heard) else step


def _answer(talk: Talk, flow: Flow, step: str) -> Turn:
    if talk.heard.kind == Kind.OTHER:
        return chatting.wrong_type(talk)
    move = flow.hear(_or_home(talk, step), talk.understood.intent)
    if step in SURE and move.do not in _ANSWERS_TO_SURE and not move.do.startswith("ask_"):
        talk.go(HOME)  # something else was said: the question "are you sure?" is over
    return VERBS[move.do](talk)

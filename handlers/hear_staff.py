"""What is meant by verifiers, coordinators and viewers, who write no report: each role has a flow of its own."""

from datetime import datetime

from handlers import rich_menus
from handlers.announcement_asked import asked as announced
from handlers.dialog import Flow
from handlers.digests_asked import asked
from handlers.flows.coordinating import COORDINATING
from handlers.flows.report import REMIND_AGAIN
from handlers.flows.reviewing import REVIEWING
from handlers.flows.viewing import VIEWING
from handlers.hear_joining import understood
from handlers.heard import Kind
from handlers.messages.values import Act, Say
from handlers.numbers import number
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.verbs import VERBS, applying, joining, schools
from handlers.words import Intent, Order, order
from models.people import Role

STAFF = {Role.VERIFIER: REVIEWING, Role.COORDINATOR: COORDINATING, Role.VIEWER: VIEWING}
_OWN_ACTS = {
    flow.name: {key for step in flow.steps for key in step.hears} - {str(intent) for intent in Intent} - {REMIND_AGAIN}
    for flow in STAFF.values()
}
"""What only the buttons of one hat do."""


def hear_staff(talk: Talk) -> Turn | None:
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
        said = talk.order.name if talk.order else str(talk.understood.binding)
        move = flow.hear(rich_menus.step_heard(talk.heard, talk.place.step), said)
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
    return applying.add_school(talk) if talk.order and talk.order.name == applying.ADD_SCHOOL else None


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


def is_asked_for_words(talk: Talk) -> bool:
    """Tell whether somebody who writes no report is asked for words of one's own."""
    flow = STAFF.get(talk.standing.role) if talk.standing else None
    step = flow.step(talk.place.step) if flow and talk.place.flow == flow.name else None
    return step is not None and step.asks


def of_other_hat(talk: Talk) -> Turn | None:
    """Answer a button of a hat that the person has but does not wear now: it does nothing until that is worn."""
    if len(talk.standings) < 2 or talk.heard.kind != Kind.POSTBACK:
        return None
    act = Act.read(talk.heard.data)
    others = [one for one in talk.standings if one.flow != talk.stand.flow]
    if act is None or act.do in _OWN_ACTS.get(talk.stand.flow, ()):
        return None
    mine = [one for one in others if act.do in _OWN_ACTS.get(one.flow, ()) or (one.report and one.report == act.report)]
    return schools.not_this_hat(mine[0]) if mine else None


def said_as_staff(talk: Talk) -> bool:
    """Tell whether a late bubble was said by a verifier or coordinator, in the hat still worn: no school's answer."""
    worn = talk.place.memo.get("worn")
    return talk.stand.role in STAFF and worn is not None and talk.heard.at >= datetime.fromisoformat(worn)

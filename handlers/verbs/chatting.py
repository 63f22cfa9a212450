"""Verbs that keep nothing: help, status, small talk; each says what a person can do next."""

from handlers import meetings
from handlers.heard import Kind
from handlers.messages.values import Act, Choice, Say
from handlers.my_data import shown
from handlers.returned_cards import returned_card, returned_home
from handlers.standing import HOME
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.thai import day, today
from handlers.verbs.moving import show_overview, show_sent
from handlers.wording import is_ready, slots, steer, way_on
from handlers.words import Intent
from models.report import State

_SAID = {
    Intent.GREETING: "chat.greeting",
    Intent.THANKS: "chat.thanks",
    Intent.COMPLAIN: "chat.complain",
    Intent.HUMAN: "chat.human",
    Intent.MEETING: "chat.meeting",
    Intent.COORDINATOR: "chat.coordinator",
    Intent.RATING: "chat.rating",
    Intent.OUT_OF_SCOPE: "chat.out_of_scope",
    Intent.WRONG_PERSON: "chat.out_of_scope",
    Intent.SCAM: "chat.scam",
}
_KINDS = {Kind.STICKER: "chat.sticker", Kind.LOCATION: "chat.location"}


def here(talk: Talk, words: str) -> Turn:
    """Say words, and where the person stands and can go on."""
    question = talk.question
    if question is not None and talk.writable:
        key = "report.here_editing" if talk.place.memo.get("edit") else "report.here"
        return turn(Say(f"{words}\n\n{say(key, **slots(talk, question))}", steer(talk, question)))
    if talk.returned is not None:
        home, choices = returned_home(talk)
        return turn(Say(f"{words}\n\n{home}", (*choices, *_switch(talk))))
    home = say(_home(talk))
    return turn(Say(f"{words}\n\n{home}", home_choices(talk)))


def _home(talk: Talk) -> str:
    if is_ready(talk):
        return "report.home_ready"
    return "report.home" if talk.writable or talk.stand.submitted_at is None else "report.home_sent"


def home_choices(talk: Talk) -> tuple[Choice, ...]:
    """Return the buttons of somebody who stands at no question."""
    rest = tuple(Choice(say(f"label.{do}"), Act(do)) for do in ("status", "help"))
    return (way_on(talk), *rest, *_switch(talk)) if talk.writable else (*rest, *_switch(talk))


def _switch(talk: Talk) -> tuple[Choice, ...]:
    """Return the button to another school or hat, for those who have several."""
    label = "label.switch" if all(one.may_write for one in talk.standings) else "label.switch_hat"
    return (Choice(say(label), Act("switch")),) if talk.several else ()


def chat(talk: Talk) -> Turn:
    """Answer politely what is not about the report, in one bubble."""
    if talk.understood.intent == Intent.MY_DATA:
        return turn(shown(talk))
    key = _SAID.get(talk.understood.intent) or _KINDS.get(talk.heard.kind) or "chat.smalltalk"
    at = talk.stand
    if key == "chat.meeting" and meetings.of_person(talk.db, talk.channel, talk.person.id, talk.now):
        key = "chat.meeting_known"
    if key == "chat.greeting" and not at.may_submit:
        key = "chat.greeting_helper"
    return here(talk, say(key, agency=at.agency, school=at.school_name))


def wrong_type(talk: Talk) -> Turn:
    """Say which kinds of message can be kept."""
    return here(talk, say("chat.wrong_type"))


def refuse_id_number(talk: Talk) -> Turn:
    """Do not keep words with a national ID number; say why and what to do (PDPA s.22, s.26)."""
    return here(talk, say("report.id_number"))


def show_help(talk: Talk) -> Turn:
    """Tell what can be typed."""
    return here(talk, say("help.text"))


def show_status(talk: Talk) -> Turn:
    """Say how far the report is and what comes next."""
    if talk.stand.round is None:
        return turn(Say(say("report.no_round", agency=talk.stand.agency)))
    if talk.returned is not None:
        talk.go(HOME)
        return turn(returned_card(talk))
    return show_overview(talk) if talk.stand.state in (None, State.DRAFT) else _sent_status(talk)


def _sent_status(talk: Talk) -> Turn:
    sent = show_sent(talk).said[0]
    if not isinstance(sent, Say):
        return turn(sent)
    choices = (Choice(say("label.summary"), Act("summary")), *(one for one in sent.choices if one.act.do != "status"))
    return turn(Say(f"{say(f'state.{talk.stand.state}')}\n{sent.text}", choices))


def show_deadline(talk: Talk) -> Turn:
    """Tell when the report is due."""
    return here(talk, _deadline(talk))


def _deadline(talk: Talk) -> str:
    if talk.stand.due_on is None:
        return say("report.no_round", agency=talk.stand.agency)
    left = (talk.stand.due_on - today(talk.now)).days
    key = "chat.days_left" if left > 0 else "chat.due_today" if left == 0 else "chat.due_over"
    grace = talk.stand.grace_on
    in_grace = left < 0 and grace is not None and grace >= today(talk.now)
    over = say("rounds.in_grace", n=-left, grace=day(grace)) if grace and in_grace else say(key, n=abs(left))
    return say("chat.deadline", due=day(talk.stand.due_on), left=over)

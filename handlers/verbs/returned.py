"""Verbs of a school whose report came back: what is asked for, an explanation in place of a change."""

from handlers import rulings
from handlers.flows.report import EXPLAIN
from handlers.heard import Kind
from handlers.messages.values import Act, Choice, Say
from handlers.questions import Topic
from handlers.returned_cards import returned_card, tell_locked
from handlers.rulings import Ruling
from handlers.standing import HOME
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.verbs.moving import named_topic, resume, show_sent
from handlers.words import clean, private_number


def show_returned(talk: Talk) -> Turn:
    """Show what the agency asks for."""
    talk.go(HOME)
    return turn(returned_card(talk)) if talk.returned is not None else resume(talk)


def explain(talk: Talk) -> Turn:
    """Ask for an explanation of a returned topic; words that came with the command are kept at once."""
    if talk.returned is None:
        return _nothing_to_explain(talk)
    back = rulings.returned(talk.db, talk.report, talk.questions)
    found = _meant(talk, back)
    if found is None:
        return tell_locked(talk) if named_topic(talk) else turn(Say(say("returned.explain_which")), returned_card(talk))
    topic, ruling = found
    talk.go(EXPLAIN, ruling=ruling.id)
    if talk.understood.rest.strip():
        return _keep(talk, topic, ruling, talk.understood.rest)
    leave = Choice(say("label.leave_explaining"), Act("cancel"))
    return turn(Say(say("returned.ask_explanation", n=topic.number, topic=topic.title), (leave,)))


def _nothing_to_explain(talk: Talk) -> Turn:
    return resume(talk) if talk.writable else show_sent(talk)


def _meant(talk: Talk, back: list[tuple[Topic, Ruling]]) -> tuple[Topic, Ruling] | None:
    """Return the returned topic that was named, or the only one."""
    topic = named_topic(talk)
    if topic is None:
        return back[0] if len(back) == 1 else None
    return next((one for one in back if one[0] == topic), None)


def take_explanation(talk: Talk) -> Turn:
    """Keep what was asked for: words, in as many bubbles as it takes."""
    wanted = talk.place.memo.get("ruling")
    back = rulings.returned(talk.db, talk.report, talk.questions) if talk.returned is not None else []
    found = next((one for one in back if one[1].id == wanted), None)
    if found is None:
        talk.go(HOME)
        return _nothing_to_explain(talk)
    if talk.heard.kind not in (Kind.TEXT, Kind.EDITED) or not clean(talk.heard.text).strip():
        return turn(Say(say("returned.words_only", n=found[0].number)))
    return _keep(talk, *found, talk.heard.text)


def _keep(talk: Talk, topic: Topic, ruling: Ruling, words: str) -> Turn:
    if private_number(words):
        return turn(Say(say("review.id_number")))
    rulings.explain(
        talk.db,
        talk.channel,
        ruling.id,
        clean(words).strip(),
        message_id=talk.heard.message_id,
        by=talk.person.id,
        now=talk.now,
    )
    done = (Choice(say("label.next"), Act("status")), Choice(say("label.send_again"), Act("submit")))
    return turn(Say(say("returned.explanation_kept", n=topic.number), done))


def leave_explaining(talk: Talk) -> Turn:
    """Explain nothing more; what was kept stays."""
    return show_returned(talk)

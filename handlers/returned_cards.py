"""What a school sees of a return: which topics to change and why, and what is locked meanwhile."""

from typing import Any

from handlers import rulings, sendings
from handlers.cards import AMBER, GREEN, QUIET, bubble, column, text
from handlers.messages.build import button, clip
from handlers.messages.values import Act, Card, Choice, Say
from handlers.questions import Topic
from handlers.rulings import Ruling
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.wording import act

_REASON = 900
"""UTF-16 units of a reason in the card; the whole of it came with the notice."""


def undealt(talk: Talk) -> list[Topic]:
    """Return the returned topics that were neither changed nor explained."""
    explained = rulings.explained(talk.db, talk.report)
    return [
        topic
        for topic, ruling in rulings.returned(talk.db, talk.report, talk.questions)
        if ruling.id not in explained and not _changed(talk, topic)
    ]


def _changed(talk: Talk, topic: Topic) -> bool:
    return sendings.has_changed(talk.db, talk.report, [one.key for one in topic.questions])


def returned_card(talk: Talk) -> Card:
    """Return what the agency asks for, topic by topic, and what was done about it."""
    back = rulings.returned(talk.db, talk.report, talk.questions)
    explained = rulings.explained(talk.db, talk.report)
    left = undealt(talk)
    rows = [(topic, *_row(talk, topic, ruling, ruling.id in explained)) for topic, ruling in back]
    title, under = say("returned.title", n=len(back)), talk.stand.school_name
    ends = say("returned.how" if left else "returned.ready")
    lines = [f"{head}\n{clip(reason, 1000 // max(1, len(back)))}\n{state}" for _, head, reason, state in rows]
    body: list[dict[str, Any]] = []
    for topic, head, reason, state in rows:
        color = AMBER if topic in left else GREEN
        body += [column([text(head, weight="bold"), text(reason), text(state, size="sm", color=color)])]
        body += [{"type": "separator"}]
    body.append(text(ends, size="sm", color=QUIET))
    alt = "\n".join([f"{title} · {under}", *lines, ends])
    may_send = talk.stand.may_submit and not left
    footer = [button(say("label.send_again"), Act("submit"), primary=True)] if may_send else []
    return Card(alt, bubble(title, under, body, footer), _choices(talk, [topic for topic, _ in back]))


def _row(talk: Talk, topic: Topic, ruling: Ruling, explained: bool) -> tuple[str, str, str]:
    head = say("review.topic_row", n=topic.number, topic=topic.title)
    reason = clip(ruling.reason or say("returned.reason_gone"), _REASON)
    done = [say("returned.changed")] if _changed(talk, topic) else []
    done += [say("returned.explained")] if explained else []
    return head, reason, " · ".join(done) or say("returned.not_yet")


def _choices(talk: Talk, topics: list[Topic]) -> tuple[Choice, ...]:
    made = []
    for topic in topics[:5]:
        number = str(topic.number)
        made.append(Choice(say("label.edit_topic", n=number), act(talk, "edit", value=number)))
        made.append(Choice(say("label.explain", n=number), act(talk, "explain", value=number)))
    return (*made, Choice(say("label.summary"), Act("summary")))


def returned_home(talk: Talk) -> tuple[str, tuple[Choice, ...]]:
    """Return what somebody at rest is told of a returned report, in a few words, and what can be done about it."""
    left = undealt(talk)
    if not left:
        send = (Choice(say("label.send_again"), Act("submit")),) if talk.stand.may_submit else ()
        return say("returned.home_ready"), (*send, Choice(say("label.status"), Act("status")))
    topics = "\n".join(say("review.topic_row", n=topic.number, topic=topic.title) for topic in left)
    return say("returned.home", topics=topics, n=left[0].number), _choices(talk, left)


def tell_locked(talk: Talk) -> Turn:
    """Say that an answer is locked while others may be changed, and which those are."""
    back = rulings.returned(talk.db, talk.report, talk.questions)
    numbers = " ".join(str(topic.number) for topic, _ in back)
    return turn(Say(say("returned.locked", topics=numbers), _choices(talk, [topic for topic, _ in back])))

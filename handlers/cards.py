"""The cards of a report (Flex): overview, review, receipt. Each says the same in its alt text."""

from typing import Any

from handlers.answer_rows import Part
from handlers.messages import limits
from handlers.messages.build import button, clip, fit
from handlers.messages.values import Act, Card, Choice, Say
from handlers.questions import Question, Topic
from handlers.talk import Talk
from handlers.texts import say
from handlers.thai import moment
from handlers.wording import act, due, progress, way_on, words_of
from models.report import AnswerState, State

INK, QUIET, GREEN, PALE, AMBER = "#1B1F23", "#5B6470", "#0B6E4F", "#E8F3EE", "#8A5A00"
SHOWN = 220
"""UTF-16 units of one answer in the review card: ten such rows stay far below LINE's 30 KB a bubble."""
RECEIPT_BUBBLES = 3
"""Bubbles of full text after a receipt's card: room is left in the call of five for what was held."""
TOPIC_BUBBLES = 4
"""Bubbles of a topic in full."""
WHOLE = limits.TEXT_UNITS * limits.MESSAGES_PER_REQUEST
"""UTF-16 units of one answer; more than that no call holds."""


def text(words: str, **style: Any) -> dict[str, Any]:
    """Return a Flex text that wraps."""
    return {"type": "text", "text": words, "wrap": True, "color": INK, "size": "md"} | style


def column(contents: list[dict[str, Any]], **style: Any) -> dict[str, Any]:
    """Return a vertical Flex box."""
    return {"type": "box", "layout": "vertical", "contents": contents} | style


def bubble(title: str, under: str, body: list[dict[str, Any]], footer: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a bubble with a green head, a body and buttons below."""
    head = [
        text(title, weight="bold", size="lg", color="#FFFFFF"),
        text(under, size="sm", color="#FFFFFF"),
    ]
    made = {
        "type": "bubble",
        "size": "giga",
        "header": column(head, backgroundColor=GREEN, paddingAll="16px", spacing="xs"),
        "body": column(body, spacing="md", paddingAll="16px"),
    }
    return made | ({"footer": column(footer, spacing="sm")} if footer else {})


def overview(talk: Talk) -> Card:
    """Return the card of all topics and how each stands; a tap opens one."""
    parts = talk.parts()
    rows = [(topic, _topic_state(talk, topic, parts)) for topic in talk.questions.topics]
    done, _ = progress(talk)
    title = say("card.overview_title_n", of=len(rows))
    count = say("card.overview_count", done=done, of=len(rows))
    words = [say("card.overview_row", n=topic.number, topic=topic.title, state=state) for topic, state in rows]
    first = way_on(talk)
    onward = say("card.overview_send" if first.act.do == "submit" else "card.overview_resume")
    alt = say(
        "card.overview_alt",
        title=title,
        school=talk.stand.school_name,
        count=count,
        rows="\n".join(words),
        onward=onward,
    )
    body = [text(count, weight="bold"), text(say("card.due", due=due(talk)), size="sm", color=QUIET)]
    body += [_row(talk, topic, state) for topic, state in rows]
    footer = [button(first.label, first.act, primary=True)] if talk.writable else []
    footer += [button(say("label.summary"), Act("summary"))]
    return Card(alt, bubble(title, talk.stand.school_name, body, footer))


def _topic_state(talk: Talk, topic: Topic, parts: dict[str, list[Part]]) -> str:
    found = [talk.answers.get(question.key) for question in topic.questions if not question.optional]
    states = {answer.state if answer else AnswerState.OPEN for answer in found}
    if AnswerState.OPEN not in states:
        return say(
            "state.done" if states == {AnswerState.DONE} else "state.partly" if len(states) > 1 else "state.skipped"
        )
    begun = states != {AnswerState.OPEN} or any(parts.get(question.key) for question in topic.questions)
    return say("state.started" if begun else "state.open")


def _row(talk: Talk, topic: Topic, state: str) -> dict[str, Any]:
    done = state in (say("state.done"), say("state.partly"))
    mark = text("✓" if done else str(topic.number), align="center", weight="bold", color=GREEN if done else INK, flex=0)
    words = column([text(topic.title), text(state, size="sm", color=GREEN if done else QUIET)], flex=1)
    circle = column(
        [mark],
        width="32px",
        height="32px",
        cornerRadius="16px",
        backgroundColor=PALE,
        justifyContent="center",
        alignItems="center",
        flex=0,
    )
    opened = {
        "type": "postback",
        "label": str(topic.number),
        "data": act(talk, "topic", value=str(topic.number)).data(),
    }
    return {
        "type": "box",
        "layout": "horizontal",
        "contents": [circle, words],
        "spacing": "md",
        "alignItems": "center",
        "action": opened | {"displayText": say("typed.topic", n=topic.number)},
    }


_FOOTERS = {
    None: "state.draft",
    State.DRAFT: "state.draft",
    State.SUBMITTED: "card.review_footer_sent",
    State.REVIEWING: "state.reviewing",
    State.RETURNED: "state.returned",
    State.VERIFIED: "state.verified",
}


def review(talk: Talk) -> Card:
    """Return the card with every answer, a button to change each topic, and what comes next."""
    parts = talk.parts()
    sent = not talk.writable
    title = say("card.review_title_sent" if sent else "card.review_title")
    footer_words = say(_FOOTERS[talk.stand.state] if sent else "card.review_footer")
    rows = "\n".join(_words_of_topic(talk, topic, parts, SHOWN // 4) for topic in talk.questions.topics)
    alt = say("card.review_alt", title=title, school=talk.stand.school_name, rows=rows, footer=footer_words)
    body: list[dict[str, Any]] = []
    for topic in talk.questions.topics:
        body += [*_review_row(talk, topic, parts), {"type": "separator"}]
    body.append(text(footer_words, size="sm", color=QUIET))
    footer = [button(say("label.submit"), Act("submit"), primary=True)] if not sent and talk.stand.may_submit else []
    return Card(alt, bubble(title, talk.stand.school_name, body, footer))


def _review_row(talk: Talk, topic: Topic, parts: dict[str, list[Part]]) -> list[dict[str, Any]]:
    """Return a topic's head with its button, and its answers; a topic not begun takes one line."""
    begun = any(question.key in parts or question.key in talk.done for question in topic.questions)
    row: list[dict[str, Any]] = [text(f"{topic.number}. {topic.title}", weight="bold", flex=1)]
    if talk.writable and not talk.locked(topic.questions[0].key):
        row.append(_link(talk, topic, say("label.edit" if begun else "label.answer")))
    head = {"type": "box", "layout": "horizontal", "contents": row, "spacing": "md"}
    if not begun:
        return [head, text(say("card.no_answer"), color=QUIET)]
    return [head, *(_review_answer(talk, topic, question, parts) for question in topic.questions)]


def _link(talk: Talk, topic: Topic, label: str) -> dict[str, Any]:
    """Return a word to tap that opens a topic, bound to the revision of the answer it opens."""
    shown = talk.answers.get(topic.questions[0].key)
    data = act(talk, "edit", shown, value=str(topic.number)).data()
    tapped = {"type": "postback", "label": label, "data": data, "displayText": say("typed.topic", n=topic.number)}
    return text(label, color=GREEN, weight="bold", align="end", flex=0) | {"action": tapped}


def _review_answer(talk: Talk, topic: Topic, question: Question, parts: dict[str, list[Part]]) -> dict[str, Any]:
    shown, quiet = _shown(talk, topic, question.key, parts, SHOWN)
    return column([text(question.label, size="xs", color=QUIET), text(shown, color=QUIET if quiet else INK)])


def _shown(talk: Talk, topic: Topic, key: str, parts: dict[str, list[Part]], most: int) -> tuple[str, bool]:
    """Return one answer in words, shortened, and whether it is none."""
    question = talk.questions.question(key)
    answer = talk.answers.get(key)
    words = words_of(question, parts.get(key, [])) if question else ""
    if not words:
        skipped = answer is not None and answer.state == AnswerState.SKIPPED
        return say("card.skipped" if skipped else "card.no_answer"), True
    private = f" ({say('card.private')})" if answer and answer.private else ""
    return clip(words, most) + private, False


def _words_of_topic(talk: Talk, topic: Topic, parts: dict[str, list[Part]], most: int, only: str | None = None) -> str:
    """Return a topic's title and answers, each of at most ``most`` UTF-16 units. only: one part's answers."""
    asked = [question for question in topic.questions if question.part == only] or topic.questions
    lines = [
        say("card.review_answer", label=question.label, answer=_shown(talk, topic, question.key, parts, most)[0])
        for question in asked
    ]
    return say("card.review_row", n=topic.number, topic=topic.title, answers="\n".join(lines))


def receipt(talk: Talk, reference: str) -> list[Card | Say]:
    """Return the receipt: the full text that was sent, and below it, where the eye is then, a card with reference and
    date."""
    when, at = moment(talk.now), talk.stand
    following = say("card.receipt_next")
    alt = say(
        "card.receipt_alt",
        when=when,
        reference=reference,
        school=at.school_name,
        agency=at.agency,
        next=following,
    )
    body = [
        text(say("card.receipt_reference", reference=reference), weight="bold"),
        text(when),
        text(say("card.receipt_to", agency=at.agency)),
        {"type": "separator"},
        text(following, size="sm", color=QUIET),
        text(say("card.thanks"), weight="bold", color=GREEN),
    ]
    choices = (Choice(say("label.withdraw"), Act("withdraw")), Choice(say("label.status"), Act("status")))
    card = Card(alt, bubble(say("card.receipt_title"), at.school_name, body, []), choices)
    return [_full_text(talk, reference), card]


def _full_text(talk: Talk, reference: str) -> Say:
    """Return the whole report in as few bubbles as hold it; topics beyond them are opened by their number."""
    parts = talk.parts()
    topics = [_words_of_topic(talk, topic, parts, WHOLE) for topic in talk.questions.topics]
    whole = say("card.receipt_text", reference=reference, rows="\n\n".join(topics))
    return Say(fit(whole, RECEIPT_BUBBLES, say("card.receipt_rest")))


def topic_text(talk: Talk, topic: Topic) -> str:
    """Return one topic with its answers in full, or the part of it that was asked for.

    What is too long for one call ends with how to see the rest: part by part.
    """
    part = talk.understood.part
    words = _words_of_topic(talk, topic, talk.parts(), WHOLE, part)
    divided = part is None and len(topic.questions) > 1
    labels = {"n": topic.number, "label": topic.questions[min(1, len(topic.questions) - 1)].label}
    return fit(words, TOPIC_BUBBLES, say("more.topic", **labels) if divided else say("more.part"))

"""The cards of a verifier (Flex): the queue, one report, one topic. Each says the same in its alt text."""

from collections.abc import Sequence
from typing import Any

from handlers.cards import AMBER, GREEN, INK, QUIET, bubble, column, text
from handlers.messages.build import button, clip
from handlers.messages.values import Act, Card, Choice
from handlers.questions import Question, Topic
from handlers.reviews import Case
from handlers.reviews_view import View, Words
from handlers.rulings import Ruling
from handlers.shown_files import has_files
from handlers.texts import say
from handlers.thai import day, moment
from handlers.wording import words_of
from models.report import AnswerState, State
from models.review import Decision, Evidence

LISTED = 10
"""Reports shown at a time: the oldest are dealt with first."""
ROOM, ALT_ROOM = 2400, 600
"""UTF-16 units of a topic's words in its card and its alt text, shared among its questions."""

_EVIDENCE = {
    Evidence.DOCUMENT: "review.by_document",
    Evidence.PHOTO: "review.by_photo",
    Evidence.VISIT: "review.by_visit",
}
_STATES = {
    State.SUBMITTED: "review.waits",
    State.REVIEWING: "review.under_review",
    State.VERIFIED: "review.is_verified",
    State.RETURNED: "review.is_returned",
}


def evidence_word(evidence: Evidence | None) -> str:
    """Return the kind of evidence in words."""
    return say(_EVIDENCE[evidence]) if evidence else ""


def ruling_words(found: Ruling | None, resent: bool = False) -> str:
    """Return a decision in a few words."""
    if found is None:
        return say("review.resent" if resent else "review.open")
    if found.decision == Decision.VERIFIED:
        return say("review.verified", evidence=evidence_word(found.evidence))
    if found.decision == Decision.VISIT and found.visit_on:
        return say("review.visit", day=day(found.visit_on))
    return say("review.returned")


def _tap(label: str, act: Act, word: str) -> dict[str, Any]:
    return {"type": "postback", "label": label, "data": act.data(), "displayText": word}


def queue_card(cases: Sequence[Case], total: int, *, title: str, under: str) -> Card:
    """Return the list of reports; a tap or its number opens one."""
    rows = [_case_line(number, case) for number, case in enumerate(cases, 1)]
    more = [say("review.queue_more", n=total - len(cases))] if total > len(cases) else []
    ends = [*more, say("review.queue_how")]
    body: list[dict[str, Any]] = []
    for number, (case, line) in enumerate(zip(cases, rows, strict=True), 1):
        act = _tap(str(number), Act("case", case.report), str(number))
        body += [column([text(line[0], weight="bold"), text(line[1], size="sm", color=QUIET)], action=act)]
        body += [{"type": "separator"}]
    body += [text("\n".join(ends), size="sm", color=QUIET)]
    alt = "\n".join([f"{title} · {under}", *("\n".join(line) for line in rows), *ends])
    choices = tuple(Choice(str(number), Act("case", case.report)) for number, case in enumerate(cases, 1))
    return Card(alt, bubble(title, under, body, []), choices)


def _case_line(number: int, case: Case) -> tuple[str, str]:
    named = say("review.queue_row", n=number, school=case.school_name, district=case.district)
    return named, say("review.queue_when", when=moment(case.submitted_at), state=say(_STATES[case.state]))


def _where(view: View) -> str:
    case = view.case
    return say("review.where", school=case.school_name, district=case.district)


def case_card(view: View) -> Card:
    """Return a report's topics and how each stands, with what can be done next."""
    case, title = view.case, say(_STATES[view.case.state])
    facts = say("review.facts", title=case.title, reference=case.reference or "-", when=moment(view.last.at))
    again = [say("review.sent_again", n=view.last.number)] if view.last.number > 1 else []
    rows = [
        (topic, say("review.topic_row", n=topic.number, topic=topic.title), _state(view, topic))
        for topic in view.topics
    ]
    hidden = [say("review.hidden")] if view.hidden else []
    ends = [*hidden, say(_how(view))]
    lines = [facts, *again, *(f"{row} – {state}" for _, row, state in rows), *ends]
    body = [text("\n".join([facts, *again]), size="sm", color=QUIET)]
    body += [_topic_row(view, topic, row, state) for topic, row, state in rows]
    body += [{"type": "separator"}, text("\n".join(ends), size="sm", color=QUIET)]
    under = _where(view)
    return Card("\n".join([f"{title} · {under}", *lines]), bubble(title, under, body, []), case_choices(view))


def _state(view: View, topic: Topic) -> str:
    return ruling_words(view.standing(topic), resent=view.sending_before(topic) is not None)


def _how(view: View) -> str:
    if view.case.state == State.VERIFIED:
        return "review.how_verified"
    if view.case.state == State.RETURNED:
        return "review.how_returned"
    if not view.open():
        return "review.how_ready"
    return "review.how_open"


def _topic_row(view: View, topic: Topic, row: str, state: str) -> dict[str, Any]:
    act = _tap(str(topic.number), Act("look", view.case.report, topic.key), say("typed.topic", n=topic.number))
    done = view.standing(topic) is not None
    return column([text(row), text(state, size="sm", color=GREEN if done else AMBER)], action=act)


def case_choices(view: View) -> tuple[Choice, ...]:
    """Return what can be done with a report as a whole."""
    case = view.case
    look = [Choice(say("label.look", n=one.number), Act("look", case.report, one.key)) for one in view.open()[:1]]
    queue = Choice(say("label.queue"), Act("queue"))
    if case.state != State.REVIEWING:
        return (queue, Choice(say("label.decided"), Act("decided")))
    ready = [] if view.open() else [Choice(say("label.conclude"), Act("conclude", case.report))]
    back = [] if view.begun else [Choice(say("label.put_back"), Act("put_back", case.report))]
    return (*ready, *look, *back, queue)


# One topic --------------------------------------------------------------------------------------------------------


def topic_card(view: View, topic: Topic) -> Card:
    """Return a topic: the school's words, what was before, what is decided, and the decisions there are."""
    title = say("review.topic_title", n=topic.number, of=len(view.questions.topics), topic=topic.title)
    shown = view.shown(topic)
    notes = _notes(view, topic)
    alt_lines, body = [f"{title} · {_where(view)}"], []
    for question in shown:
        alt_lines += [line for _, line in _lines(view, topic, question, ALT_ROOM // len(shown))]
        body += [column([_styled(kind, line) for kind, line in _lines(view, topic, question, ROOM // len(shown))])]
        body += [{"type": "separator"}]
    how = say("review.how_topic", n=topic.number) if view.case.state == State.REVIEWING else say(_how(view))
    body += [text(note, size="sm", color=AMBER) for note in notes] + [text(how, size="sm", color=QUIET)]
    alt = "\n".join([*alt_lines, *(clip(note, 300) for note in notes), how])
    return Card(alt, bubble(title, _where(view), body, _footer(view, topic)), topic_choices(view, topic))


def _styled(kind: str, line: str) -> dict[str, Any]:
    color = {"now": INK, "after": GREEN}.get(kind, QUIET)
    return text(line, size="md" if kind in ("now", "after") else "sm", color=color)


def _lines(view: View, topic: Topic, question: Question, room: int) -> list[tuple[str, str]]:
    """Return an answer in words: label, what was sent (before and after where it changed), the round before."""
    most = max(60, min(600, room))
    now = _words(view.words, question, most) or _none(view, question)
    lines = [("label", _label(view, question))]
    before = view.words_before(topic)
    changed = before is not None and [one.id for one in before.get(question.key, [])] != [
        one.id for one in view.words.get(question.key, [])
    ]
    if changed and before is not None:
        lines.append(
            ("before", say("review.before", words=_words(before, question, most // 2) or say("card.no_answer")))
        )
        lines.append(("after", say("review.after", words=now)))
    else:
        lines.append(("now", now))
    last = _words(view.last_round, question, most // 3)
    lines += [("last", say("review.last_round", words=last))] if last else []
    plan = view.plans.get(question.key)
    return [*lines, ("last", say("review.plan", state=say(f"label.plan_{plan}")))] if plan else lines


def _none(view: View, question: Question) -> str:
    skipped = view.last.answers.get(question.key, {}).get("state") == AnswerState.SKIPPED
    return say("card.skipped" if skipped else "card.no_answer")


def _label(view: View, question: Question) -> str:
    return say("review.kept", label=question.label) if question.key in view.kept else question.label


def _words(found: Words, question: Question, most: int) -> str:
    return clip(words_of(question, found.get(question.key, [])), most)


def _notes(view: View, topic: Topic) -> list[str]:
    """Return what was decided on a topic so far, what was asked for and what the school says to it."""
    notes = []
    back = view.returned(topic)
    if back is not None:
        notes.append(say("review.asked_for", reason=reason_of(back)))
        notes += [
            say("review.explained", words=one.text or say("review.unsent")) for one in view.explained.get(back.id, [])
        ]
    found = view.standing(topic)
    if found is not None:
        notes.append(say("review.stands", what=ruling_words(found), who=who(found), when=moment(found.at)))
    if any(view.is_private(one.key) for one in topic.questions):
        notes.append(say("review.hidden"))
    if has_files(view, topic):
        notes.append(say("review.how_files"))
    return notes


def reason_of(found: Ruling) -> str:
    """Return the reason of a return; one whose bubble was unsent is gone."""
    return found.reason or say("review.unsent")


def who(found: Ruling) -> str:
    """Return who decided, as far as a name is known."""
    return found.name or say("role.verifier")


def bound(view: View, topic: Topic, do: str, more: str = "") -> Act:
    """Return the act of a decision's button: it counts only as long as nobody has decided since."""
    value = f"{view.last.id}.{more}" if more else str(view.last.id)
    return Act(do, view.case.report, topic.key, view.seen(topic), value)


def _footer(view: View, topic: Topic) -> list[dict[str, Any]]:
    if view.case.state == State.VERIFIED:
        return [button(say("label.reopen"), bound(view, topic, "reopen"))]
    if view.case.state != State.REVIEWING:
        return []
    by = [
        button(say("review.verify_by", evidence=evidence_word(kind)), bound(view, topic, "verify", kind), primary=True)
        for kind in Evidence
    ]
    return [
        *by,
        button(say("label.send_back"), bound(view, topic, "send_back")),
        button(say("label.visit"), bound(view, topic, "visit")),
    ]


def topic_choices(view: View, topic: Topic) -> tuple[Choice, ...]:
    """Return where one can go from a topic."""
    case = view.case
    others = [one for one in view.open() if one.key != topic.key]
    following = next((one for one in others if one.number > topic.number), others[0] if others else None)
    look = [Choice(say("label.look", n=following.number), Act("look", case.report, following.key))] if following else []
    ready = case.state == State.REVIEWING and not view.open()
    conclude = [Choice(say("label.conclude"), Act("conclude", case.report))] if ready else []
    full = Choice(say("label.full"), Act("full", case.report, topic.key))
    files = [Choice(say("label.files"), Act("files", case.report, topic.key))] if has_files(view, topic) else []
    return (
        *conclude,
        *look,
        *files,
        full,
        Choice(say("label.all_topics"), Act("case", case.report)),
        Choice(say("label.queue"), Act("queue")),
    )


def topic_in_full(view: View, topic: Topic) -> str:
    """Return a topic's words, whole, the round before included."""
    lines = [say("review.topic_title", n=topic.number, of=len(view.questions.topics), topic=topic.title), _where(view)]
    for question in view.shown(topic):
        lines += [
            "",
            _label(view, question),
            words_of(question, view.words.get(question.key, [])) or _none(view, question),
        ]
        last = words_of(question, view.last_round.get(question.key, []))
        lines += [say("review.last_round", words=last)] if last else []
    return "\n".join(lines)

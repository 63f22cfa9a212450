"""Verbs that send a report to its agency and take it back."""

from handlers import answer_rows, asks, reports, sendings
from handlers.cards import receipt, review
from handlers.flows.report import CONFIRM, WITHDRAW
from handlers.messages.values import Act, Choice, Say
from handlers.questions import Question
from handlers.returned_cards import returned_card, undealt
from handlers.reviews_telling import tell_verifiers
from handlers.standing import HOME
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.verbs.filing import offer_again
from handlers.verbs.moving import show_sent
from handlers.wording import act, choice
from models.outbox import Policy
from models.report import AnswerState, State


def ask_submit(talk: Talk) -> Turn:
    """Ask for the last word before sending, or say what is still without an answer."""
    if not talk.writable:
        return show_sent(talk)
    if talk.place.memo.get("waiting"):
        return offer_again(talk, sending=True)
    _end_begun(talk)
    asked = [one for one in talk.questions.questions if not talk.locked(one.key)]
    missing = [one for one in asked if not one.optional and one.key not in talk.done]
    if missing:
        return _tell_missing(talk, missing)
    if talk.returned is not None and (rest := undealt(talk)):
        numbers = " ".join(str(topic.number) for topic in rest)
        return turn(Say(say("returned.undealt", topics=numbers)), returned_card(talk))
    if not talk.stand.may_submit:
        return turn(Say(say("report.delegate_ready"), (Choice(say("label.summary"), Act("summary")),)))
    number = _edition(talk)
    talk.go(CONFIRM, edition=number)
    return turn(_ask_confirm(talk, number))


def _end_begun(talk: Talk) -> None:
    """Count as answered what has words, though nobody said that it was the end of them."""
    for key in talk.parts():
        answer = talk.answer(key)
        if answer.state == AnswerState.OPEN:
            answer.state = AnswerState.DONE
            answer_rows.save(talk.db, answer, talk.person.id, talk.now)


def _edition(talk: Talk) -> int:
    return reports.edition(talk.db, talk.report, list(talk.answers.values()))


def _ask_confirm(talk: Talk, number: int) -> Say:
    words = say("report.confirm", agency=talk.stand.agency, school=talk.stand.school_name, counts=_counts(talk))
    sure = Choice(say("label.confirm"), Act("confirm", talk.report, revision=number))
    return Say(words, (sure, Choice(say("label.not_yet"), Act("not_yet")), choice(talk, "summary")))


def _counts(talk: Talk) -> str:
    """Return what was answered, or which questions were left out."""
    if talk.returned is not None:
        back = [topic for topic in talk.questions.topics if topic.questions[0].key in talk.returned]
        return say("returned.sending", topics=" ".join(str(topic.number) for topic in back))
    skipped = [
        one
        for one in talk.questions.questions
        if not one.optional and talk.answer(one.key).state == AnswerState.SKIPPED
    ]
    if not skipped:
        return say("report.confirm_all", of=len(talk.questions.topics))
    return say("report.confirm_skipped", skipped=_by_topic(talk, skipped))


def _by_topic(talk: Talk, found: list[Question]) -> str:
    """Return questions one line a topic; a whole topic by its title."""
    lines = []
    for topic in talk.questions.topics:
        here = [one for one in topic.questions if one in found]
        whole = len(here) == sum(not one.optional for one in topic.questions)
        labels = topic.title if whole else " · ".join(one.label for one in here)
        lines += [say("report.item", n=topic.number, labels=labels)] if here else []
    return "\n".join(lines)


def _tell_missing(talk: Talk, missing: list[Question]) -> Turn:
    words = say("report.missing", missing=_by_topic(talk, missing))
    return turn(Say(words, (Choice(say("label.resume"), Act("report")), Choice(say("label.menu"), Act("menu")))))


def submit(talk: Talk) -> Turn:
    """Send the report that was shown; one that has changed since is shown again."""
    if not talk.writable:
        return show_sent(talk)
    if not talk.stand.may_submit:
        return ask_submit(talk)
    number = _edition(talk)
    shown = talk.act.revision if talk.act else talk.place.memo.get("edition")
    if shown != number:
        return turn(Say(say("report.changed_since")), review(talk), *ask_submit(talk).said)
    return _send(talk)


def _send(talk: Talk) -> Turn:
    at = talk.stand
    reference = sendings.submit(
        talk.db,
        talk.channel,
        talk.report,
        at.state or State.DRAFT,
        code=at.code or "",
        year=at.year,
        semester=at.semester,
        by=talk.person.id,
        now=talk.now,
    )
    if reference is None:  # the school's other hand was quicker
        return show_sent(talk)
    if at.school is not None and at.agency_id is not None:
        asks.make(talk.db, talk.channel, talk.report, at.school, at.agency_id, talk.questions, talk.now)
        tell_verifiers(talk, at.school)
    talk.go(HOME)
    return turn(*receipt(talk, reference), policy=Policy.PUSH)


def not_yet(talk: Talk) -> Turn:
    """Keep the draft; one that is sent already is said to be."""
    if not talk.writable:
        return show_sent(talk)
    talk.go(HOME)
    resume = Choice(say("label.resume"), Act("report"))
    return turn(Say(say("report.not_sent"), (resume, choice(talk, "summary"), choice(talk, "submit"))))


def ask_withdraw(talk: Talk) -> Turn:
    """Ask before a sent report becomes a draft again."""
    refused = _may_not_withdraw(talk)
    if refused:
        return turn(Say(say(refused), (choice(talk, "status"),)))
    talk.go(WITHDRAW)
    asked = say("report.withdraw_ask", reference=talk.stand.reference)
    sure = Choice(say("label.withdraw_sure"), act(talk, "confirm", value=WITHDRAW))
    return turn(Say(asked, (sure, Choice(say("label.keep_sent"), Act("cancel")))))


def _may_not_withdraw(talk: Talk) -> str | None:
    at = talk.stand
    if at.state in (None, State.DRAFT, State.RETURNED):
        return "report.nothing_to_withdraw"
    if not at.may_submit:
        return "report.delegate_no_withdraw"
    return None if at.state == State.SUBMITTED else "report.may_not_withdraw"


def withdraw(talk: Talk) -> Turn:
    """Take a sent report back, as long as nobody has begun to verify it."""
    refused = _may_not_withdraw(talk)
    by = talk.person.id
    if not refused and not reports.move(
        talk.db, talk.channel, talk.report, State.SUBMITTED, State.DRAFT, by=by, now=talk.now
    ):
        refused = "report.may_not_withdraw"
    talk.go(HOME)
    words = say(refused or "report.withdrawn")
    more = (choice(talk, "status"),) if refused else (choice(talk, "summary"), choice(talk, "submit"))
    return turn(Say(words, more))


def keep_sent(talk: Talk) -> Turn:
    """Leave a sent report where it is."""
    talk.go(HOME)
    return turn(Say(say("report.not_withdrawn"), (choice(talk, "status"),)))

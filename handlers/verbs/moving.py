"""Verbs that move through a report: begin, resume, open, edit, go back, pause."""

from dataclasses import replace
from datetime import timedelta

from handlers import reports, rounds_last
from handlers.answer_rows import Answer
from handlers.cards import overview, review, topic_text
from handlers.flows.report import DELETE, REMIND_AGAIN
from handlers.keeping import acknowledge, keep_part
from handlers.messages.build import clip, fits_keyboard
from handlers.messages.values import Act, Choice, Say
from handlers.numbers import number as number_of
from handlers.questions import Question, Topic
from handlers.returned_cards import returned_card, tell_locked
from handlers.standing import HOME
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.thai import moment, today
from handlers.wording import QUOTED, act, ask, choice, due, edit_words, progress, slots, steer, words_of
from handlers.words import Intent, understand
from models.report import AnswerState, PartKind, State

REMEMBERED = timedelta(hours=1)
"""For so long somebody remembers what a report is about."""


def put(talk: Talk, question: Question, *, lead: str = "", **memo: object) -> Turn:
    """Move to a question and ask it."""
    talk.go(question.key, **memo)
    return turn(ask(talk, question, lead=lead))


def onward(talk: Talk, key: str, lead: str = "") -> Turn:
    """Go to the next open question after a step, or to the review where none is open."""
    step = talk.flow.after(key, talk.done)
    question = talk.questions.question(step.key) if step else None
    if question is not None:
        return put(talk, question, lead=lead)
    talk.go(HOME)
    if talk.returned is not None:
        return turn(Say("\n".join(line for line in (lead, say("returned.all_dealt")) if line)), returned_card(talk))
    said = "\n".join(line for line in (lead, say(_end_of(talk))) if line)
    return turn(Say(said), review(talk))


def _end_of(talk: Talk) -> str:
    """Return the sentence for the end of the questions: some or all may have been skipped."""
    states = {answer.state for answer in talk.answers.values()}
    if AnswerState.DONE not in states:
        return "report.all_skipped"
    return "report.all_seen" if AnswerState.SKIPPED in states else "report.all_done"


def resume(talk: Talk) -> Turn:
    """Begin a report, or go on at the first open question."""
    if not talk.writable:
        return show_sent(talk)
    if talk.returned is not None and talk.question is None:
        talk.go(HOME)
        return turn(returned_card(talk))
    if talk.stand.report is None and not _just_opened(talk):
        return turn(Say(opening(talk)), *begin(talk).said)
    return begin(talk)


def begin(talk: Talk) -> Turn:
    """Ask the open question again, or go on at the first open one."""
    here = talk.question
    if here is not None and here.key not in talk.done and not talk.place.memo.get("edit"):
        return put(talk, here)
    return onward(talk, HOME)


def _just_opened(talk: Talk) -> bool:
    """Tell whether the opening was said on joining, a moment ago."""
    since = talk.place.since
    return bool(talk.place.memo.get("opened")) and since is not None and talk.heard.at - since < REMEMBERED


def opening(talk: Talk) -> str:
    """Return what a round is about: topics, minutes, due date."""
    at, asked = talk.stand, talk.questions
    return say("report.opening", title=asked.title, round=at.title, minutes=asked.minutes, due=due(talk))


def show_sent(talk: Talk) -> Turn:
    """Say what became of a report that cannot be written now, and what one may do."""
    at = talk.stand
    if at.round is None:
        return turn(Say(say("report.no_round", agency=at.agency)))
    if not at.may_write or at.submitted_at is None:
        return turn(overview(talk))
    words = say(
        "report.sent_already", when=moment(at.submitted_at), reference=at.reference, next=say(_FOLLOWS[at.state])
    )
    more = (choice(talk, "withdraw"),) if at.state == State.SUBMITTED else ()
    return turn(Say(words, (choice(talk, "status"), *more)))


_FOLLOWS = {
    None: "report.may_change",
    State.DRAFT: "report.may_change",
    State.SUBMITTED: "report.may_withdraw",
    State.REVIEWING: "report.may_not_withdraw",
    State.RETURNED: "report.may_change",
    State.VERIFIED: "report.is_verified",
}
"""What a person may do with a report that was sent, by its state."""


def show_overview(talk: Talk) -> Turn:
    """Show how every topic stands; a bare number said next opens one."""
    talk.note(menu=True)
    return turn(overview(talk))


def show_review(talk: Talk) -> Turn:
    """Show every answer."""
    talk.note(menu=True)
    return turn(review(talk))


def go_back(talk: Talk) -> Turn:
    """Go to the question before; at the first one, say so and ask it again."""
    step = talk.flow.before(talk.place.step)
    question = talk.questions.question(step.key) if step else None
    if question is not None:
        return put(talk, question)
    here = talk.question
    return put(talk, here, lead=say("report.first_question")) if here else show_overview(talk)


def pause(talk: Talk) -> Turn:
    """Leave the question; nothing is lost and the way back is told."""
    if not talk.writable:
        return show_sent(talk)
    done, of = progress(talk)
    talk.go(HOME)
    words = say("report.paused", done=done, of=of)
    again = Choice(say("label.snooze"), Act(REMIND_AGAIN, value=today(talk.now).isoformat()))
    return turn(Say(words, (Choice(say("label.resume"), Act("report")), again, Choice(say("label.menu"), Act("menu")))))


def named_topic(talk: Talk) -> Topic | None:
    """Return the topic that was named, or the one of the open question where none was."""
    number = talk.understood.topic
    if number is None and talk.act:
        number = number_of(talk.act.value)
    if number is None and talk.question:
        return talk.questions.topic_of(talk.question.key)
    return talk.questions.topic(number) if number is not None else None


def named_question(talk: Talk) -> Question | None:
    """Return the question that was named: by topic and part; a topic alone means the open one or its first."""
    topic = named_topic(talk)
    if topic is None:
        return None
    part = talk.understood.part
    if part:
        return next((one for one in topic.questions if one.part == part), topic.questions[0])
    if talk.question in topic.questions and talk.understood.topic is None:
        return talk.question
    return topic.questions[0]


def no_topic(talk: Talk) -> Turn:
    """Say which numbers there are; the bare number that comes next is one of them."""
    talk.note(menu=True)
    of = len(talk.questions.topics)
    key = "report.no_topic" if talk.understood.topic is not None else "report.edit_which"
    return turn(Say(say(key, of=of), (Choice(say("label.menu"), Act("menu")),)))


def open_topic(talk: Talk) -> Turn:
    """Open a topic at its first open question; a sent one is shown in full."""
    topic = named_topic(talk)
    if topic is None:
        return no_topic(talk)
    if not talk.writable:
        return turn(Say(topic_text(talk, topic), (choice(talk, "status"),)))
    if talk.locked(topic.questions[0].key):
        return turn(Say(topic_text(talk, topic)), *tell_locked(talk).said)
    rest = talk.understood.rest.strip()
    if rest and understand(rest, asking=True).intent in (Intent.ANSWER, Intent.NONE):
        return append(talk)  # "ข้อ 2 ครูใช้ …" brings its words along
    asked = [one for one in topic.questions if one.key not in talk.done]
    return put(talk, asked[0]) if asked else edit_question(talk, topic.questions[0])


def edit(talk: Talk) -> Turn:
    """Open an answer for a change: its old words are shown, and come back in the keyboard where they fit."""
    if not talk.writable:
        return show_sent(talk)
    question = named_question(talk)
    if question and talk.act and talk.act.do == "replace" and talk.place.memo.get("edit"):
        typed = _typed_words(talk, question)
        key = "report.edit_type" if typed and fits_keyboard(typed) else "report.edit_retype"
        return turn(Say(say(key, **slots(talk, question)), steer(talk, question)))
    return edit_question(talk, question) if question else no_topic(talk)


def edit_question(talk: Talk, question: Question) -> Turn:
    """Show an answer for a change; one that is empty or of options is simply asked."""
    if talk.locked(question.key):
        return tell_locked(talk)
    words = _answer_words(talk, question)
    if not words or question.options:
        return put(talk, question)
    found = talk.answer(question.key)
    talk.go(question.key, edit="replace")
    asked = say("report.edit_ask", answer=clip(words, QUOTED), **slots(talk, question))
    if _has_changed_since_shown(talk, found):
        asked = say("report.edit_since") + "\n\n" + asked
    others = _other_parts(talk, question)
    if others:
        edits = " ".join(f"“{edit_words(talk, one)}”" for one in others)
        asked += "\n" + say("report.edit_others", edits=edits, **slots(talk, question))
    choices = (
        choice(talk, "replace", found, fill=_typed_words(talk, question)),
        choice(talk, "append", found),
        Choice(say("label.keep"), act(talk, "cancel", found)),
        *(_other_part(talk, one) for one in others),
    )
    return turn(Say(asked, choices, (talk.report, question.key)))


def _has_changed_since_shown(talk: Talk, answer: Answer) -> bool:
    """Tell whether the button that opened an answer was shown with an older revision of it."""
    act = talk.act
    return act is not None and act.question == answer.question and act.revision not in (None, answer.revision)


def _typed_words(talk: Talk, question: Question) -> str:
    """Return what was typed of an answer, for the keyboard to begin with."""
    return words_of(question, [part for part in talk.parts_of(question.key) if part.kind == PartKind.TEXT])


def _other_parts(talk: Talk, question: Question) -> list[Question]:
    """Return the other questions of the topic that were begun: a topic number alone opens its first."""
    topic = talk.questions.topic_of(question.key)
    return [one for one in topic.questions if one != question and one.key in talk.answers] if topic else []


def _other_part(talk: Talk, question: Question) -> Choice:
    opened = act(talk, "open", talk.answer(question.key))
    return Choice(say("label.edit_part", **slots(talk, question)), opened, word=edit_words(talk, question))


def append(talk: Talk) -> Turn:
    """Open an answer to add words to it; words that came with the command are added at once."""
    if not talk.writable:
        return show_sent(talk)
    question = named_question(talk)
    if question is None:
        return no_topic(talk)
    if talk.locked(question.key):
        return tell_locked(talk)
    rest = talk.understood.rest.strip()
    if not rest:
        talk.go(question.key)
        return turn(Say(say("report.edit_append", **slots(talk, question)), steer(talk, question)))
    return _append_words(talk, question, rest)


def _append_words(talk: Talk, question: Question, rest: str) -> Turn:
    found = talk.answer(question.key)
    keep_part(talk, found, replace(talk.heard, text=rest))
    talk.go(question.key)
    return acknowledge(talk, question, found)


def _answer_words(talk: Talk, question: Question) -> str:
    return words_of(question, talk.parts_of(question.key))


def ask_delete(talk: Talk) -> Turn:
    """Ask before an answer is taken out."""
    if not talk.writable:
        return show_sent(talk)
    again = talk.questions.question(str(talk.place.memo.get("question")))
    question = again if talk.place.step == DELETE and talk.understood.topic is None else named_question(talk)
    if question is None:
        return no_topic(talk)
    if talk.locked(question.key):
        return tell_locked(talk)
    words = _answer_words(talk, question)
    if not words:
        return put(talk, question)
    talk.go(DELETE, question=question.key)
    asked = say("report.delete_ask", answer=clip(words, QUOTED), **slots(talk, question))
    found = talk.answer(question.key)
    sure = Choice(say("label.delete_sure"), act(talk, "confirm", found))
    return turn(Say(asked, (sure, Choice(say("label.keep"), Act("cancel", talk.report, value=DELETE)))))


def delete(talk: Talk) -> Turn:
    """Take an answer out: an empty revision follows, the older words stay in the history."""
    question = talk.questions.question(str(talk.place.memo.get("question")))
    if question is None or not talk.writable or talk.locked(question.key):
        return show_overview(talk)
    found = talk.answer(question.key)
    was = found.revision
    reports.clear(talk.db, found, talk.person.id, talk.now)
    rounds_last.note_kept(talk.db, found.id, None)
    return put(talk, question, lead=say("report.deleted", **slots(talk, question)), was=was, now=found.revision)

"""Verbs on what was said the round before: keep an answer ("เหมือนเดิม"), say what became of a plan.

Words that ask for it count only where there is something to keep; else they are the answer, as typed.
"""

from handlers import answer_rows, reports, rounds_last
from handlers.heard import Kind
from handlers.keeping import keep_words
from handlers.messages.build import clip
from handlers.messages.values import Act, Choice, Say
from handlers.questions import Question
from handlers.rounds_last import STATES, Last
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.verbs import answering
from handlers.wording import QUOTED, ask, choice, last_said, plan_waits, slots, undo, words_of
from models.report import AnswerState, PartKind


def answer(talk: Talk) -> Turn:
    """Keep what was said; "เหมือนเดิม" keeps the answer of the round before."""
    return _of_last_round(talk) or answering.answer(talk)


def pick(talk: Talk) -> Turn:
    """Choose options; "เหมือนเดิม" chooses those of the round before."""
    return _of_last_round(talk) or answering.pick(talk)


def _of_last_round(talk: Talk) -> Turn | None:
    if talk.heard.kind != Kind.TEXT or talk.question is None:
        return None
    meant = rounds_last.meant(talk.heard.text)
    if meant == "same":
        return _keep(talk, talk.question)
    return _check(talk, talk.question, meant) if meant else None


def keep_same(talk: Talk) -> Turn:
    """Keep the answer of the round before, by a tap."""
    question = talk.question
    if question is None:
        raise LookupError(talk.place.step)
    return _keep(talk, question) or turn(ask(talk, question))


def _keep(talk: Talk, question: Question) -> Turn | None:
    """Let the words of the round before be the answer: a new revision, marked as kept. None where there are none."""
    last = last_said(talk, question)
    if last is None:
        return None
    found = talk.answer(question.key)
    was = found.revision if reports.counts(talk.db, found) else None
    if was is not None:
        reports.revise(talk.db, found, talk.person.id, talk.now)
    offered = {option.key for option in question.options}
    for part in last.words:
        if part.kind == PartKind.TEXT or part.text in offered:
            keep_words(talk, found, part.kind, part.text or "")
    found.state = AnswerState.DONE
    found.private = last.private and question.may_be_private
    answer_rows.save(talk.db, found, talk.person.id, talk.now)
    rounds_last.note_kept(talk.db, found.id, last.answer)
    return _shown(talk, question, last, was)


def _shown(talk: Talk, question: Question, last: Last, was: int | None) -> Turn:
    """Show the words that were kept: they may stay so, or be changed."""
    found = talk.answer(question.key)
    edit = {} if question.options else {"edit": "replace"}
    talk.go(question.key, **edit, **({"was": was, "now": found.revision} if was else {}))
    words = words_of(question, last.words)
    lines = [say("last_round.kept", title=last.title, answer=clip(words, QUOTED), **slots(talk, question))]
    lines += [say("last_round.no_files")] if len(last.parts) > len(last.words) else []
    lines.append(say("last_round.kept_options" if question.options else "last_round.kept_more"))
    typed = "\n".join(part.text or "" for part in last.words)
    onward = Choice(say("label.keep_same"), Act("next", talk.report, question.key, found.revision))
    change = () if question.options else (choice(talk, "replace", found, fill=typed),)
    back = (undo(talk, found, was),) if was else ()
    return turn(Say("\n\n".join(lines), (onward, *change, *back), (talk.report, question.key)))


def check_plan(talk: Talk) -> Turn:
    """Say by a tap what became of the plan of the round before."""
    question = talk.question
    if question is None:
        raise LookupError(talk.place.step)
    return _check(talk, question, talk.act.value if talk.act else None) or turn(ask(talk, question))


def _check(talk: Talk, question: Question, state: str | None) -> Turn | None:
    """Write down what became of the plan, and ask the question again; None where nothing waits to be said."""
    if state not in STATES or not plan_waits(talk, question) or last_said(talk, question) is None:
        return None
    rounds_last.check_plan(talk.db, talk.channel, talk.report, question.key, state, talk.person.id, talk.now)
    lead = say("last_round.checked", state=say(f"label.plan_{state}"), **slots(talk, question))
    return turn(ask(talk, question, lead=lead))

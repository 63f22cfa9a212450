"""How a report is put into words: a question, what is kept so far, the buttons below."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from handlers import rounds_last
from handlers.answer_rows import Answer, Part
from handlers.messages import limits
from handlers.messages.build import clip
from handlers.messages.values import Act, Choice, Say
from handlers.questions import Option, Question, Topic
from handlers.questions import Part as QuestionPart
from handlers.rounds_last import Last
from handlers.talk import Talk
from handlers.texts import say
from handlers.thai import day
from models.report import AnswerState, PartKind

QUOTED = 600
"""UTF-16 units of an answer shown back beside other words; the whole of it stands in the review and the receipt."""
PLAN = 300
"""UTF-16 units of a plan of the round before."""


def topic_of(talk: Talk, question: str) -> Topic:
    """Return the topic of a question that the set has."""
    topic = talk.questions.topic_of(question)
    if topic is None:
        raise LookupError(question)
    return topic


def slots(talk: Talk, question: Question) -> dict[str, object]:
    """Return what sentences about a question need: n, of, label, topic."""
    topic = topic_of(talk, question.key)
    return {"n": topic.number, "of": len(talk.questions.topics), "label": question.label, "topic": topic.title}


def edit_words(talk: Talk, question: Question) -> str:
    """Return what to type to change an answer: a topic's number alone means its first part."""
    topic = topic_of(talk, question.key)
    is_first = question == topic.questions[0]
    return say("typed.edit" if is_first else _EDIT_PART.get(question.part, "typed.edit"), n=topic.number)


_EDIT_PART = {QuestionPart.NEXT: "typed.edit_next", QuestionPart.NEEDS: "typed.edit_needs"}


def counted(counts: Mapping[str, int]) -> str:
    """Return how many parts there are, e.g. "3 ข้อความ 2 รูป"."""
    names = {PartKind.TEXT: "texts"}
    return " ".join(say(f"count.{names.get(kind, kind)}", n=counts[kind]) for kind in PartKind if counts.get(kind))


def options_of(question: Question, picked: Iterable[str]) -> list[Option]:
    """Return the options picked, in the order of the question."""
    chosen = set(picked)
    return [option for option in question.options if option.key in chosen]


def words_of(question: Question, found: Iterable[Part]) -> str:
    """Return an answer in words: bubbles one a line, then choices, then the number of files."""
    found = list(found)
    lines = [part.text for part in found if part.kind == PartKind.TEXT and part.text]
    picked = options_of(question, (part.text or "" for part in found if part.kind == PartKind.CHOICE))
    if picked:
        lines.append(", ".join(option.label for option in picked))
    files = [part for part in found if part.kind not in (PartKind.TEXT, PartKind.CHOICE)]
    kept = Counter(str(part.kind) for part in files if not part.lost)
    lost = sum(part.lost for part in files)
    lines += [f"({counted(kept)})"] if kept else []
    return "\n".join([*lines, *([say("count.lost", n=lost)] if lost else [])])


def act(talk: Talk, do: str, answer: Answer | None = None, value: str | None = None) -> Act:
    """Return the act of a button: on this report, and bound to an answer's revision where there is one."""
    if answer is None:
        return Act(do, report=talk.report, value=value)
    return Act(do, report=talk.report, question=answer.question, revision=answer.revision, value=value)


def choice(talk: Talk, do: str, answer: Answer | None = None, *, fill: str | None = None) -> Choice:
    """Return a button that says and does what the word of the same name does when typed."""
    return Choice(say(f"label.{do}"), act(talk, do, answer), fill=fill)


def undo(talk: Talk, answer: Answer, was: int) -> Choice:
    """Return the button that takes back the words by which an answer's revision ``was`` was replaced."""
    return Choice(say("label.restore"), act(talk, "restore", answer, str(was)))


def steer(talk: Talk, question: Question, more: Sequence[Choice] = ()) -> tuple[Choice, ...]:
    """Return the buttons below an open question. more: further ones, behind the first."""
    answer = talk.answer(question.key)
    options = [_option(talk, answer, option) for option in question.options]
    own = []
    if question.may_be_none:
        own.append(choice(talk, "none", answer))
    if question.may_be_private:
        own.append(choice(talk, "public" if answer.private else "private", answer))
    onward, skip, back = (choice(talk, do, answer) for do in ("next", "skip", "back"))
    rest = [] if options else [Choice(say(f"label.{do}"), Act(do)) for do in ("summary", "pause")]
    # The first few show without scrolling: the way on is always among them.
    if options:
        room = max(0, limits.QUICK_REPLIES - len(options) - 3)
        return (onward, *more[:room], *options, skip, back)
    return (onward, *more, *own, skip, back, *rest)


def last_said(talk: Talk, question: Question) -> Last | None:
    """Return what the school answered to a question the round before, or None."""
    before = talk.stand.last_report
    return rounds_last.last_said(talk.db, before, question.key) if before is not None else None


def plan_waits(talk: Talk, question: Question) -> bool:
    """Tell whether a question's plan of the round before, if there is one, still waits to be looked back on."""
    return question.part == QuestionPart.NEXT and not rounds_last.is_checked(talk.db, talk.report, question.key)


def _of_last_round(talk: Talk, question: Question) -> tuple[list[str], list[Choice]]:
    """Return what is said of the round before with a question that has no answer yet, and its buttons."""
    last = last_said(talk, question)
    if last is None:
        return [], []
    answer = talk.answer(question.key)
    said, choices = [say("last_round.may_keep")], [choice(talk, "same", answer)]
    if plan_waits(talk, question):
        said.insert(0, say("last_round.plan", answer=clip(words_of(question, last.words), PLAN)))
        plans = [(state, act(talk, "plan", answer, state)) for state in rounds_last.STATES]
        choices += [Choice(say(f"label.plan_{state}"), does) for state, does in plans]
    return said, choices


def _option(talk: Talk, answer: Answer, option: Option) -> Choice:
    return Choice(option.label, act(talk, "pick", answer, option.key), word=option.label)


def school_line(talk: Talk) -> str:
    """Return the school as a line of its own, for those who have several; nothing for all others."""
    return say("report.for_school", school=talk.stand.school_name) + "\n" if talk.several else ""


def ask(talk: Talk, question: Question, *, lead: str = "") -> Say:
    """Return a question as it is put: where one is, what is asked, a hint, what may be done, what is kept so far."""
    known = {**slots(talk, question), "ask": question.ask}
    found = talk.parts_of(question.key)
    picked = {part.text for part in found if part.kind == PartKind.CHOICE}
    pieces = [lead, school_line(talk) + say("report.ask", **known)]
    if question.options:
        pieces.append("\n".join(_line(number, option, picked) for number, option in enumerate(question.options, 1)))
    elif question.hint:
        pieces.append(say("report.hint", hint=question.hint))
    if found and not question.options:
        pieces.append(say("report.answered", answer=clip(words_of(question, found), QUOTED)))
        pieces.append(say("report.answered_more", edit=edit_words(talk, question)))
    else:
        pieces.append(say("report.may_choices" if question.options else "report.may_words"))
    before, more = _of_last_round(talk, question) if not found else ([], [])
    pieces += before
    pieces += [say("report.may_private")] if question.may_be_private and not talk.answer(question.key).private else []
    return Say(
        "\n\n".join(piece for piece in pieces if piece), steer(talk, question, more), (talk.report, question.key)
    )


def _line(number: int, option: Option, picked: set[str | None]) -> str:
    return say("report.option_on" if option.key in picked else "report.option", n=number, label=option.label)


def progress(talk: Talk) -> tuple[int, int]:
    """Return how many topics are dealt with, and of how many; a question that may be left out does not count."""
    topics = talk.questions.topics
    done = [all(one.optional or one.key in talk.done for one in topic.questions) for topic in topics]
    return sum(done), len(topics)


def is_ready(talk: Talk) -> bool:
    """Tell whether all is dealt with, and nothing is left for this person but to send the report."""
    if talk.stand.report is None or not (talk.writable and talk.stand.may_submit) or talk.returned is not None:
        return False
    done, of = progress(talk)
    return done == of and any(answer.state == AnswerState.DONE for answer in talk.answers.values())


def way_on(talk: Talk) -> Choice:
    """Return the button that takes a report on: begins it, goes on with it, or sends it."""
    if is_ready(talk):
        return Choice(say("label.submit"), Act("submit"))
    return Choice(say("label.start" if talk.stand.report is None else "label.resume"), Act("report"))


def due(talk: Talk) -> str:
    """Return the round's due date in words."""
    return day(talk.stand.due_on or date.min)


def state_of(answer: Answer | None, has_parts: bool) -> str:
    """Return the state of one answer in words."""
    if answer is None or answer.state == AnswerState.OPEN:
        return say("state.started" if has_parts else "state.open")
    return say(f"state.{answer.state}")

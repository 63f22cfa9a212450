"""Keeping what was heard as parts of an answer, and saying so."""

from handlers import answer_rows, media, reports
from handlers.answer_rows import Answer, NewPart
from handlers.heard import Heard, Kind
from handlers.messages.values import Say
from handlers.questions import Question
from handlers.talk import Talk, Turn
from handlers.texts import say
from handlers.wording import counted, school_line, slots, steer, undo
from handlers.words import clean
from models.report import PartKind

KINDS = {
    Kind.TEXT: PartKind.TEXT,
    Kind.EDITED: PartKind.TEXT,
    Kind.IMAGE: PartKind.IMAGE,
    Kind.AUDIO: PartKind.AUDIO,
    Kind.VIDEO: PartKind.VIDEO,
    Kind.FILE: PartKind.FILE,
}


def keep_part(talk: Talk, answer: Answer, heard: Heard) -> bool:
    """File what was heard under an answer; False where that bubble is kept already."""
    kind = KINDS[heard.kind]
    words = clean(heard.text) if kind == PartKind.TEXT else heard.file_name
    new = NewPart(kind, words, heard.message_id, talk.person.id, heard.at, talk.now)
    if kind == PartKind.TEXT:
        return answer_rows.keep(talk.db, answer, new)
    part = answer_rows.keep_now(talk.db, answer, new)
    if part is not None and heard.message_id:
        media.note(talk.db, talk.channel, part, heard.message_id, talk.now)
    return part is not None


def keep_words(talk: Talk, found: Answer, kind: PartKind, words: str) -> None:
    """File words or an option that came by a button, not by a bubble of the person's own."""
    answer_rows.keep(talk.db, found, NewPart(kind, words, None, talk.person.id, talk.heard.at, talk.now))


def acknowledge(talk: Talk, question: Question, found: Answer, replaced: int | None = None) -> Turn:
    """Return the acknowledgement of what is kept so far; it waits a moment for further bubbles."""
    counts = reports.counts(talk.db, found)
    was = replaced or talk.place.memo.get("was")
    key = "report.kept_replaced" if was else "report.kept"
    lines = [school_line(talk) + say(key, count=counted(counts), **slots(talk, question))]
    if counts.get(PartKind.IMAGE) and talk.heard.kind == Kind.IMAGE:
        lines.append(say("report.kept_faces"))
    lines.append(say("report.kept_more"))
    choices = steer(talk, question)
    if was:
        choices = (undo(talk, found, was), *choices)
    said = Say("\n".join(lines), choices, (talk.report, question.key))
    return Turn((said,), kind="ack", wait=talk.ack_wait)

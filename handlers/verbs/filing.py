"""Verbs for words that came at no open question, late, or as a quote: filed where they belong, or offered."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from handlers import answer_rows, media, reports, rulings, standing
from handlers.flows.report import OFFER
from handlers.heard import MEDIA, Heard, Kind
from handlers.keeping import KINDS, acknowledge, keep_part
from handlers.messages.build import clip
from handlers.messages.values import Act, Choice, Say
from handlers.questions import Question
from handlers.returned_cards import tell_locked
from handlers.standing import HOME
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.verbs.answering import pick
from handlers.verbs.chatting import chat, here, refuse_id_number, wrong_type
from handlers.verbs.moving import append, edit_question, named_question, show_sent
from handlers.wording import QUOTED, ask, choice, counted, school_line, slots
from handlers.words import Intent, clean, letters, understand
from models.outbox import Policy
from models.report import AnswerState, PartKind, State

WORTH_FILING = 8
"""Letters from which words that came at no question are offered to be filed as an answer."""
MOST_WAITING = 30
SENTENCE = 15
"""Letters from which words that were only guessed to be small talk may be an answer."""


def offer_words(talk: Talk) -> Turn:
    """Offer to file what came while no question was open; until then it waits in the place."""
    heard = talk.heard
    if heard.kind not in KINDS:
        return wrong_type(talk)
    if not talk.writable:
        return show_sent(talk)
    question = _likeliest(talk)
    if heard.kind not in MEDIA and letters(heard.text) < WORTH_FILING and talk.place.step != OFFER:
        return here(talk, say("chat.not_understood"))
    if len(talk.place.memo.get("waiting", [])) >= MOST_WAITING:
        return turn(Say(say("report.offer_full", most=MOST_WAITING), _offers(talk, question)))
    waiting = _wait(talk)
    return Turn((_offer(talk, question, waiting),), kind="ack", wait=talk.ack_wait)


def _offer(talk: Talk, question: Question, waiting: Iterable[dict[str, Any]], lead: str = "") -> Say:
    """Ask whether what waits is an answer to a question, or to one of another topic."""
    known = slots(talk, question)
    asked = say("report.offer_words", words=clip(_shown(waiting), QUOTED), **known)
    other = next((one.number for one in talk.questions.topics if one.number != known["n"]), known["n"])
    pieces = (lead, asked, say("report.offer_more", other=other))
    return Say("\n".join(piece for piece in pieces if piece), _offers(talk, question))


def _wait(talk: Talk) -> list[dict[str, Any]]:
    """Let what was heard wait in the place, with what waits already."""
    waiting = [*talk.place.memo.get("waiting", []), _pack(talk.heard)]
    talk.go(OFFER, waiting=waiting)
    return waiting


def chat_or_offer(talk: Talk) -> Turn:
    """Answer what seems not to be about the report; a sentence that only seems so is offered to be kept as well."""
    if not talk.writable or talk.understood.sure or letters(talk.heard.text) < SENTENCE:
        return chat(talk)
    question = _likeliest(talk)
    told = chat(talk).said[0]
    _wait(talk)
    words = f"{told.text if isinstance(told, Say) else ''}\n\n{say('report.offer_too', **slots(talk, question))}"
    return turn(Say(words, _offers(talk, question)))


def _pack(heard: Heard) -> dict[str, Any]:
    """Return what is needed to file a bubble later, as JSON."""
    words = clean(heard.text) if heard.text else ""
    return {
        "kind": heard.kind,
        "text": words,
        "name": heard.file_name,
        "message": heard.message_id,
        "at": heard.at.isoformat(),
    }


def _unpack(talk: Talk, packed: dict[str, Any]) -> Heard:
    return replace(
        talk.heard,
        kind=Kind(packed["kind"]),
        text=packed["text"],
        file_name=packed["name"],
        message_id=packed["message"],
        at=datetime.fromisoformat(packed["at"]),
    )


def _shown(waiting: Iterable[dict[str, Any]]) -> str:
    lines = [packed["text"] for packed in waiting if packed["text"]]
    files: dict[str, int] = {}
    for packed in waiting:
        if packed["kind"] in MEDIA:
            files[packed["kind"]] = files.get(packed["kind"], 0) + 1
    return "\n".join([*lines, *([counted(files)] if files else [])])


def _likeliest(talk: Talk) -> Question:
    """Return the question that words are most likely for: the one asked last, else the first open one."""
    last = standing.asked_before(talk.db, talk.person.id, talk.heard.at)
    asked = talk.questions.question(last.question) if last and last.report_id == talk.stand.report else None
    step = talk.flow.first_open(talk.done)
    may = [one for one in talk.questions.questions if not talk.locked(one.key)]
    return (asked if asked in may else None) or (talk.questions.question(step.key) if step else None) or may[0]


def _offers(talk: Talk, first: Question) -> tuple[Choice, ...]:
    topics = [topic for topic in talk.questions.topics if not talk.locked(topic.questions[0].key)]
    firsts = [first, *(topic.questions[0] for topic in topics if first not in topic.questions)]
    mark = offered(talk)
    choices = [
        Choice(
            say("label.keep_words", n=slots(talk, question)["n"]), Act("keep", talk.report, question.key, value=mark)
        )
        for question in firsts
    ]
    return (*choices[:12], Choice(say("label.drop_words"), Act("cancel", value=mark)))


def offered(talk: Talk) -> str | None:
    """Return what tells this offer from older ones: the first bubble that waits."""
    waiting = talk.place.memo.get("waiting")
    return str(waiting[0]["message"]) if waiting else None


def offer_again(talk: Talk, *, sending: bool = False) -> Turn:
    """Ask again about what still waits. sending: before a report is sent without it."""
    question, waiting = _likeliest(talk), talk.place.memo["waiting"]
    talk.go(OFFER, sending=sending)
    return turn(_offer(talk, question, waiting, lead=say("report.offer_unsent") if sending else ""))


def keep_words_here(talk: Talk) -> Turn:
    """File what waited under the question that was tapped or named, or the first open one."""
    key = talk.act.question if talk.act else None
    return _keep_waiting(talk, talk.questions.question(key) if key else _likeliest(talk))


def file_or_append(talk: Talk) -> Turn:
    """File what waited under the topic that was named; where nothing waits, open the answer to add words."""
    if not talk.place.memo.get("waiting"):
        return append(talk)
    return _keep_waiting(talk, named_question(talk))


def _keep_waiting(talk: Talk, question: Question | None) -> Turn:
    waiting = talk.place.memo.get("waiting", [])
    if not waiting or question is None or not talk.writable:
        return here(talk, say("report.words_gone"))
    if talk.locked(question.key):
        return tell_locked(talk)
    found = talk.answer(question.key)
    if found.state != AnswerState.OPEN:
        found.state = AnswerState.OPEN
        answer_rows.save(talk.db, found, talk.person.id, talk.now)
    for packed in waiting:
        keep_part(talk, found, _unpack(talk, packed))
    talk.go(question.key, waiting=[])
    return turn(ask(talk, question, lead=say("report.refiled", **slots(talk, question))))


def drop_words(talk: Talk) -> Turn:
    """Let go of what was offered to be filed."""
    sending = talk.place.memo.get("sending")
    talk.go(HOME, waiting=[])
    if sending:
        return turn(Say(say("report.words_dropped_unsent"), (choice(talk, "submit"), choice(talk, "summary"))))
    return here(talk, say("report.words_dropped"))


def late(talk: Talk) -> Turn | None:
    """File a bubble that comes after newer ones under the question that was open when it was said.

    Nothing newer is touched: no move, no command of a late bubble counts (invariant 7).
    """
    asked = standing.asked_before(talk.db, talk.person.id, talk.heard.at)
    if asked is None or talk.heard.kind not in KINDS:
        return None
    hat, here_now, open_now = talk.place.flow, talk.place.school, (talk.place.report, talk.place.step)
    if not talk.speak_for(asked.report_id):
        return None
    filed = _file_late(talk, asked.question, burst=open_now == (asked.report_id, asked.question))
    talk.place.flow, talk.place.school = hat, here_now
    talk.forget_report()
    return filed


def _file_late(talk: Talk, key: str, *, burst: bool) -> Turn | None:
    """File a late bubble; one of a burst whose question is still open is acknowledged with the others."""
    question = talk.questions.question(key)
    if question is None or not talk.writable or talk.locked(key) or not keep_part(talk, talk.answer(key), talk.heard):
        return None
    if burst:
        return acknowledge(talk, question, talk.answer(key))
    words = say("report.kept_late", **slots(talk, question))
    return turn(Say(f"{school_line(talk)}{words}", about=(talk.report, question.key)))


def quoted(talk: Talk) -> Turn | None:
    """Change what was quoted: one's own words are replaced by the new ones, all else gets them added.

    None where nothing of ours or of the person's was quoted: then the words are heard as any others.
    """
    mark = talk.heard.quoted_id
    part = reports.part_of_message(talk.db, talk.channel, mark) if mark else None
    asked = standing.question_of_message(talk.db, talk.channel, mark) if mark and part is None else None
    about = part or asked
    if about is None or about.report_id not in {one.report for one in talk.standings}:
        return None
    question = talk.questions.question(about.question) if about.report_id == talk.stand.report else None
    if question is None:
        return turn(Say(say("report.quote_elsewhere"), (Choice(say("label.switch"), Act("switch")),)))
    if not talk.writable:
        return show_sent(talk)
    if talk.locked(question.key) and talk.understood.intent in _CHANGES:
        return tell_locked(talk)
    return _about_quoted(talk, question, part)


def _about_quoted(talk: Talk, question: Question, part: Any | None) -> Turn | None:
    """Do with what was quoted as the words say."""
    intent = talk.understood.intent
    if part is not None and intent in (Intent.DELETE, Intent.DELETE_LAST):
        reports.take_back(talk.db, talk.answer(question.key), part.id, talk.now)
        return here(talk, say("report.bubble_removed", **slots(talk, question)))
    if intent in (Intent.EDIT, Intent.REPLACE):
        return edit_question(talk, question)
    if intent not in _WORDS:
        return None
    if part is not None and part.kind == PartKind.TEXT and talk.heard.kind == Kind.TEXT:
        return _replace_bubble(talk, part, question)
    return _add_to_quoted(talk, question)


_WORDS = frozenset({Intent.ANSWER, Intent.UNKNOWN, Intent.NONE, Intent.SNOOZE, Intent.RATING})
"""What, said to a quote, is taken for words of the answer."""
_CHANGES = _WORDS | {Intent.DELETE, Intent.DELETE_LAST, Intent.EDIT, Intent.REPLACE}


def _add_to_quoted(talk: Talk, question: Question) -> Turn:
    talk.go(question.key)
    if question.options:
        return pick(talk)
    found = talk.answer(question.key)
    keep_part(talk, found, talk.heard)
    return acknowledge(talk, question, found)


def _replace_bubble(talk: Talk, part: Any, question: Question) -> Turn:
    """Put new words in the place of a bubble, in the revision that it belongs to."""
    answer = talk.answer(question.key)
    reports.take_back(talk.db, answer, part.id, talk.now)
    found = replace(answer, revision=part.revision)
    keep_part(talk, found, replace(talk.heard, at=part.said_at))
    return here(talk, say("report.kept_quoted", **slots(talk, question)))


def edited(talk: Talk) -> Turn | None:
    """Put the new words of an edited bubble in the place of the old ones."""
    mark = talk.heard.message_id
    part = reports.part_of_message(talk.db, talk.channel, mark) if mark else None
    if part is None or part.report_id != talk.stand.report or not talk.writable:
        return None
    question = talk.questions.question(part.question)
    if understand(talk.heard.text, asking=True).intent == Intent.SENSITIVE:
        return refuse_id_number(talk)
    if talk.locked(part.question):
        return tell_locked(talk)
    return _replace_bubble(talk, part, question) if question else None


def unsend(talk: Talk) -> Turn | None:
    """Take an unsent bubble out of the draft; it is told at the next visit, LINE gives no reply token here."""
    mark = talk.heard.message_id
    if mark:
        rulings.unsend(talk.db, talk.channel, mark, talk.person.id, talk.now)
    waiting = talk.place.memo.get("waiting")
    if waiting:
        talk.place.memo["waiting"] = [packed for packed in waiting if packed["message"] != mark]
        talk.moved = True
    part = reports.part_of_message(talk.db, talk.channel, mark) if mark else None
    if part is None or part.said_by != talk.person.id:
        return None
    reports.unsend(talk.db, part.id, talk.now)
    if part.kind != PartKind.TEXT:
        media.unsent(talk.db, part.id)
    return _tell_unsent(talk, part)


def _tell_unsent(talk: Talk, part: Any) -> Turn | None:
    """Say it at the next visit; an answer that has nothing left is open again."""
    if talk.standing is None or talk.stand.question_set is None or part.report_id != talk.stand.report:
        return None
    question = talk.questions.question(part.question)
    if question is None:
        return None
    found = talk.answer(question.key)
    if talk.writable and found.state != AnswerState.OPEN and not reports.counts(talk.db, found):
        found.state = AnswerState.OPEN
        answer_rows.save(talk.db, found, talk.person.id, talk.now)
    key = "report.unsent" if State(part.state) in reports.WRITABLE else "report.unsent_after"
    return turn(Say(say(key, **slots(talk, question))), policy=Policy.HOLD)

"""Verbs that keep words: an answer's bubbles, photos and choices, and their end."""

from dataclasses import replace

from handlers import answer_rows, reports, rounds_last
from handlers.answer_rows import Answer, Part
from handlers.heard import Kind
from handlers.keeping import acknowledge, keep_part, keep_words
from handlers.messages.build import clip
from handlers.messages.values import Say
from handlers.numbers import number
from handlers.picking import asked_for, changed, picked
from handlers.questions import Option, Question
from handlers.returned_cards import tell_locked
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.verbs.moving import onward, show_sent
from handlers.wording import QUOTED, ask, choice, counted, options_of, slots, steer, undo, words_of
from handlers.words import Intent, fold, letters
from models.report import AnswerState, PartKind


def answer(talk: Talk) -> Turn:
    """Keep a bubble in the open question and acknowledge it, once for a burst."""
    question = _open(talk)
    found = talk.answer(question.key)
    replaced = _replace_if_editing(talk, found)
    keep_part(talk, found, talk.heard)
    if found.state != AnswerState.OPEN:
        found.state = AnswerState.OPEN
        answer_rows.save(talk.db, found, talk.person.id, talk.now)
    return acknowledge(talk, question, found, replaced)


def _replace_if_editing(talk: Talk, found: Answer) -> int | None:
    """Open a new revision where the person came to replace the words; return the number of the old one.

    A photo or a file is added: nobody means it to wipe out words.
    """
    if talk.place.memo.get("edit") != "replace" or talk.heard.kind not in (Kind.TEXT, Kind.EDITED):
        return None
    was = found.revision
    reports.revise(talk.db, found, talk.person.id, talk.now)
    rounds_last.note_kept(talk.db, found.id, None)
    talk.note(was=was, now=found.revision)
    return was


def keep_or_pause(talk: Talk) -> Turn:
    """Keep a day or a time as part of the answer ("เมื่อไร"), and tell how to pause in case that was meant."""
    return _and_say(answer(talk), say("report.kept_or_pause"))


def _and_say(kept: Turn, more: str) -> Turn:
    """Return an acknowledgement with one line more."""
    first = kept.said[0]
    return replace(kept, said=(replace(first, text=f"{first.text}\n{more}"),)) if isinstance(first, Say) else kept


def remove_last(talk: Talk) -> Turn:
    """Take one's newest bubble out of the open answer; its words stay in the history."""
    question = _open(talk)
    found = talk.parts_of(question.key)
    if not found:
        return finish(talk)
    answer = talk.answer(question.key)
    reports.take_back(talk.db, answer, found[-1].id, talk.now)
    left = counted(reports.counts(talk.db, answer))
    words = clip(words_of(question, found[-1:]), QUOTED)
    known = slots(talk, question) | {"words": words, "count": left or say("state.open")}
    return turn(Say(say("report.last_removed", **known), steer(talk, question)))


def restore(talk: Talk) -> Turn:
    """Take back the words that replaced an answer: the older revision is the answer again."""
    question = _open(talk)
    found = talk.answer(question.key)
    older = number(talk.act.value) if talk.act else talk.place.memo.get("was")
    unchanged = talk.act is not None or talk.place.memo.get("now") == found.revision
    if older is None or not unchanged or not reports.restore(talk.db, found, older, talk.person.id, talk.now):
        return turn(ask(talk, question))
    rounds_last.note_kept(talk.db, found.id, None)
    talk.go(question.key)
    return turn(ask(talk, question, lead=say("report.kept_restored", **slots(talk, question))))


def pick(talk: Talk) -> Turn:
    """Choose options: a tap chooses or takes back one, a typed list adds to the choice; other words are kept too."""
    question = _open(talk)
    change = changed(question, talk.heard.text) if talk.act is None and talk.heard.kind == Kind.TEXT else None
    if change is not None:
        _change(talk, question, *change)
        return _shown(talk, question)
    options = _tapped_or_typed(talk, question)
    if options is None:
        return _answer_and_pick(talk, question)
    if not options:
        return turn(ask(talk, question, lead=say("report.no_option", of=len(question.options))))
    if talk.act is not None:
        _toggle(talk, question, options[0])
    else:
        _add(talk, question, options)
    return _shown(talk, question)


def _shown(talk: Talk, question: Question) -> Turn:
    """Show the question with what is chosen, and how to take one of it out by typing."""
    kept = options_of(question, _chosen(talk, question))
    if not kept:
        return turn(ask(talk, question, lead=say("report.picked_none")))
    picked_now = say("report.picked", picked=", ".join(one.label for one in kept))
    out = say("report.picked_out", n=question.options.index(kept[0]) + 1)
    return turn(ask(talk, question, lead=f"{picked_now}\n{out}"))


def _change(talk: Talk, question: Question, only: bool, options: list[Option]) -> None:
    """Take options out of the choice; only: let them be all of it."""
    before, named = set(_chosen(talk, question)), {one.key for one in options}
    _choose(talk, question, [one for one in question.options if one.key in (named if only else before - named)])


def _answer_and_pick(talk: Talk, question: Question) -> Turn:
    """Keep words at a question of options as words, and choose the options that they ask for by name."""
    wanted = asked_for(question, talk.heard.text) if talk.heard.kind == Kind.TEXT else []
    if wanted:
        _add(talk, question, wanted)
    kept = answer(talk)
    chosen = ", ".join(one.label for one in options_of(question, _chosen(talk, question)))
    return _and_say(kept, say("report.picked", picked=chosen)) if wanted else kept


def _tapped_or_typed(talk: Talk, question: Question) -> list[Option] | None:
    """Return the options meant, or None where the words are not about options."""
    if talk.act is not None:
        return [option for option in question.options if option.key == talk.act.value]
    if talk.understood.intent == Intent.NONE:
        return [option for option in question.options if option.alone] or None
    return picked(question, talk.heard.text) if talk.heard.kind == Kind.TEXT else None


def _chosen(talk: Talk, question: Question) -> dict[str, int]:
    found = talk.parts_of(question.key)
    return {part.text or "": part.id for part in found if part.kind == PartKind.CHOICE}


def _toggle(talk: Talk, question: Question, option: Option) -> None:
    chosen = set(_chosen(talk, question)) ^ {option.key}
    alone = {one.key for one in question.options if one.alone}
    if option.key in chosen:
        chosen = {option.key} if option.alone else chosen - alone
    _choose(talk, question, [one for one in question.options if one.key in chosen])


def _add(talk: Talk, question: Question, options: list[Option]) -> None:
    """Add what was typed to the choice: lists come in several bubbles, and twice. A tap takes one back."""
    alone = {one.key for one in question.options if one.alone}
    chosen = set() if all(one.alone for one in options) else set(_chosen(talk, question)) - alone
    _choose(talk, question, [one for one in question.options if one in options or one.key in chosen])


def _choose(talk: Talk, question: Question, options: list[Option]) -> None:
    """Make these the whole choice; one that stands alone gives way to others."""
    wanted = {one.key for one in options if not one.alone} or {one.key for one in options}
    before = _chosen(talk, question)
    for key, part in before.items():
        if key not in wanted:
            reports.take_back(talk.db, talk.answer(question.key), part, talk.now)
    for key in wanted - set(before):
        keep_words(talk, talk.answer(question.key), PartKind.CHOICE, key)


def finish(talk: Talk) -> Turn:
    """End the open question, unless nothing is kept or, once, where the words are too few."""
    question = _open(talk)
    found, parts = talk.answer(question.key), talk.parts_of(question.key)
    if not parts:
        if question.optional:
            return skip(talk)
        if not talk.understood.sure and talk.heard.kind == Kind.TEXT:
            return answer(talk)  # a guess ("ครบแล้ว"): with nothing to end, it is rather the answer itself
        return turn(Say(say("report.nothing_yet", **slots(talk, question)), steer(talk, question)))
    if _too_short(question, found, parts):
        found.nudged = True
        answer_rows.save(talk.db, found, talk.person.id, talk.now)
        return turn(Say(say("report.nudge"), steer(talk, question), (talk.report, question.key)))
    return _end(talk, question, AnswerState.DONE)


def _too_short(question: Question, found: Answer, parts: list[Part]) -> bool:
    if found.nudged or question.kind != "words" or {part.kind for part in parts} != {PartKind.TEXT}:
        return False
    words = "".join(part.text or "" for part in parts)
    return letters(words) < question.min_letters and fold(words) != fold(say("label.none"))


def skip(talk: Talk) -> Turn:
    """Leave the open question for now; what is kept in it stays."""
    question = _open(talk)
    has_words = bool(reports.counts(talk.db, talk.answer(question.key)))
    return _end(talk, question, AnswerState.DONE if has_words else AnswerState.SKIPPED)


def answer_none(talk: Talk) -> Turn:
    """Keep "ไม่มี": it ends a question that may have no answer, and is an answer like others elsewhere."""
    question = _open(talk)
    if question.options:
        return pick(talk)
    if question.may_be_none and reports.counts(talk.db, talk.answer(question.key)):
        return _end(talk, question, AnswerState.DONE)  # said after words: nothing more
    if talk.act is None:
        kept = answer(talk)
    else:
        keep_words(talk, talk.answer(question.key), PartKind.TEXT, say("label.none"))
        kept = acknowledge(talk, question, talk.answer(question.key))
    return _end(talk, question, AnswerState.DONE) if question.may_be_none else kept


def _end(talk: Talk, question: Question, state: AnswerState) -> Turn:
    found = talk.answer(question.key)
    found.state = state
    answer_rows.save(talk.db, found, talk.person.id, talk.now)
    key = "report.skipped_short" if state == AnswerState.SKIPPED else "report.done_short"
    return onward(talk, question.key, lead=say(key, **slots(talk, question)))


def leave_unchanged(talk: Talk) -> Turn:
    """Go on without having changed the answer that was opened for a change."""
    question = talk.question
    if question is None:
        return onward(talk, talk.place.step)
    found = talk.answer(question.key)
    if not reports.counts(talk.db, found) and found.state == AnswerState.OPEN:
        return turn(Say(say("report.nothing_kept", **slots(talk, question)), steer(talk, question)))
    if talk.place.memo.get("now") == found.revision:  # new words came meanwhile: that it is as before would be untrue
        back = undo(talk, found, talk.place.memo["was"])
        return turn(Say(say("report.edit_changed", **slots(talk, question)), (back, *steer(talk, question))))
    if found.state == AnswerState.OPEN:
        found.state = AnswerState.DONE
        answer_rows.save(talk.db, found, talk.person.id, talk.now)
    return onward(talk, question.key, lead=say("report.edit_kept", **slots(talk, question)))


def set_private(talk: Talk, private: bool) -> Turn:
    """Mark the open question to be seen by the province only, or by the agency too."""
    may = [question for question in talk.questions.questions if question.may_be_private]
    here = talk.question
    question = here if here in may else (may[0] if may else None)
    if not talk.writable:
        return show_sent(talk)
    if question is None:
        return turn(Say(say("chat.not_understood"), (choice(talk, "summary"),)))
    if talk.locked(question.key):
        return tell_locked(talk)
    found = talk.answer(question.key)
    found.private = private
    answer_rows.save(talk.db, found, talk.person.id, talk.now)
    said = say("report.private_on" if private else "report.private_off", **slots(talk, question))
    return turn(Say(said, steer(talk, here) if here else (choice(talk, "summary"),)))


def make_private(talk: Talk) -> Turn:
    """Let the province only see the answer."""
    return set_private(talk, private=True)


def make_public(talk: Talk) -> Turn:
    """Let the agency see the answer too."""
    return set_private(talk, private=False)


def _open(talk: Talk) -> Question:
    question = talk.question
    if question is None:
        raise LookupError(talk.place.step)
    return question

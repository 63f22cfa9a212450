"""Verbs of a coordinator with rounds: list them, open one by a guided talk.

Only the province's coordinator changes rounds; an agency's sees them. What is asked stands in the place's memo: the
draft of the round, and a mark that the buttons bear, so that an old one is known as old.
"""

from datetime import date, datetime, time
from typing import Any

from handlers import audit, question_file, questions, rounds, rounds_numbers
from handlers.flows.rounds import CLOSES, DUE, GRACE, OPEN_SURE, OPENS, TITLE
from handlers.heard import Kind
from handlers.messages.values import Act, Choice, Message, Say
from handlers.picking_days import day_choices, day_trouble, heard_day, likely_of
from handlers.rounds import BadRound, Round
from handlers.standing import HOME
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.thai import BANGKOK, day, today
from handlers.words import clean

FLOW = "coordinating"
_STEPS = (OPENS, TITLE, DUE, GRACE, CLOSES, OPEN_SURE)
_NO_TITLE = "–"
"""Stands for the title as long as none was given."""
SHOWN = 6
"""Rounds in the list, the newest."""


def may_change(talk: Talk) -> bool:
    """Tell whether this coordinator may open and change rounds: the province's own."""
    return talk.stand.agency_id is None


def refuse(talk: Talk) -> Turn:
    """Refuse a coordinator of an agency; it is audited, for no button of theirs does this."""
    audit.note(talk.db, talk.channel, "round.refused", talk.now, person=talk.person.id)
    return turn(Say(say("rounds.province_only"), (button("rounds"), button("desk"))))


def button(do: str) -> Choice:
    """Return a button that does what its word does when typed."""
    return Choice(say(f"label.{do}"), Act(do))


def why_bad(bad: BadRound) -> str:
    """Return in Thai why a round cannot be opened or changed so."""
    return say(f"bad_round.{bad.reason}", **bad.slots)


# The list ---------------------------------------------------------------------------------------------------------


def show_rounds(talk: Talk) -> Turn:
    """Show the rounds, the newest first, and how many reports are in."""
    known = list(reversed(rounds.listed(talk.db, talk.channel)))[:SHOWN]
    lines = [_line(talk, one) for one in known] or [say("rounds.none")]
    changes = ("round_open", "round_move", "round_close") if may_change(talk) else ()
    typed = [say("rounds.typed")] if changes else []
    choices = tuple(button(do) for do in (*changes, "wishes", "desk"))
    return turn(Say("\n\n".join([say("rounds.title"), *lines, *typed]), choices))


def _line(talk: Talk, one: Round) -> str:
    sent, of = rounds_numbers.sent(talk.db, talk.channel, one.id, talk.stand.agency_id, talk.now)
    closed = one.is_closed(talk.now)
    state = "rounds.closed" if closed else "rounds.to_come" if one.opens_at > talk.now else "rounds.running"
    known = {
        "title": one.title,
        "state": say(state),
        "opens": day(today(one.opens_at)),
        "due": day(one.due_on),
    }
    more = say("rounds.closes", closes=day(one.last_day)) if one.last_day and not closed else ""
    grace = say("rounds.grace", grace=day(one.grace_on)) if one.grace_on else ""
    return say("rounds.line", sent=sent, of=of, more=f"{grace}{more}", **known)


# Opening ----------------------------------------------------------------------------------------------------------


def begin_round(talk: Talk) -> Turn:
    """Begin the talk that opens a round."""
    return _ask(talk, OPENS, {}) if may_change(talk) else refuse(talk)


def _ask(talk: Talk, step: str, draft: dict[str, Any], lead: str = "", likely: tuple[date, ...] = ()) -> Turn:
    """Ask for the next thing; the draft goes along."""
    mark = rounds_numbers.mark(talk.now)
    talk.stand_at(FLOW, step, draft=draft, mark=mark)
    words, choices = say(f"rounds.ask_{step}", **_known(talk, draft)), _choices(talk, step, draft, mark, likely)
    return turn(Say("\n\n".join(filter(None, (lead, words))), (*choices, button("cancel"))))


def _known(talk: Talk, draft: dict[str, Any]) -> dict[str, object]:
    """Return what the sentences may say of the draft."""
    dates = {name: day(date.fromisoformat(draft[name])) for name in (OPENS, DUE, GRACE) if draft.get(name)}
    return {
        "title": draft.get(TITLE) or _usual_title(talk, draft),
        "was": "",
        "opens": "",
        "due": "",
        "grace": "",
    } | dates


def _choices(talk: Talk, step: str, draft: dict[str, Any], mark: int, likely: tuple[date, ...]) -> tuple[Choice, ...]:
    if step == TITLE:
        return (Choice(say("label.this_title"), Act("round_title", revision=mark)),)
    skip = (Choice(say("label.skip"), Act("round_skip", revision=mark)),) if step in (GRACE, CLOSES) else ()
    first = today(talk.now) if step == OPENS else date.fromisoformat(draft.get(GRACE) or draft.get(DUE) or draft[OPENS])
    usual = {OPENS: first, DUE: rounds.usual_due(_opens_at(talk, draft))} if step in (OPENS, DUE) else {}
    days = likely or tuple(filter(None, (usual.get(step),)))
    return (*day_choices(talk, "round_day", mark, days, first=first), *skip)


def _usual_title(talk: Talk, draft: dict[str, Any]) -> str:
    return rounds.label(*rounds.school_term(today(_opens_at(talk, draft))))


def _opens_at(talk: Talk, draft: dict[str, Any]) -> datetime:
    """Return when the round opens: at once where that is today."""
    opens = date.fromisoformat(draft[OPENS]) if draft.get(OPENS) else today(talk.now)
    return talk.now if opens <= today(talk.now) else datetime.combine(opens, time(), BANGKOK)


def take_round_day(talk: Talk) -> Turn:
    """Take the day that was asked for; one that does not fit is asked for again, with the reason."""
    step, draft = talk.place.step, dict(talk.place.memo.get("draft") or {})
    if is_old(talk):
        return round_button_is_old(talk)
    found = heard_day(talk)
    if found.day is None:
        return _ask(talk, step, draft, day_trouble(found), tuple(likely_of(found)))
    draft[step] = found.day.isoformat()
    try:
        _check(talk, draft)
    except BadRound as bad:
        return _ask(talk, step, {**draft, step: None}, why_bad(bad))
    return _onward(talk, step, draft)


def _check(talk: Talk, draft: dict[str, Any]) -> None:
    """Raise BadRound where the draft so far cannot become a round."""
    opens = date.fromisoformat(draft[OPENS])
    if opens < today(talk.now):
        raise BadRound("opens in the past", "past", due=day(opens))
    year, semester = rounds.school_term(opens)
    due, grace, closes = (date.fromisoformat(draft[name]) if draft.get(name) else None for name in (DUE, GRACE, CLOSES))
    rounds.check(
        talk.db, talk.channel, year=year, semester=semester, title=draft.get(TITLE) or _NO_TITLE,
        opens_at=_opens_at(talk, draft), due_on=due or opens, grace_on=grace, closes_on=closes, now=talk.now,
    )  # fmt: skip


def _onward(talk: Talk, step: str, draft: dict[str, Any]) -> Turn:
    following = _STEPS[_STEPS.index(step) + 1]
    return _preview(talk, draft) if following == OPEN_SURE else _ask(talk, following, draft)


def take_round_title(talk: Talk) -> Turn:
    """Take the round's title, typed, or the usual one."""
    draft = dict(talk.place.memo.get("draft") or {})
    if is_old(talk):
        return round_button_is_old(talk)
    usual = talk.heard.kind == Kind.POSTBACK or (talk.order is not None and talk.order.name == "yes")
    title = _usual_title(talk, draft) if usual else " ".join(clean(talk.heard.text).split())
    if not 0 < len(title) <= 200:
        return _ask(talk, TITLE, draft, say("bad_round.title"))
    return _ask(talk, DUE, draft | {TITLE: title})


def skip_round_day(talk: Talk) -> Turn:
    """Leave out the day of grace, or that of closing."""
    if is_old(talk):
        return round_button_is_old(talk)
    return _onward(talk, talk.place.step, dict(talk.place.memo.get("draft") or {}))


def _preview(talk: Talk, draft: dict[str, Any]) -> Turn:
    """Show the round as it would be, before it is."""
    asked = questions.load(talk.db, _question_set(talk))
    lines = [
        say("rounds.preview", **_known(talk, draft), questions=asked.title, version=asked.version),
        say("rounds.preview_grace", grace=day(date.fromisoformat(draft[GRACE]))) if draft.get(GRACE) else "",
        say("rounds.preview_closes", closes=day(date.fromisoformat(draft[CLOSES]))) if draft.get(CLOSES) else "",
        say("rounds.open_sure", of=rounds_numbers.schools_of(talk.db, talk.channel)),
    ]
    return sure(talk, OPEN_SURE, draft, "\n".join(filter(None, lines)), "label.open_now")


def sure(talk: Talk, step: str, draft: dict[str, Any], words: str, label: str) -> Turn:
    """Ask for the last word on what the draft would do."""
    mark = rounds_numbers.mark(talk.now)
    talk.stand_at(FLOW, step, draft=draft, mark=mark, asked=words, label=label)
    return turn(_sure_words(words, label, mark))


def _sure_words(words: str, label: str, mark: int) -> Message:
    return Say(words, (Choice(say(label), Act("round_sure", revision=mark)), button("cancel")))


def round_sure_again(talk: Talk) -> Turn:
    """Ask once more for the last word: what was said is neither yes nor no."""
    memo = talk.place.memo
    return turn(_sure_words(f"{say('rounds.yes_or_no')}\n\n{memo['asked']}", memo["label"], memo["mark"]))


def _question_set(talk: Talk) -> int:
    """Return the newest question set; where none was loaded yet, the one that comes with the program."""
    newest = questions.newest(talk.db, talk.channel)
    own = question_file.parse(question_file.default())
    return newest if newest is not None else questions.save(talk.db, talk.channel, own, talk.now)


def open_round(talk: Talk) -> Turn:
    """Open the round that was shown."""
    draft = dict(talk.place.memo.get("draft") or {})
    refused = not_now(talk)
    if refused is not None:
        return refused
    year, semester = rounds.school_term(date.fromisoformat(draft[OPENS]))
    grace, closes = (date.fromisoformat(draft[name]) if draft.get(name) else None for name in (GRACE, CLOSES))
    try:
        rounds.open_round(
            talk.db, talk.channel, year=year, semester=semester, title=draft[TITLE], opens_at=_opens_at(talk, draft),
            due_on=date.fromisoformat(draft[DUE]), grace_on=grace, closes_on=closes,
            question_set_id=_question_set(talk), now=talk.now, by=talk.person.id,
        )  # fmt: skip
    except BadRound as bad:  # another was opened meanwhile, or the night has passed
        return stopped(talk, why_bad(bad))
    return stopped(talk, say("rounds.opened", **_known(talk, draft)))


def stopped(talk: Talk, words: str) -> Turn:
    """Say how it ended; the guided talk is over."""
    talk.stand_at(FLOW, HOME)
    return turn(Say(words, (button("rounds"), button("desk"))))


def cancel_round(talk: Talk) -> Turn:
    """Leave everything as it is."""
    return stopped(talk, say("rounds.cancelled"))


def is_old(talk: Talk) -> bool:
    """Tell whether a button belongs to an earlier question than the one that is asked."""
    return talk.act is not None and talk.act.revision != talk.place.memo.get("mark")


def not_now(talk: Talk) -> Turn | None:
    """Answer a last word that does not count: of one who may not, by an old button, or too late; else None."""
    if not may_change(talk):
        return refuse(talk)
    if is_old(talk):
        return round_button_is_old(talk)
    memo = talk.place.memo
    return sure(talk, talk.place.step, memo["draft"], memo["asked"], memo["label"]) if talk.lapsed else None


def round_button_is_old(talk: Talk) -> Turn:
    """Answer an old button: it does nothing."""
    return turn(Say(say("rounds.old_button"), (button("rounds"), button("desk"))))

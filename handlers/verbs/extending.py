"""Verbs for more time: a director asks with a day and a reason; coordinators grant or refuse; the school is told."""

from datetime import date
from typing import Any

from handlers import agencies, audit, extensions, rounds_numbers, wish_reasons
from handlers.extensions import Wish
from handlers.flows.report import WISH_DAY, WISH_SURE, WISH_WHY
from handlers.flows.rounds import WISHES
from handlers.heard import Kind
from handlers.joining_requests import deciders
from handlers.messages.build import clip
from handlers.messages.values import Act, Choice, Say
from handlers.picking_days import day_choices, day_trouble, heard_day, likely_of
from handlers.rounds import BadRound
from handlers.standing import HOME
from handlers.talk import Talk, Turn, turn
from handlers.telling import of_school, tell
from handlers.texts import say
from handlers.thai import day, today
from handlers.verbs.chatting import here, home_choices
from handlers.verbs.granting import ask_grant
from handlers.verbs.listing import listed
from handlers.verbs.moving import show_sent
from handlers.verbs.rounds import FLOW, is_old, why_bad
from handlers.when import find
from handlers.wish_reasons import Reason
from handlers.words import Intent, clean, letters, understand
from models.people import Request

QUOTED = 300
"""UTF-16 units of a reason that are kept and shown."""
_REASON = 6
"""Letters from which the words beside a day are taken for the reason."""
SHOWN = 10


# A director asks --------------------------------------------------------------------------------------------------


def ask_for_time(talk: Talk) -> Turn:
    """Begin to ask for more time; a day and a reason may have come with the words."""
    at = talk.stand
    if at.due_on is None or at.school is None:
        return here(talk, say("report.no_round", agency=at.agency))
    if not talk.writable:
        return show_sent(talk)
    found, rest = find(talk.heard.text, talk.now, since=at.due_on) if talk.heard.kind == Kind.TEXT else (None, "")
    why = _reason(talk, rest) if found and found.day else None
    if found is not None and found.day is not None:
        return _take(talk, found.day, why)
    lead = "" if found is None or found.trouble == "nothing" else day_trouble(found)
    return _ask_day(talk, why, lead, likely_of(found) if found else [])


def _reason(talk: Talk, words: str) -> Reason | None:
    return Reason(clip(words, QUOTED), talk.heard.message_id) if letters(words) >= _REASON else None


def _ask_day(talk: Talk, why: Reason | None, lead: str = "", likely: list[date] | None = None) -> Turn:
    due = talk.stand.due_on or today(talk.now)
    mark, start = rounds_numbers.mark(talk.now), max(due, today(talk.now))
    talk.go(WISH_DAY, wish=_memo(why), mark=mark)
    choices = day_choices(talk, "wish_day", mark, likely or rounds_numbers.later(start), first=start)
    words = say("extending.ask_day", due=day(due))
    return turn(Say("\n\n".join(filter(None, (lead, words))), (*choices, _wish_button("no", "label.no_wish", mark))))


def _wish_button(do: str, label: str, mark: int) -> Choice:
    return Choice(say(label), Act("wish", revision=mark, value=do))


def take_wish_day(talk: Talk) -> Turn:
    """Take the day that is asked for; one that is none, or cannot be had, is asked for again."""
    found = heard_day(talk, since=talk.stand.due_on)
    if found.day is None:
        return _ask_day(talk, _given(talk), day_trouble(found), likely_of(found))
    return _take(talk, found.day, _given(talk))


def _memo(why: Reason | None) -> dict[str, Any]:
    return {"why": why.words, "bubble": why.bubble} if why else {"why": None}


def _given(talk: Talk) -> Reason | None:
    """Return the reason given so far."""
    wish = talk.place.memo.get("wish") or {}
    return Reason(wish["why"], wish.get("bubble")) if wish.get("why") else None


def _take(talk: Talk, due: date, why: Reason | None) -> Turn:
    at = talk.stand
    try:
        extensions.check(talk.db, talk.channel, at.round or 0, at.school or 0, due, talk.now)
    except BadRound as bad:
        return _ask_day(talk, why, why_bad(bad))
    if why is None:
        mark = rounds_numbers.mark(talk.now)
        talk.go(WISH_WHY, wish={"day": due.isoformat()}, mark=mark)
        words = say("extending.ask_why", due=day(due))
        return turn(Say(words, (_wish_button("skip", "label.skip", mark), _wish_button("no", "label.no_wish", mark))))
    return _preview(talk, due, why)


def take_wish_why(talk: Talk) -> Turn:
    """Take the reason, in the director's own words."""
    due = _asked_for(talk)
    if due is None or talk.heard.kind != Kind.TEXT or not clean(talk.heard.text):
        return _take(talk, due, None) if due else ask_for_time(talk)
    return _preview(talk, due, Reason(_quoted(talk.heard.text), talk.heard.message_id))


def _quoted(words: str) -> str:
    return clip(" ".join(clean(words).split()), QUOTED)


def skip_wish_why(talk: Talk) -> Turn:
    """Ask without a reason."""
    due = _asked_for(talk)
    return _preview(talk, due, None) if due else ask_for_time(talk)


def _asked_for(talk: Talk) -> date | None:
    said = (talk.place.memo.get("wish") or {}).get("day")
    return date.fromisoformat(said) if said else None


def _preview(talk: Talk, due: date, why: Reason | None) -> Turn:
    """Show the request before it is sent."""
    mark, at = rounds_numbers.mark(talk.now), talk.stand
    talk.go(WISH_SURE, wish={"day": due.isoformat()} | _memo(why), mark=mark)
    was, reason = day(at.due_on or due), why.words if why else say("extending.no_why")
    words = say("extending.sure", school=at.school_name, was=was, due=day(due), why=reason)
    choices = (_wish_button("yes", "label.send_wish", mark), _wish_button("no", "label.no_wish", mark))
    return turn(Say(words, choices))


def ask_wish_again(talk: Talk) -> Turn:
    """Show the request once more: what was said is neither yes nor no."""
    due = _asked_for(talk)
    return _preview(talk, due, _given(talk)) if due else ask_for_time(talk)


def send_wish(talk: Talk) -> Turn:
    """Send the request that was shown to the coordinators of the agency and of the province."""
    due, why, at = _asked_for(talk), _given(talk), talk.stand
    if due is None or at.round is None or at.school is None or not talk.writable:
        return ask_for_time(talk)
    if talk.lapsed:
        return _preview(talk, due, why)
    talk.go(HOME)
    try:
        asked = extensions.ask(
            talk.db, talk.channel, round_id=at.round, school=at.school, person=talk.person.id, due_on=due,
            why=why.words if why else None, mark=why.bubble if why else None, now=talk.now,
        )  # fmt: skip
    except BadRound as bad:
        return here(talk, why_bad(bad))
    wish = extensions.found(talk.db, talk.channel, None, asked)
    if wish is not None:
        _tell_coordinators(talk, wish)
    return here(talk, say("extending.sent", due=day(due)))


def _tell_coordinators(talk: Talk, wish: Wish) -> None:
    words = Say(say("extending.wish_told", **_known(wish)), _decisions(wish))
    told = deciders(talk.db, talk.channel, wish.agency, talk.now)
    for person in (one for one in told if one != talk.person.id):
        tell(talk.db, talk.channel, person, words, once=wish_reasons.told_as(wish.id), now=talk.now)


def unsend(talk: Talk, mark: str) -> None:
    """Forget the reason whose bubble was unsent, whether the request was sent or is only being made."""
    wish_reasons.unsend(talk.db, talk.channel, mark, talk.person.id)
    given = _given(talk)
    if given is not None and given.bubble == mark:
        talk.place.memo["wish"] = {**talk.place.memo["wish"], **_memo(None)}
        talk.moved = True


def edited(talk: Talk, mark: str) -> Turn | None:
    """Take an edited bubble's new words for the reason, as long as nobody has decided; None where it was none."""
    words = _quoted(_without_order(talk))
    given, due = _given(talk), _asked_for(talk)
    if given is not None and given.bubble == mark and talk.writable:
        why = Reason(words, mark)
        return _preview(talk, due, why) if due else _ask_day(talk, why)
    found = wish_reasons.reword(talk.db, talk.channel, mark, talk.person.id, words)
    return turn(Say(say(found))) if found else None


def _without_order(talk: Talk) -> str:
    """Return the reason in a bubble that may have asked for a day in the same breath."""
    if understand(talk.heard.text, asking=False).intent != Intent.EXTEND:
        return talk.heard.text
    found, rest = find(talk.heard.text, talk.now, since=None)
    return rest if found.day and letters(rest) else talk.heard.text


def drop_wish(talk: Talk) -> Turn:
    """Leave the due date as it is."""
    talk.go(HOME)
    return turn(Say(say("extending.dropped"), home_choices(talk)))


def tapped(talk: Talk) -> Turn:
    """Answer a button of this talk; an old one does nothing."""
    act, step = talk.act, talk.place.step
    if act is None or step not in (WISH_DAY, WISH_WHY, WISH_SURE) or is_old(talk):
        return here(talk, say("report.stale_report"))
    if act.do == "wish_day":
        return take_wish_day(talk) if step == WISH_DAY else here(talk, say("report.stale_report"))
    does = {"yes": send_wish, "skip": skip_wish_why, "no": drop_wish}
    allowed = {WISH_DAY: ("no",), WISH_WHY: ("skip", "no"), WISH_SURE: ("yes", "no")}[step]
    return does[act.value](talk) if act.value in allowed else here(talk, say("report.stale_report"))


# A coordinator decides --------------------------------------------------------------------------------------------


def _known(wish: Wish) -> dict[str, Any]:
    """Return what sentences about a request need."""
    return {
        "school": wish.school_name,
        "district": wish.district,
        "agency": wish.agency_name,
        "was": day(wish.holds_on),
        "due": day(wish.due_on or wish.holds_on),
        "why": wish.why or say("extending.no_why"),
    }


def _decisions(wish: Wish, place: int | None = None) -> tuple[Choice, ...]:
    """Return the two buttons of a request. place: its number in a list."""
    mark = f" {place}" if place else ""
    return tuple(
        Choice(say(f"label.{do}") + mark, Act(do, value=str(wish.id)), word=say(f"label.{do}") + mark)
        for do in ("grant_wish", "refuse_wish")
    )


def show_wishes(talk: Talk) -> Turn:
    """Show which schools wait for more time, the oldest request first."""
    waiting = extensions.waiting(talk.db, talk.channel, _within(talk), talk.now)[:SHOWN]
    talk.stand_at(FLOW, WISHES if waiting else HOME, wishes=[wish.id for wish in waiting])
    if not waiting:
        return turn(Say(say("extending.none"), (_button("rounds"), _button("desk"))))
    lines = [say("extending.line", n=place, **_known(wish)) for place, wish in enumerate(waiting, 1)]
    choices = [one for place, wish in enumerate(waiting[:5], 1) for one in _decisions(wish, place)]
    words = "\n\n".join([say("extending.title", n=len(waiting)), *lines, say("extending.typed")])
    return turn(Say(words, (*choices, _button("desk"))))


def _within(talk: Talk) -> frozenset[int] | None:
    return agencies.reach(talk.db, talk.channel, talk.stand.agency_id)


def _button(do: str) -> Choice:
    return Choice(say(f"label.{do}"), Act(do))


def grant_wish(talk: Talk) -> Turn:
    """Give the school the day it asks for; or the one that was named, the day that was said."""
    if talk.heard.kind == Kind.TEXT and talk.order and talk.order.rest and talk.order.number is None:
        return ask_grant(talk, talk.order.rest)
    return _decide(talk, granted=True)


def refuse_wish(talk: Talk) -> Turn:
    """Leave the due date of the school as it is."""
    return _decide(talk, granted=False)


def _decide(talk: Talk, *, granted: bool) -> Turn:
    wish = _meant(talk)
    if wish is None:
        return show_wishes(talk)
    if wish.state != Request.ASKED:
        return _decided_already(talk, wish)
    try:
        done = extensions.decide(talk.db, talk.channel, wish, granted=granted, by=talk.person.id, now=talk.now)
    except BadRound as bad:
        return turn(Say(why_bad(bad), (*_decisions(wish)[1:], _button("wishes"))))
    if not done:
        return _decided_already(talk, extensions.found(talk.db, talk.channel, None, wish.id) or wish)
    _tell_school(talk, wish, granted)
    key = "extending.granted" if granted else "extending.refused"
    return turn(Say(say(key, **_known(wish)), (_button("wishes"), _button("desk"))))


def _meant(talk: Talk) -> Wish | None:
    """Return the request of a button, or of a number typed from the list, within the coordinator's own agencies.

    A button that names another agency's is refused and audited.
    """
    meant = listed(talk, "wishes")
    if meant is None:
        return None
    wish = extensions.found(talk.db, talk.channel, _within(talk), meant)
    if wish is None:
        audit.note(talk.db, talk.channel, "tap.refused", talk.now, person=talk.person.id, why="wish", request=meant)
    return wish


_ALREADY = {
    Request.ASKED: "extending.already_asked",
    Request.GRANTED: "extending.already_granted",
    Request.REFUSED: "extending.already_refused",
    Request.WITHDRAWN: "extending.already_withdrawn",
}


def _decided_already(talk: Talk, wish: Wish) -> Turn:
    words = say(_ALREADY[wish.state], by=wish.decided_by or say("extending.somebody"), **_known(wish))
    return turn(Say(words, (_button("wishes"), _button("desk"))))


def _tell_school(talk: Talk, wish: Wish, granted: bool) -> None:
    """Tell those who speak for the school what was decided."""
    key = "extending.told_granted" if granted else "extending.told_refused"
    words = Say(say(key, **_known(wish)), (Choice(say("label.resume"), Act("report")),))
    for person in of_school(talk.db, talk.channel, wish.school, talk.now):
        tell(talk.db, talk.channel, person, words, once=f"wish:{wish.id}:{'yes' if granted else 'no'}", now=talk.now)

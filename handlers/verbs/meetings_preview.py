"""Verbs at the preview of a meeting: exactly what people will see, whom it reaches, what it costs, when it goes out.

The same preview stands before a called meeting is changed: then it shows what people will hear has changed.
"""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from handlers import (
    audience_said,
    budget,
    meetings_again,
    meetings_calling,
    meetings_cards,
    meetings_changes,
    meetings_telling,
    working_days,
)
from handlers.flows.meetings import MEETINGS, PREVIEW, URGENT
from handlers.meetings import Meeting
from handlers.meetings_calling import Recipients
from handlers.meetings_cards import Change, named
from handlers.meetings_drafts import BadMeeting, Draft, Trouble, check, words
from handlers.messages.values import Act, Card, Choice, Message, Say
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.thai import day, moment, today
from handlers.verbs.listing import desk
from handlers.verbs.meetings_asking import ask_when, ask_where, ask_whom, asked
from handlers.verbs.meetings_work import Work, choice, gone, is_old, keep, stand, work
from models.outbox import Priority

OFFERED = ("online_url", "chair", "agenda", "letter", "contact", "answer_by", "seats")
"""What may be added with a tap, as long as it is not there."""


def onward(talk: Talk, one: Work, lead: str = "") -> Turn:
    """Ask for what is still missing, else show the meeting as it will be sent."""
    draft = one.draft
    if draft.ends_at == draft.starts_at:
        return ask_when(talk, one, lead)
    if not (draft.place or draft.online_url or draft.broadcast_url):
        return ask_where(talk, one, lead)
    return show(talk, one, lead) if draft.audience.roles else ask_whom(talk, one, lead)


def show_meeting_preview(talk: Talk) -> Turn:
    """Show the preview again."""
    one = work(talk)
    return onward(talk, one) if one is not None else gone(talk)


def show(talk: Talk, one: Work, lead: str = "") -> Turn:
    """Show the meeting, or its change, as people will see it, with what to know before it is sent."""
    number = stand(talk, one, PREVIEW)
    troubles = _troubles(talk, one)
    card = card_of(one)
    lines = [lead, *(words(each, one.draft) for each in troubles)]
    ready = not troubles and (not one.changing or bool(_differences(one)))
    if card is not None and not troubles:
        lines += [*_facts(talk, one), say("hosting.how_change" if one.changing else "hosting.how")]
    elif card is None:
        lines.append(say("hosting.quiet_change" if ready else "hosting.no_change", title=named(one.draft)))
    lines.append(say("hosting.how_edit"))
    text = "\n\n".join(filter(None, lines))
    return turn(*([sample(card)] if card else []), Say(text, tuple(_choices(one, number, ready=ready))))


def _troubles(talk: Talk, one: Work) -> list[Trouble]:
    if one.changing:
        return check(one.draft, talk.now)
    return meetings_calling.unfit(talk.db, one.meeting, talk.now)


def as_wanted(one: Work) -> Meeting:
    """Return a called meeting as it would be after the change."""
    new = {each.name: getattr(one.draft, each.name) for each in fields(Draft)}
    return replace(one.meeting, version=one.meeting.version + 1, **new)


def card_of(one: Work) -> Card | None:
    """Return the card that people will get: the notice, or what changes; None where they would hear of nothing."""
    if not one.changing:
        return meetings_cards.notice(one.meeting)
    told = {name: pair for name, pair in _differences(one).items() if name not in meetings_cards.SILENT}
    if not told:
        return None
    asks = meetings_again.asks_again(Draft.of(one.meeting).data(), one.draft.data())
    return meetings_cards.changed(as_wanted(one), Change(told, asks))


def sample(card: Card) -> Card:
    """Return a card that looks the same, whose buttons only say that this is a sample."""
    return replace(card, contents=_without_acts(card.contents))


def _without_acts(part: Any) -> Any:
    if isinstance(part, list):
        return [_without_acts(one) for one in part]
    if not isinstance(part, dict):
        return part
    if part.get("type") == "postback":
        return part | {"data": Act("host_sample").data()}
    return {name: _without_acts(one) for name, one in part.items()}


def tell_sample(_: Talk) -> Turn:
    """Answer a button of a sample."""
    return turn(Say(say("hosting.sample"), (choice("host_new"), choice("meetings"), desk())))


def _differences(one: Work) -> dict[str, list[Any]]:
    return meetings_changes.difference(Draft.of(one.meeting).data(), one.draft.data())


def _facts(talk: Talk, one: Work) -> Iterator[str]:
    """Say whom it reaches, what it costs, when it goes out."""
    to = meetings_calling.recipients(talk.db, one.meeting, talk.now)
    if not working_days.of(talk.db, talk.channel).works(today(one.draft.starts_at)):
        yield say("hosting.day_off", day=day(today(one.draft.starts_at)))
    yield "\n".join(_whom(talk, one, to))
    yield cost(talk, to.paid, Priority.MEETING_CHANGE if one.changing else Priority.MEETING)
    at = goes_at(talk, one)
    yield say("hosting.goes_later", when=moment(at)) if at > talk.now else say("hosting.goes_now")


def _whom(talk: Talk, one: Work, to: Recipients) -> Iterator[str]:
    yield say("hosting.preview_change" if one.changing else "hosting.preview")
    yield say("hosting.to", audience=audience_said.describe(talk.db, talk.channel, one.draft.audience))
    counted = [("hosting.schools", to.schools), ("hosting.officers", to.officers), ("hosting.people", to.people)]
    yield " · ".join(say(key, n=n) for key, n in counted if n)
    if one.draft.seats:
        yield say("hosting.seats", n=one.draft.seats)
    if to.unreached:
        yield say("hosting.unreached", n=to.unreached)


def cost(talk: Talk, many: int, priority: Priority) -> str:
    """Say what words to so many cost at the most, and what of the month is left."""
    lines, month = [say("hosting.cost", n=many)], budget.ledger(talk.db, talk.channel, talk.now)
    room = month.room(priority)
    if room is not None:
        lines += [say("hosting.left", left=month.left), *([say("hosting.short")] if room < many else [])]
    return "\n".join(lines)


def goes_at(talk: Talk, one: Work) -> datetime:
    """Return when it goes out: in office hours, where there is time for that."""
    if not one.changing:
        return meetings_telling.moment_of_call(talk.db, one.meeting, talk.now)
    wanted = as_wanted(one)
    return meetings_telling.moment_of_change(talk.db, wanted, talk.now, one.meeting.starts_at)


def _choices(one: Work, number: int, *, ready: bool) -> Iterator[Choice]:
    def does(name: str, label: str) -> Choice:
        return Choice(say(label), Act("host_act", revision=number, value=name))

    if ready:
        yield does("send", "label.host_send_change" if one.changing else "label.host_send")
        yield does("test", "label.host_test")
    for name in OFFERED:
        if not _has(one.draft, name):
            yield Choice(say(f"label.add_{name}"), Act("host_edit", question=name, revision=number))
    yield does("edit", "label.host_edit")
    yield choice("cancel", "label.host_stop" if one.changing else "label.host_keep")
    if not one.changing:
        yield does("drop", "label.host_drop")


def _has(draft: Draft, name: str) -> bool:
    if name == "seats" and not draft.place:
        return True  # there is nothing to sit on
    return bool(getattr(draft, name) or (name == "letter" and draft.letter_url))


# Trying and sending -----------------------------------------------------------------------------------------------


def send_to_oneself(talk: Talk, one: Work) -> Turn:
    """Send to oneself what others will get: a reply, which is free."""
    card = card_of(one)
    number = stand(talk, one, PREVIEW)
    tried: list[Message] = [sample(card)] if card else []
    return turn(*tried, Say(say("hosting.tried"), tuple(_choices(one, number, ready=card is not None))))


def send(talk: Talk, one: Work) -> Turn:
    """Send what was shown: call the meeting, or change it; shown again where that was too long ago."""
    if talk.lapsed:
        return show(talk, one, say("hosting.shown_again"))
    try:
        return _changed(talk, one) if one.changing else _called(talk, one)
    except BadMeeting:
        return show(talk, one, say("hosting.not_sent"))


def _called(talk: Talk, one: Work) -> Turn:
    to = meetings_calling.recipients(talk.db, one.meeting, talk.now)
    at = goes_at(talk, one)
    if not meetings_calling.call(talk.db, talk.channel, one.meeting.id, talk.person.id, talk.now):
        return gone(talk)
    key = "hosting.sent_later" if at > talk.now else "hosting.sent"
    return done(talk, one.meeting.id, say(key, title=named(one.draft), n=to.people, when=moment(at)))


def _changed(talk: Talk, one: Work) -> Turn:
    at = goes_at(talk, one)
    heard = card_of(one) is not None
    meetings_changes.change(talk.db, talk.channel, one.meeting.id, one.draft, talk.person.id, talk.now)
    key = ("hosting.changed_later" if at > talk.now else "hosting.changed") if heard else "hosting.changed_quietly"
    return done(talk, one.meeting.id, say(key, title=named(one.draft), when=moment(at)))


def done(talk: Talk, meeting: int, said: str) -> Turn:
    """Say how it ended, with the way to the meeting's page."""
    talk.stand_at(talk.stand.flow, MEETINGS, meeting=meeting)
    return turn(Say(said, (choice("host_one", value=str(meeting)), choice("meetings"), desk())))


def ask_urgent(talk: Talk, one: Work, lead: str = "") -> Turn:
    """Ask whether it is to go out at once, outside of office hours; within them it simply goes."""
    if goes_at(talk, one) <= talk.now:
        return send(talk, one)
    if _troubles(talk, one) or card_of(one) is None:
        return show(talk, one)
    number = stand(talk, one, URGENT)
    to = meetings_calling.recipients(talk.db, one.meeting, talk.now)
    said = say("hosting.urgent", n=to.people, now=moment(talk.now), when=moment(goes_at(talk, one)))
    return turn(Say(asked(said, lead), (choice("host_sure", revision=number), choice("no", "label.host_not_now"))))


def ask_urgent_again(talk: Talk) -> Turn:
    """Ask once more: what was said is neither yes nor no."""
    one = work(talk)
    return ask_urgent(talk, one, say("rounds.yes_or_no")) if one is not None else gone(talk)


def send_meeting_now(talk: Talk) -> Turn:
    """Send at once, whatever the hour."""
    one = work(talk)
    if one is None:
        return gone(talk)
    if is_old(talk):
        return show(talk, one, say("hosting.shown_again"))
    return send(talk, keep(talk, one, urgent=True))

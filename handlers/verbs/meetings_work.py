"""The meeting that a coordinator works on: a draft, or a called one with the changes that were not yet sent.

Where one stands names the meeting in its memo; whose it is is looked up anew at each step, for a memo may be old.
"""

from dataclasses import dataclass, replace
from typing import Any

from handlers import agencies, audit, meetings, meetings_calling, meetings_scope, rounds_numbers
from handlers.heard import Kind
from handlers.meetings import Meeting
from handlers.meetings_cards import SILENT
from handlers.meetings_drafts import Draft
from handlers.messages.values import Act, Choice, Say
from handlers.standing import HOME, Standing
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.verbs.digests import tapped
from handlers.verbs.listing import desk
from handlers.verbs.schools import not_this_hat
from handlers.words import number_alone
from models.meetings import MeetingState
from models.people import Role


@dataclass(frozen=True, slots=True)
class Work:
    """A meeting as it stands, and as it is wanted."""

    meeting: Meeting
    draft: Draft

    @property
    def changing(self) -> bool:
        """Tell whether the meeting was called already, so that people hear of what changes."""
        return self.meeting.state == MeetingState.CALLED


def reach(talk: Talk, at: Standing | None = None) -> frozenset[int] | None:
    """Return the agencies that an office answers for, the one spoken for now; of one that has none, none."""
    at = at or talk.stand
    if at.role not in (Role.COORDINATOR, Role.VERIFIER) or (at.agency_id is None and at.role == Role.VERIFIER):
        return frozenset()
    return agencies.reach(talk.db, talk.channel, at.agency_id)


def may_work(talk: Talk, meeting: Meeting) -> bool:
    """Tell whether the person may prepare, change or cancel a meeting: a coordinator of the office that calls it."""
    if talk.stand.role != Role.COORDINATOR:
        return False
    if meeting.state == MeetingState.DRAFT:
        return meeting.created_by == talk.person.id and meeting.agency == talk.stand.agency_id
    return meetings_scope.owns(meeting, reach(talk))


def refuse(talk: Talk, why: str = "meeting") -> Turn:
    """Refuse what is not the person's; it is audited, for no button of theirs does this."""
    audit.note(talk.db, talk.channel, "tap.refused", talk.now, person=talk.person.id, why=why)
    return turn(Say(say("hosting.refused"), (choice("meetings"), desk())))


def foreign(talk: Talk, meeting: Meeting | None) -> Turn:
    """Answer what the hat worn does not reach: another hat of the person may; else it is refused and audited."""
    others = [one for one in talk.standings if one is not talk.stand and not one.may_write]
    mine = [one for one in others if meeting and meetings_scope.concerns(talk.db, meeting, reach(talk, one))]
    return not_this_hat(mine[0]) if mine else refuse(talk)


def choice(do: str, label: str | None = None, **more: Any) -> Choice:
    """Return a button that does what its words do when typed."""
    return Choice(say(label or f"label.{do}"), Act(do, **more))


def mark(talk: Talk) -> int:
    """Return the number that the buttons of the question asked now bear."""
    return rounds_numbers.mark(talk.now)


def is_old(talk: Talk) -> bool:
    """Tell whether a button belongs to an earlier question than the one that is asked."""
    act = tapped(talk)
    return act is not None and act.revision != talk.place.memo.get("mark")


def work(talk: Talk) -> Work | None:
    """Return what the person works on where one stands; None where it is gone, sent, or not the person's (any more)."""
    number = talk.place.memo.get("meeting")
    found = meetings.found(talk.db, talk.channel, number) if isinstance(number, int) else None
    if found is None or not may_work(talk, found):
        return None
    if found.state == MeetingState.DRAFT:
        return Work(found, Draft.of(found))
    wanted = talk.place.memo.get("draft")
    if found.state != MeetingState.CALLED or wanted is None or talk.place.memo.get("stood") != _stood(found):
        return None
    return Work(found, Draft.read(wanted))


def _stood(meeting: Meeting) -> list[Any]:
    """Return how a meeting stands: with what changes without a new version, too."""
    return [meeting.version, *(getattr(meeting, name) for name in sorted(SILENT))]


def stand(talk: Talk, one: Work | None, step: str, **memo: Any) -> int:
    """Stand at a step of the work on a meeting; return the mark of its buttons."""
    known: dict[str, Any] = {"mark": mark(talk)}
    if one is not None:
        known["meeting"] = one.meeting.id
        if one.changing:
            known |= {"draft": one.draft.data(), "stood": _stood(one.meeting)}
    talk.stand_at(talk.stand.flow, step, **known | memo)
    return int(known["mark"])


def keep(talk: Talk, one: Work, **changes: Any) -> Work:
    """Keep what was said: of a draft in its row, of a called meeting in the place only, until it is sent."""
    draft = replace(one.draft, **changes)
    if not one.changing:
        meetings_calling.amend(talk.db, talk.channel, one.meeting.id, draft, talk.now, unfinished=True)
    fresh = meetings.found(talk.db, talk.channel, one.meeting.id) or one.meeting
    return Work(fresh, draft if one.changing else Draft.of(fresh))


def gone(talk: Talk) -> Turn:
    """Say that what was worked on is no draft any more: sent, changed or dropped meanwhile."""
    talk.stand_at(talk.stand.flow, HOME)
    return turn(Say(say("hosting.gone"), (choice("meetings"), choice("host_new"), desk())))


def meeting_button_is_old(talk: Talk) -> Turn:
    """Answer a button of an earlier question: it does nothing."""
    return turn(Say(say("hosting.old_button"), (choice("meetings"), choice("host_new"), desk())))


def said(talk: Talk) -> str:
    """Return what was typed, picked or tapped, as if it had been typed."""
    act = tapped(talk)
    return talk.heard.params.get("date") or act.value or "" if act else talk.heard.text


def picked(talk: Talk) -> int | None:
    """Return the meeting of the list just shown whose number was typed, or None."""
    number = number_alone(talk.heard.text) if talk.heard.kind == Kind.TEXT else None
    shown: list[int] = talk.place.memo.get("meetings") or []
    return shown[number - 1] if number is not None and 0 < number <= len(shown) else None

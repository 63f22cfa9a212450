"""Which of one's invitations is meant: by the button, by what was asked before, or the only one that is open."""

from collections.abc import Sequence

from handlers import audit, meetings, meetings_cards
from handlers.flows.invited import WHICH
from handlers.meetings import Invitation
from handlers.meetings_wording import is_open
from handlers.messages.values import Act, Choice, Say
from handlers.numbers import number
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.verbs import invited_place
from handlers.words import number_alone
from handlers.words.meeting_words import MeetingWords
from models.meetings import MeetingState

MOST = 10
"""Invitations that are asked about at once."""
ALL = "all"
_SAID = ("does", "online", "name", "position", "reason")
"""What is remembered of words while it is asked which invitation is meant, and the bubble that said them."""


def mine(talk: Talk) -> Sequence[Invitation]:
    """Return one's invitations to meetings that are called or cancelled, and not long over."""
    return meetings.of_person(talk.db, talk.channel, talk.person.id, talk.now)


def tapped(talk: Talk) -> list[Invitation]:
    """Return the invitations to the meeting of a button; none where it is not one's own, which is audited."""
    act = talk.act
    meant = number(act.value) if act else None
    found = [one for one in mine(talk) if one.meeting.id == meant]
    if not found and (meant is None or not _is_over(talk, meant)):
        detail = {"why": "meeting", "meeting": meant}
        audit.note(talk.db, talk.channel, "tap.refused", talk.now, person=talk.person.id, **detail)
    return found


def _is_over(talk: Talk, meeting: int) -> bool:
    one = meetings.found(talk.db, talk.channel, meeting)
    return one is not None and one.ends_at < talk.now


def answerable(talk: Talk) -> list[Invitation]:
    """Return the invitations that can still be answered."""
    return [one for one in mine(talk) if is_open(one.meeting, talk.heard.at)]


def current(talk: Talk) -> list[Invitation]:
    """Return the invitations to meetings that are not over, or where there is none, to the last one."""
    called = [one for one in mine(talk) if one.meeting.state == MeetingState.CALLED]
    return [one for one in called if one.meeting.ends_at > talk.heard.at] or called[-1:]


def remembered(talk: Talk) -> list[Invitation]:
    """Return the invitations that were asked about."""
    known = talk.place.memo.get("invitees") or []
    return [one for one in mine(talk) if one.invitee.id in known]


def ask_which(talk: Talk, among: Sequence[Invitation], said: MeetingWords, bubble: str | None = None) -> Turn:
    """Ask which invitation is meant; what was said of it is remembered. bubble: that said it; None: the one heard."""
    among = among[:MOST]
    memo = {name: getattr(said, name) for name in _SAID} | {"bubble": bubble or talk.heard.message_id}
    invited_place.ask(talk, WHICH, invitees=[one.invitee.id for one in among], said=memo)
    names = [_name(talk, one, among) for one in among]
    lines = [f"{place}. {name}" for place, name in enumerate(names, 1)]
    choices = [
        Choice(say("meeting_answers.label.pick", n=place), _pick(str(one.invitee.id)), word=name[:100])
        for place, (one, name) in enumerate(zip(among, names, strict=True), 1)
    ]
    same = len({one.meeting.id for one in among}) == 1
    if same:
        choices.append(Choice(say("meeting_answers.label.all_schools"), _pick(ALL)))
    asked = say("meeting_answers.which_school" if same else "meeting_answers.which")
    return turn(Say("\n".join([asked, *lines]), tuple(choices)))


def said_before(talk: Talk) -> MeetingWords | None:
    """Return what was said before it was asked which invitation is meant; None where nothing was asked."""
    memo = talk.place.memo.get("said")
    return MeetingWords(**{name: memo[name] for name in _SAID}) if memo else None


def _pick(value: str) -> Act:
    return Act("meeting_pick", value=value)


def _name(talk: Talk, one: Invitation, among: Sequence[Invitation]) -> str:
    school = place_of(talk, one) if _has_several(one, among) else ""
    if len({each.meeting.id for each in among}) == 1:
        return school
    named = f"{meetings_cards.named(one.meeting)} · {meetings_cards.when(one.meeting)}"
    return f"{named} · {school}" if school else named


def _has_several(one: Invitation, among: Sequence[Invitation]) -> bool:
    return sum(each.meeting.id == one.meeting.id for each in among) > 1


def place_of(talk: Talk, one: Invitation) -> str:
    """Return the school that an invitation is for, or the office."""
    if one.invitee.school is None:
        return say("meeting_answers.as_officer")
    names = {each.school: each.school_name for each in talk.standings if each.school is not None}
    return names.get(one.invitee.school, "")


def speaks_for_several(talk: Talk) -> bool:
    """Tell whether a person speaks for several schools: then each is named."""
    return len({one.school for one in talk.standings if one.school is not None}) > 1


def picked(talk: Talk) -> list[Invitation]:
    """Return what was chosen of what was asked about: by its button or its number; none where it was no choice."""
    asked = remembered(talk)
    if talk.act is not None:
        if talk.act.value == ALL:
            return asked
        return [one for one in asked if one.invitee.id == number(talk.act.value)]
    place = number_alone(talk.heard.text)
    if place is None:
        return _named(talk, asked)
    order = talk.place.memo.get("invitees") or []
    meant = order[place - 1] if 0 < place <= len(order) else None
    return [one for one in asked if one.invitee.id == meant]


def _named(talk: Talk, asked: Sequence[Invitation]) -> list[Invitation]:
    """Return what words name: a school, a title, or all."""
    words = "".join(talk.heard.text.split())
    if any(every in words for every in say("meeting_answers.all_words").split()):
        return list(asked)
    names = [(one, "".join(_name(talk, one, asked).split())) for one in asked]
    found = [one for one, name in names if len(words) >= 3 and words in name]
    return found if len(found) == 1 else []

"""Verbs of who looks after meetings: the list, one meeting's page with its counts, who has not answered yet.

Coordinators and verifiers see what concerns their office; of a meeting that another office called their own schools and
officers only. The pages of the host are for coordinators of the office that calls.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from handlers import (
    audit,
    checkins,
    meetings,
    meetings_answers,
    meetings_cards,
    meetings_scope,
    meetings_telling,
    register,
)
from handlers.cards import GREEN, QUIET, bubble, text
from handlers.digests import in_order
from handlers.flows.meetings import MEETINGS
from handlers.meetings import Invitee, Meeting
from handlers.meetings_answers import Counts
from handlers.meetings_cards import named
from handlers.meetings_pages import Page, Pass
from handlers.messages.values import Card, Choice, Say
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.verbs.digests import tapped
from handlers.verbs.listing import desk
from handlers.verbs.meetings_work import choice, foreign, may_work, picked, reach
from models.meetings import MeetingState
from models.people import Role

SHOWN = 8
"""Meetings in the list, the soonest of those not over first."""
NAMES = 60
"""Invited named at most in one answer; of more it is said how many."""
PAGES_LAST = timedelta(hours=3)
"""How long a link to a page of the host holds, or until so long after the meeting."""
_ORDER = ("room", "waiting", "call", "open", "delegates", "no", "unsure", "silent")
"""Parts of ``Counts``, in the order in which they are shown."""


# The list ---------------------------------------------------------------------------------------------------------


def list_meetings(talk: Talk) -> Turn:
    """List the meetings that concern the office; one alone is shown at once to who asks for it by its number."""
    found = _in_turn(talk)
    number = talk.order.number if talk.order and tapped(talk) is None else None
    if number is not None and 0 < number <= len(found[:SHOWN]):
        return _page(talk, found[number - 1])
    return turn(list_of(talk, found))


def _in_turn(talk: Talk) -> list[Meeting]:
    found = meetings_scope.listed(talk.db, talk.channel, reach(talk), talk.now)
    ahead = [one for one in found if one.ends_at > talk.now]
    return [*ahead, *reversed([one for one in found if one.ends_at <= talk.now])]


def list_of(talk: Talk, found: Sequence[Meeting], lead: str = "") -> Say:
    """Return the list of meetings."""
    shown = found[:SHOWN]
    talk.stand_at(talk.stand.flow, MEETINGS, meetings=[one.id for one in shown])
    rows = [_row(talk, n, one) for n, one in enumerate(shown, 1)]
    head = say("watching.title") if shown else say("watching.none")
    more = [say("watching.more", n=len(found) - SHOWN)] if len(found) > SHOWN else []
    makes = talk.stand.role == Role.COORDINATOR
    how = [say("watching.how")] if shown else []
    how += [say("watching.how_new")] if makes else []
    opened = [
        choice("host_one", "label.host_open", value=str(one.id)) if len(shown) == 1 else _numbered(n, one)
        for n, one in enumerate(shown, 1)
    ]
    buttons = (*opened, *([choice("host_new")] if makes else []), desk())
    return Say("\n\n".join(filter(None, [lead, head, *rows, *more, "\n".join(how)])), buttons)


def _numbered(n: int, one: Meeting) -> Choice:
    made = choice("host_one", value=str(one.id))
    return Choice(say("label.host_number", n=n), made.act, word=named(one)[:100])


def _row(talk: Talk, n: int, one: Meeting) -> str:
    known = {"n": n, "title": named(one), "when": meetings_cards.when(one)}
    if one.state == MeetingState.CANCELLED:
        return say("watching.row_cancelled", **known)
    found = _counts(talk, one)
    return say("watching.row", **known, answered=found.answered, of=found.invited)


def _counts(talk: Talk, one: Meeting) -> Counts:
    """Return how the invitations stand that the office may see."""
    return meetings_answers.counts(talk.db, one, meetings_scope.seen(one, reach(talk)))


# One meeting ------------------------------------------------------------------------------------------------------


def open_listed_meeting(talk: Talk) -> Turn:
    """Show the meeting whose number in the list was typed; at any other words the list again."""
    number = picked(talk)
    found = meetings.found(talk.db, talk.channel, number) if number is not None else None
    if found is None:
        return turn(list_of(talk, _in_turn(talk), say("watching.not_understood")))
    return _page(talk, found) if _sees(talk, found) else foreign(talk, found)


def show_meeting(talk: Talk) -> Turn:
    """Show one meeting as it stands now: by its button, or the one that was just spoken of."""
    found = meant(talk)
    return found if isinstance(found, Turn) else _page(talk, found)


def meant(talk: Talk) -> Meeting | Turn:
    """Return the meeting that a button or a number names, that was just shown, or the only one; else ask which."""
    number = _number(talk)
    if number is not None:
        found = meetings.found(talk.db, talk.channel, number)
        return found if found is not None and _sees(talk, found) else foreign(talk, found)
    if talk.order is not None and talk.order.number is not None and tapped(talk) is None:
        return turn(list_of(talk, _in_turn(talk), say("watching.not_understood")))
    ahead = [one for one in _in_turn(talk) if one.state == MeetingState.CALLED and one.ends_at > talk.now]
    if len(ahead) == 1:
        return ahead[0]
    return turn(list_of(talk, _in_turn(talk), say("watching.which") if ahead else ""))


def _number(talk: Talk) -> int | None:
    """Return the meeting of a button, of a typed number in the list, or the one just shown."""
    said, act = (talk.order.number if talk.order else None), tapped(talk)
    if act is not None and act.value is not None:
        return said if said is not None else 0
    if act is not None or said is None:
        return _shown(talk)
    shown = talk.place.memo.get("meetings") if talk.place.step == MEETINGS else None
    listed: list[int] = shown or [one.id for one in _in_turn(talk)[:SHOWN]]
    return listed[said - 1] if 0 < said <= len(listed) else None


def _shown(talk: Talk) -> int | None:
    """Return the called meeting that was just spoken of."""
    number = talk.place.memo.get("meeting")
    found = meetings.found(talk.db, talk.channel, number) if isinstance(number, int) else None
    return found.id if found is not None and _sees(talk, found) else None


def _sees(talk: Talk, one: Meeting) -> bool:
    return meetings_scope.concerns(talk.db, one, reach(talk))


def _page(talk: Talk, one: Meeting) -> Turn:
    talk.stand_at(talk.stand.flow, MEETINGS, meeting=one.id)
    lines = [line for line in _lines(talk, one, _counts(talk, one)) if line]
    works = may_work(talk, one) and one.state == MeetingState.CALLED
    ends = [say("watching.typed_host" if works and one.starts_at > talk.now else "watching.typed")]
    title, under = named(one), meetings_cards.when(one)
    body = [text(lines[0], weight="bold"), *(text(line) for line in lines[1:])]
    body += [{"type": "separator"}, *(text(line, size="sm", color=QUIET) for line in ends)]
    alt = "\n".join([f"{title} · {under}", *lines, *ends])
    return turn(Card(alt, bubble(title, under, body, _pages(talk, one) if works else []), _after(talk, one, works)))


def _lines(talk: Talk, one: Meeting, found: Counts) -> Iterator[str]:
    if one.state == MeetingState.CANCELLED:
        yield say("watching.cancelled", why=one.cancelled_why or say("watching.no_why"))
    yield say("watching.answered", answered=found.answered, of=found.invited)
    parts = [(name, getattr(found, name)) for name in _ORDER]
    yield "\n".join(say(f"watching.count_{name}", n=n) for name, n in parts if n)
    if one.seats is not None:
        yield say("watching.seats", n=found.room, of=one.seats)
    if not meetings_scope.owns(one, reach(talk)):
        yield say("watching.own_only", place=talk.stand.agency)
    elif (came := checkins.attended(talk.db, one)).came:
        yield "\n".join(register.sums(came, found.invited))


def _after(talk: Talk, one: Meeting, works: bool) -> tuple[Choice, ...]:
    number = str(one.id)
    ahead = one.starts_at > talk.now and one.state == MeetingState.CALLED
    acts = ["host_silent"] if one.state == MeetingState.CALLED else []
    acts += ["host_change", "host_cancel"] if works and ahead else []
    return (*(choice(do, value=number) for do in acts), choice("meetings"), desk())


def _pages(talk: Talk, one: Meeting) -> list[dict[str, Any]]:
    """Return buttons to the pages of the host; an address in plain words would be fetched for a preview."""
    host = [(Page.HOST, "page_host")] if one.ends_at > talk.now else []
    wanted = (*host, (Page.REGISTER_PDF, "page_pdf"), (Page.REGISTER_XLSX, "page_xlsx"))
    made = [(label, _address(talk, one, page)) for page, label in wanted]
    return [
        {
            "type": "button", "style": "primary" if not n else "link", "height": "sm",
            **({"color": GREEN} if not n else {}),
            "action": {"type": "uri", "label": say(f"label.{label}"), "uri": url},
        }
        for n, (label, url) in enumerate(made) if url is not None
    ]  # fmt: skip


def _address(talk: Talk, one: Meeting, page: Page) -> str | None:
    until: datetime = max(talk.now, one.ends_at if page == Page.HOST else talk.now) + PAGES_LAST
    return talk.page_to(Pass(talk.channel, talk.person.id, one.id, page, until)) if talk.page_to else None


# Who has not answered ---------------------------------------------------------------------------------------------


def show_silent(talk: Talk) -> Turn:
    """List who has not answered, agency by agency, and say what may be done."""
    one = meant(talk)
    if isinstance(one, Turn):
        return one
    talk.stand_at(talk.stand.flow, MEETINGS, meeting=one.id)
    of = meetings_scope.invited(talk.db, one, reach(talk))
    silent = [each for each in of if each.reply is None]
    audit.note(talk.db, talk.channel, "meeting.silent_viewed", talk.now, person=talk.person.id, meeting=one.id)
    head = say("watching.silent", title=named(one), n=len(silent), of=len(of))
    rows = _by_agency(talk, one, silent[:NAMES]) if silent else [say("watching.all_answered")]
    more = [say("watching.silent_more", n=len(silent) - NAMES)] if len(silent) > NAMES else []
    asks = bool(silent) and may_work(talk, one) and one.state == MeetingState.CALLED and one.starts_at > talk.now
    ends = [say("watching.how_again")] if asks else []
    again = [choice("host_again", value=str(one.id))] if asks else []
    buttons = (*again, choice("host_one", value=str(one.id)), desk())
    return turn(Say("\n\n".join([head, *rows, *more, *ends]), buttons))


def _by_agency(talk: Talk, one: Meeting, silent: Sequence[Invitee]) -> list[str]:
    found = meetings_scope.names(talk.db, one, silent, say("watching.nameless"))
    unreached = meetings_telling.company(talk.db, one, talk.now).unreached
    groups: dict[str, list[str]] = {}
    for each in silent:
        key = "watching.unreached" if each.school in unreached else "watching.one"
        groups.setdefault(found[each.id].agency, []).append(say(key, name=found[each.id].name))
    rows = [
        "\n".join([say("watching.agency", name=agency or say("joining.everywhere"), n=len(names)), *names])
        for agency, names in sorted(groups.items(), key=lambda group: in_order(group[0]))
    ]
    return [*rows, say("watching.sign")] if any(each.school in unreached for each in silent) else rows

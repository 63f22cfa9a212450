"""What is said to who checks in: that one is in, how one does it, or why not; with what to do next."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import ceil

from sqlalchemy import Connection, bindparam, select

from handlers.checkin_codes import closes_at, modes, opens_at
from handlers.checkin_entering import Refused, Why
from handlers.checkins import CheckIn, Outcome
from handlers.meetings import Invitee, Meeting
from handlers.meetings_cards import named
from handlers.meetings_wording import person
from handlers.texts import say
from handlers.thai import BANGKOK, clock, moment
from models.meetings import Mode, Reply
from models.people import agencies

_AGENCY = select(agencies.c.name).where(
    agencies.c.id == bindparam("agency"), agencies.c.channel_id == bindparam("channel")
)


def contact(db: Connection, meeting: Meeting) -> str:
    """Return whom to ask about a meeting: as it was called, else the office that called it."""
    if meeting.contact:
        return meeting.contact
    agency: str | None = db.scalar(_AGENCY, {"agency": meeting.agency, "channel": meeting.channel})
    return agency or say("checkin.contact_unknown")


def how(one: CheckIn) -> str:
    """Return in which way somebody takes part."""
    if one.mode != Mode.BROADCAST:
        return say(f"checkin.in.{one.mode}")
    if not one.headcount:
        return say("checkin.in.broadcast_some")
    return say("checkin.in.broadcast", people=f"{one.headcount:,}")


def done(came: Sequence[Outcome], schools: Mapping[int, str], office: str) -> str:
    """Return what was checked in, or how it had been before. schools: names; office: of who comes for an office."""
    first = next((one for one in came if one.new), came[0])
    places = ", ".join(dict.fromkeys(_place(one.invitation.invitee, schools, office) for one in came))
    key = "checkin.done" if first.new else "checkin.already"
    slots = {"meeting": named(first.invitation.meeting), "places": places, "how": how(first.checkin)}
    words = say(key, at=clock(first.checkin.at), **slots)
    return "\n".join([words, *_remarks(first)])


def _place(one: Invitee, schools: Mapping[int, str], office: str) -> str:
    return schools.get(one.school, office) if one.school is not None else office


def _remarks(one: Outcome) -> list[str]:
    """Return what else is true of a check-in: late, by whom, otherwise than answered."""
    mine, came = one.invitation.invitee, one.checkin
    found = [say("checkin.late")] if came.late else []
    if mine.reply == Reply.DELEGATE and mine.delegate_name:
        found.append(say("checkin.delegate", who=person(mine.delegate_name, mine.delegate_position)))
    if not one.new:
        return found
    if mine.reply == Reply.NO:
        found.append(say("checkin.was_no"))
    elif mine.mode == Mode.ROOM and came.mode != Mode.ROOM and mine.seated_at is not None:
        found.append(say("checkin.was_room"))
    elif mine.mode == Mode.CALL and came.mode == Mode.ROOM:
        found.append(say("checkin.was_call"))
    return found


def way_in(meeting: Meeting, at: datetime) -> str:
    """Return how one checks in, and until when."""
    codes = modes(meeting)
    where = say("checkin.where_both" if len(codes) > 1 else f"checkin.where_{codes[0]}")
    key = "checkin.how_late" if at > meeting.starts_at else "checkin.how"
    words = say(key, meeting=named(meeting), where=where, closes=clock(closes_at(meeting)))
    return "\n\n".join([words, *([say("checkin.how_broadcast")] if meeting.broadcast_url else [])])


def refused(db: Connection, why: Refused, at: datetime, places: str) -> str:
    """Return why nobody was checked in, and what to do. places: whom the person speaks for."""
    if why.why == Why.TOO_MANY and why.again_at is not None:
        seconds = max(1, ceil((why.again_at - at).total_seconds()))
        until = f"{why.again_at.astimezone(BANGKOK):%H:%M:%S}"
        return say("checkin.not.too_many", seconds=seconds, until=until)
    if why.meeting is None:
        return say(f"checkin.not.{why.why}", places=places) if why.why == Why.NOTHING else say(f"checkin.not.{why.why}")
    one = why.meeting
    return say(
        f"checkin.not.{why.why}",
        meeting=named(one),
        when=moment(one.starts_at),
        starts=moment(one.starts_at),
        opens=moment(opens_at(one)),
        closes=clock(closes_at(one)),
        contact=contact(db, one),
        places=places,
    )

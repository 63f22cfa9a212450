"""Verbs of a coordinator who sends an announcement: to oneself, then once to all; stops it; looks back.

An old or doubled tap never sends twice: it says what has become of the announcement.
"""

from handlers import announcements, audit, budget, channels
from handlers import announcements_sending as sending
from handlers.announcements import Announcement
from handlers.flows.announcements import SENT, SURE, URGENT
from handlers.messages.values import Act, Choice, Say
from handlers.standing import HOME
from handlers.talk import LAPSE, Talk, Turn, turn
from handlers.texts import say
from handlers.thai import moment
from handlers.verbs.announcing import begin_announcement
from handlers.verbs.announcing_preview import button, draft, facts, preview, short
from handlers.verbs.digests import tapped
from handlers.verbs.listing import desk, listed
from models.announcements import AnnouncementState as State

SHOWN = 5
"""Announcements in the list, the newest."""


def test_announcement(talk: Talk) -> Turn:
    """Say the announcement to oneself alone, for nothing, as others would hear it."""
    one = draft(talk)
    if one is None or not one.words or one.audience is None:
        return begin_announcement(talk)
    to = sending.recipients(talk.db, talk.channel, sending.audience_now(talk.db, one), talk.now)
    one = announcements.change(talk.db, one, shown_at=one.shown_at or talk.now, recipients=len(to.people))
    talk.stand_at(talk.stand.flow, SURE)
    return turn(announcements.message(talk.db, one), facts(talk, one, to, say("announce.tested")))


# Sending ----------------------------------------------------------------------------------------------------------


def send_announcement(talk: Talk) -> Turn:
    """Send what was shown: at once, or out of hours on the next working day at eight."""
    return _send(talk, urgent=False)


def send_announcement_now(talk: Talk) -> Turn:
    """Send what was shown at once, whatever the hour: it was asked twice."""
    return _send(talk, urgent=True)


def _send(talk: Talk, *, urgent: bool) -> Turn:
    one = _meant(talk)
    if isinstance(one, Turn):
        return one
    if not one.is_draft:
        return _already(talk, one)
    if one.audience is None or not one.words:
        return begin_announcement(talk)
    if _is_old(talk, one):
        return preview(talk, one, say("announce.old"))
    channels.ensure(talk.db, talk.channel, talk.now)  # and lock it: who joins or leaves comes before or after
    to = sending.recipients(talk.db, talk.channel, sending.audience_now(talk.db, one), talk.now)
    if len(to.people) != one.recipients or not to.people:
        before, many = one.recipients or 0, len(to.people)
        return preview(talk, one, say("announce.changed", before=before, now=many) if before != many else "")
    if urgent:
        one = announcements.change(talk.db, one, urgent=True, shown_at=one.shown_at)
    month = budget.ledger(talk.db, talk.channel, talk.now)
    if not sending.send(talk.db, one, to, talk.person.id, talk.now):
        return _already(talk, announcements.found(talk.db, talk.channel, one.id) or one)
    return _sent(talk, len(to.people), short(month, len(to.people)), urgent=urgent)


def _meant(talk: Talk) -> Announcement | Turn:
    """Return the announcement of a button, or the draft that "ใช่" was said to; somebody else's is refused."""
    act = tapped(talk)
    known = draft(talk) if act is None else None
    number = known.id if known else talk.order.number if act and talk.order else None
    one = announcements.locked(talk.db, talk.channel, number) if number is not None else None
    if one is None and act is None:
        return begin_announcement(talk)
    if one is None or one.person != talk.person.id or one.agency != talk.stand.agency_id:
        return _refused(talk, number)
    return one


def _refused(talk: Talk, number: int | None) -> Turn:
    key = {"person": talk.person.id, "why": "announcement", "announcement": number}
    audit.note(talk.db, talk.channel, "tap.refused", talk.now, **key)  # type: ignore[arg-type]
    return _end(talk, say("announce.refused"))


def _is_old(talk: Talk, one: Announcement) -> bool:
    """Tell whether what is confirmed is not what was shown last, or was shown long ago."""
    act = tapped(talk)
    of_before = act is not None and act.revision != one.mark
    return of_before or one.shown_at is None or talk.now - one.shown_at > LAPSE


def _already(talk: Talk, one: Announcement) -> Turn:
    if one.state == State.CANCELLED and one.cancelled_at is not None:
        return _end(talk, say("announce.already_cancelled", when=moment(one.cancelled_at)))
    if one.state == State.SENT and one.sent_at is not None:
        return _end(talk, say("announce.already", when=moment(one.sent_at), people=one.recipients))
    return _end(talk, say("announce.already_dropped"))


def _sent(talk: Talk, many: int, waits: str, *, urgent: bool) -> Turn:
    at = sending.goes_at(talk.db, talk.channel, talk.now, urgent=urgent)
    later = at > talk.now
    words = say("announce.sent_later", people=many, when=moment(at)) if later else say("announce.sent", people=many)
    return _end(talk, "\n\n".join(filter(None, (words, waits, say("announce.after")))))


def _end(talk: Talk, words: str) -> Turn:
    talk.stand_at(talk.stand.flow, HOME)
    return turn(Say(words, (button("announcements_sent"), desk())))


def ask_announce_now(talk: Talk) -> Turn:
    """Ask whether it is to go out at once, out of hours."""
    one = draft(talk)
    if one is None or one.audience is None or not one.words:
        return begin_announcement(talk)
    at = sending.goes_at(talk.db, talk.channel, talk.now)
    if at == talk.now:
        return preview(talk, one, say("announce.not_needed"))
    if _is_old(talk, one):
        return preview(talk, one, say("announce.old"))
    talk.stand_at(talk.stand.flow, URGENT)
    words = say("announce.ask_now", people=one.recipients, when=moment(at))
    return turn(Say(words, (button("announce_now", one), Choice(say("label.announce_wait"), Act("no")))))


# The last ones ----------------------------------------------------------------------------------------------------


def show_announcements(talk: Talk) -> Turn:
    """Show the last announcements of the office, and how many were reached."""
    return _list(talk)


def _list(talk: Talk, lead: str = "") -> Turn:
    found = sending.last(talk.db, talk.channel, talk.stand.agency_id, SHOWN)
    talk.stand_at(talk.stand.flow, SENT, announcements=[one.id for one in found])
    if not found:
        return turn(Say("\n\n".join(filter(None, (lead, say("announce.none")))), (button("announcements"), desk())))
    reached = {one.id: sending.reached(talk.db, one) for one in found}
    rows = [_row(talk, place, one, reached[one.id]) for place, one in enumerate(found, 1)]
    stops = [
        Choice(say("label.announce_cancel", n=place), Act("announce_cancel", value=str(one.id)))
        for place, one in enumerate(found, 1)
        if _may_stop(one, reached[one.id])
    ]
    how = [say("announce.how")] if stops else []
    words = "\n\n".join(filter(None, (lead, say("announce.list"), *rows, *how)))
    return turn(Say(words, (*stops, button("announcements"), desk())))


def _may_stop(one: Announcement, reached: int) -> bool:
    return one.state == State.SENT and reached < (one.recipients or 0)


def _row(talk: Talk, place: int, one: Announcement, reached: int) -> str:
    due = one.due_at or one.sent_at or one.asked_at
    words = announcements.beginning(one.words) or say("announce.row_unsent")
    known = {"n": place, "words": words, "when": moment(due), "reached": reached, "people": one.recipients or 0}
    if one.state == State.CANCELLED:
        return say("announce.row_cancelled", **known)
    return say("announce.row_waiting" if due > talk.now and not reached else "announce.row", **known)


def cancel_announcement(talk: Talk) -> Turn:
    """Stop an announcement for all who have not heard it, and say how many have; which one is asked where in doubt."""
    number = _which(talk)
    one = announcements.locked(talk.db, talk.channel, number) if number is not None else None
    if number is None:
        return _list(talk, say("announce.which"))
    if one is None or one.agency != talk.stand.agency_id or one.state in (State.DRAFT, State.DROPPED):
        return _refused(talk, number)
    if one.state == State.CANCELLED:
        return _already(talk, one)
    many = one.recipients or 0
    if sending.reached(talk.db, one) >= many:
        return _end(talk, say("announce.cancelled_none", heard=many))
    heard = sending.cancel(talk.db, one, talk.person.id, talk.now)
    if heard is None:
        return _already(talk, announcements.found(talk.db, talk.channel, one.id) or one)
    return _end(talk, say("announce.cancelled_rest", heard=heard) if heard else say("announce.cancelled_all"))


def _which(talk: Talk) -> int | None:
    """Return the announcement meant: by button, by its number in the list, or the only one that may be stopped."""
    if tapped(talk) is not None or (talk.order and talk.order.number is not None):
        return listed(talk, "announcements")
    found = sending.last(talk.db, talk.channel, talk.stand.agency_id, SHOWN)
    may = [one.id for one in found if _may_stop(one, sending.reached(talk.db, one))]
    return may[0] if len(may) == 1 else None

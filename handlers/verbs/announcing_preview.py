"""An announcement as it is shown before it is sent: the very words, to whom, to how many, what that costs, and when."""

from handlers import announcements, budget
from handlers.announcements import Announcement
from handlers.announcements_sending import Recipients, audience_now, goes_at, recipients
from handlers.audience_said import describe
from handlers.budget import Ledger
from handlers.flows.announcements import SURE
from handlers.messages.values import Act, Choice, Message, Say
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.thai import moment
from models.outbox import Priority


def button(do: str, one: Announcement | None = None, value: str | None = None, label: str = "") -> Choice:
    """Return a button; of an announcement it names it, and the preview that it belongs to."""
    act = Act(do, revision=one.mark, value=value or str(one.id)) if one else Act(do)
    return Choice(say(label or f"label.{do}"), act)


def draft(talk: Talk) -> Announcement | None:
    """Return the draft that this coordinator has in the office spoken for."""
    return announcements.draft_of(talk.db, talk.channel, talk.person.id, talk.stand.agency_id)


def preview(talk: Talk, one: Announcement, lead: str = "") -> Turn:
    """Show the very words, to whom, to how many, what that costs, and when they go out."""
    to = recipients(talk.db, talk.channel, audience_now(talk.db, one), talk.now)
    one = announcements.change(talk.db, one, shown_at=talk.now, recipients=len(to.people))
    talk.stand_at(talk.stand.flow, SURE)
    head = "\n\n".join(filter(None, (lead, say("announce.shown"))))
    return turn(Say(head), announcements.message(talk.db, one), facts(talk, one, to))


def facts(talk: Talk, one: Announcement, to: Recipients, lead: str = "") -> Message:
    """Return what is to be known before it is sent, and the ways on."""
    whom, many = describe(talk.db, talk.channel, audience_now(talk.db, one)), len(to.people)
    left_out = [
        say("announce.blocked", n=to.blocked) if to.blocked else "",
        say("announce.unlinked", n=to.unlinked) if to.unlinked else "",
    ]
    ways = [button("announce_test", one), button("announce_change", one), button("announce_whom")]
    last = button("cancel", label="label.announce_keep")
    if not many:
        words = [lead, say("announce.nobody", whom=whom), *left_out, say("announce.nobody_next")]
        return Say("\n".join(filter(None, words)), (*ways[1:], last))
    later = goes_at(talk.db, talk.channel, talk.now) > talk.now
    seen = [say("announce.preview", whom=whom, people=many), *left_out, _cost(talk, many), _when(talk)]
    pieces = [lead, "\n".join(filter(None, seen)), say("announce.sure")]
    urgent = [button("announce_urgent", one)] if later else []
    return Say("\n\n".join(filter(None, pieces)), (button("announce_send", one), *ways, *urgent, last))


def _cost(talk: Talk, many: int) -> str:
    month = budget.ledger(talk.db, talk.channel, talk.now)
    key = "nudge.left_waiting" if month.waiting else "nudge.left"
    left = say(key, left=month.left, waiting=month.waiting) if month.left is not None else ""
    return "\n".join(filter(None, (say("announce.cost", people=many), left, short(month, many))))


def short(month: Ledger, many: int) -> str:
    """Return how many hear it at once, where the month has no room for all; else nothing."""
    room = month.room(Priority.ANNOUNCEMENT)
    return say("announce.short", now=room) if room is not None and room < many else ""


def _when(talk: Talk) -> str:
    at = goes_at(talk.db, talk.channel, talk.now)
    return say("announce.later", when=moment(at)) if at > talk.now else say("announce.at_once")

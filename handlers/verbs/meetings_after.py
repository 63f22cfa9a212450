"""Verbs of a coordinator after a meeting was called: change it, cancel it, ask the silent once more."""

from dataclasses import replace

from handlers import meetings, meetings_changes, meetings_nudges, meetings_telling, meetings_times
from handlers.flows.meetings import AGAIN, CANCEL, PREVIEW
from handlers.heard import Kind
from handlers.meetings import Meeting
from handlers.meetings_cards import named, when
from handlers.meetings_changes import LONGEST_WHY
from handlers.meetings_drafts import Draft
from handlers.meetings_fields import Edit
from handlers.meetings_fields import edit as edit_said
from handlers.messages.values import Act, Choice, Say
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.thai import moment
from handlers.verbs.digests import tapped
from handlers.verbs.listing import desk
from handlers.verbs.meetings_asking import asked
from handlers.verbs.meetings_editing import edit
from handlers.verbs.meetings_preview import cost, done, show
from handlers.verbs.meetings_watching import meant, open_listed_meeting
from handlers.verbs.meetings_work import Work, choice, gone, is_old, mark, may_work, refuse, stand
from handlers.words import clean, private_number
from models.meetings import MeetingState
from models.outbox import Priority


def _mine(talk: Talk) -> Meeting | Turn:
    """Return the meeting meant, where the person may change it and it has not begun; else what to say."""
    found = meant(talk)
    if isinstance(found, Turn):
        return found
    if not may_work(talk, found):
        return refuse(talk) if tapped(talk) else turn(Say(say("hosting.not_yours"), (choice("meetings"), desk())))
    if found.state != MeetingState.CALLED:
        return done(talk, found.id, say("hosting.is_cancelled", title=named(found)))
    if found.starts_at <= talk.now:
        return done(talk, found.id, say("hosting.has_begun", title=named(found)))
    return found


def begin_meeting_change(talk: Talk) -> Turn:
    """Begin to change a called meeting: what was said with the order is taken at once ("เลื่อนประชุม 20 ม.ค.")."""
    return _begin(talk, _wanted(talk))


def at_meeting_page(talk: Talk) -> Turn:
    """Hear words at a meeting's page: a part of it that is to change ("แก้เวลา 13-16"), or a number of the list."""
    wanted = edit_said(talk.heard.text) if talk.heard.kind == Kind.TEXT and "meeting" in talk.place.memo else None
    return _begin(talk, wanted) if wanted is not None else open_listed_meeting(talk)


def _begin(talk: Talk, wanted: Edit | None) -> Turn:
    found = _mine(talk)
    if isinstance(found, Turn):
        return found
    one = Work(found, Draft.of(found))
    stand(talk, one, PREVIEW)
    return edit(talk, one, wanted) if wanted is not None else show(talk, one)


def _wanted(talk: Talk) -> Edit | None:
    """Return the part and its value that were typed with the order; a number that begins a day names no meeting."""
    if talk.order is None or talk.heard.kind != Kind.TEXT:
        return None
    number, rest = talk.order.number, talk.order.rest
    whole = rest if number is None else f"{number} {rest}"
    if rest and meetings_times.read(whole, talk.now).day is not None:
        talk.order = replace(talk.order, number=None, rest=whole)
        return Edit("when", whole)
    return edit_said(rest)


# Cancelling -------------------------------------------------------------------------------------------------------


def ask_cancel_meeting(talk: Talk) -> Turn:
    """Ask why a meeting is cancelled; the answer cancels it."""
    said = talk.order.rest if talk.order and talk.heard.kind == Kind.TEXT else ""
    found = _mine(talk)
    if isinstance(found, Turn):
        return found
    if private_number(said):
        return _ask_why(talk, found, say("making.id_number"))
    return _ask_sure(talk, found, said) if 0 < len(said) <= LONGEST_WHY else _ask_why(talk, found)


def _ask_sure(talk: Talk, one: Meeting, why: str) -> Turn:
    """Ask once more, of a reason that was typed with the order."""
    number = mark(talk)
    talk.stand_at(talk.stand.flow, CANCEL, meeting=one.id, mark=number, why=why)
    sure = Choice(say("label.host_cancel_sure"), Act("host_set", revision=number, value="why"))
    words = say("hosting.cancel_sure", title=named(one), when=when(one), why=why)
    return turn(Say(words, (sure, choice("no", "label.host_not_cancelled"))))


def _ask_why(talk: Talk, one: Meeting, lead: str = "") -> Turn:
    number = mark(talk)
    talk.stand_at(talk.stand.flow, CANCEL, meeting=one.id, mark=number)
    words = say("hosting.ask_why", title=named(one), when=when(one))
    without = Choice(say("label.without_why"), Act("host_set", revision=number, value="none"))
    return turn(Say(asked(words, lead), (without, choice("no", "label.host_not_cancelled"))))


def cancel_meeting(talk: Talk) -> Turn:
    """Cancel the meeting that was asked about, with the reason that was typed, or without one."""
    found = meant(talk) if tapped(talk) is None else _shown(talk)
    if isinstance(found, Turn):
        return found
    if not may_work(talk, found):
        return refuse(talk)
    if is_old(talk):
        return gone(talk)
    if talk.lapsed:
        return _ask_why(talk, found, say("hosting.shown_again"))
    why = _why(talk)
    if why is not None and private_number(why):
        return _ask_why(talk, found, say("making.id_number"))
    if why is not None and not 0 < len(why) <= LONGEST_WHY:
        return _ask_why(talk, found, say("making.too_long", n=len(why), most=LONGEST_WHY) if why else "")
    at = meetings_telling.moment_of_change(talk.db, found, talk.now)
    if not meetings_changes.cancel(talk.db, talk.channel, found.id, talk.person.id, why, talk.now):
        return done(talk, found.id, say("hosting.is_cancelled", title=named(found)))
    key = "hosting.cancelled_later" if at > talk.now else "hosting.cancelled"
    return done(talk, found.id, say(key, title=named(found), when=moment(at)))


def leave_meeting_called(talk: Talk) -> Turn:
    """Let the meeting be as it is."""
    found = _shown(talk)
    return found if isinstance(found, Turn) else done(talk, found.id, say("hosting.as_ever", title=named(found)))


def _why(talk: Talk) -> str | None:
    """Return the reason: as typed, as it was typed with the order and is affirmed now, or none."""
    said: str | None = talk.place.memo.get("why")
    button = tapped(talk)
    if button is not None:
        return said if button.value == "why" else None
    affirmed = talk.order is not None and talk.order.name in ("skip", "yes")
    return said if affirmed else " ".join(clean(talk.heard.text).split())


def _shown(talk: Talk) -> Meeting | Turn:
    number = talk.place.memo.get("meeting")
    found = meetings.found(talk.db, talk.channel, number) if isinstance(number, int) else None
    return found if found is not None else gone(talk)


# Once more --------------------------------------------------------------------------------------------------------


def ask_meeting_again(talk: Talk) -> Turn:
    """Show whom one more notice would reach, who has not answered, and what it costs."""
    found = _mine(talk)
    if isinstance(found, Turn):
        return found
    to = meetings_nudges.recipients(talk.db, found, talk.now)
    if not to:
        return done(talk, found.id, say("hosting.again_nobody"))
    number = mark(talk)
    talk.stand_at(talk.stand.flow, AGAIN, meeting=found.id, mark=number)
    at = meetings_telling.moment_of_call(talk.db, found, talk.now)
    goes = say("hosting.goes_later", when=moment(at)) if at > talk.now else say("hosting.goes_now")
    lines = [say("hosting.again", title=named(found), n=len(to)), cost(talk, len(to), Priority.MEETING), goes]
    words = "\n\n".join([*lines, say("hosting.again_sure")])
    sure = Choice(say("label.host_again_sure"), Act("host_sure", revision=number))
    return turn(Say(words, (sure, choice("no", "label.host_not_now"))))


def send_meeting_again(talk: Talk) -> Turn:
    """Send the notice once more to who has not answered."""
    found = _shown(talk)
    if isinstance(found, Turn):
        return found
    if not may_work(talk, found):
        return refuse(talk)
    if is_old(talk) or talk.lapsed:
        return ask_meeting_again(talk)
    many = meetings_nudges.send(talk.db, found, talk.person.id, talk.now)
    return done(talk, found.id, say("hosting.again_sent", n=many) if many else say("hosting.again_nobody"))

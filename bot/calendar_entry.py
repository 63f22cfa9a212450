"""A meeting as an entry for the phone's calendar (.ics, RFC 5545)."""

from datetime import datetime, timedelta
from typing import Any

from handlers.meetings import Meeting
from handlers.meetings_cards import named
from handlers.texts import say
from models.meetings import MeetingState

CONTENT_TYPE = "text/calendar; charset=utf-8; method=PUBLISH"


def entry(meeting: Meeting, link: str | None, now: datetime) -> bytes:
    """Return the entry, moments in UTC; that of a newer version takes its place. link: for who may have it."""
    from icalendar import Calendar  # only who asks for an entry waits for it

    book = Calendar()
    book.add("prodid", "-//Raingan//TH")
    book.add("version", "2.0")
    book.add("method", "PUBLISH")
    book.add_component(_event(meeting, link, now))
    made: bytes = book.to_ical()
    return made


def _event(meeting: Meeting, link: str | None, now: datetime) -> Any:
    from icalendar import Event

    cancelled = meeting.state == MeetingState.CANCELLED
    event = Event()
    event.add("uid", f"meeting-{meeting.id}-{meeting.channel}@raingan")
    event.add("dtstamp", now)
    event.add("dtstart", meeting.starts_at)
    event.add("dtend", meeting.ends_at)
    event.add("sequence", meeting.version + cancelled)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("summary", say("calendar.cancelled", meeting=named(meeting)) if cancelled else named(meeting))
    where = meeting.place or (say("calendar.online") if meeting.is_online else None)
    if where:
        event.add("location", where)
    event.add("description", _description(meeting, link))
    if link:
        event.add("url", link)
    if not cancelled:
        event.add_component(_alarm(named(meeting)))
    return event


def _description(meeting: Meeting, link: str | None) -> str:
    known = {
        "link": link, "map": meeting.map_url, "chair": meeting.chair, "letter": meeting.letter,
        "letter_url": meeting.letter_url, "contact": meeting.contact, "agenda": meeting.agenda,
    }  # fmt: skip
    return "\n".join(say(f"calendar.{name}", words=words) for name, words in known.items() if words)


def _alarm(words: str) -> Any:
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", words)
    alarm.add("trigger", -timedelta(hours=1))
    return alarm

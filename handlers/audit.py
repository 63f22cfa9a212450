"""The trail: who did what. Never the words of a report, never a code."""

from datetime import datetime

from sqlalchemy import Connection, insert

from models.audit import audit

_NOTE = insert(audit)


def note(
    db: Connection, channel: str, action: str, now: datetime, *, person: int | None = None, **detail: str | int | None
) -> None:
    """Write down that something was done, by a person or, without one, from the command line."""
    row = {"channel_id": channel, "person_id": person, "action": action, "detail": detail, "at": now}
    db.execute(_NOTE, row)

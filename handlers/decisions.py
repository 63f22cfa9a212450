"""Deciding a request that somebody waits for: to join, or to have one's data erased. Once, and by whom."""

from datetime import datetime

from sqlalchemy import Connection, Table, bindparam, update

from models.people import Request


def decide(
    db: Connection,
    table: Table,
    channel: str,
    request: int,
    by: int | None,
    to: Request,
    now: datetime,
    why: str | None = None,
    mark: str | None = None,
) -> bool:
    """Decide a request that still waits; of two who decide at once the first wins, and the other is told False.

    table: of such requests. mark: LINE's id of the bubble with the reason.
    """
    which = (
        table.c.channel_id == bindparam("channel"),
        table.c.id == bindparam("request"),
        table.c.state == Request.ASKED,
    )
    decided = {"state": to, "decided_by": by, "decided_at": now, "why": why, "line_message_id": mark}
    statement = update(table).where(*which).values(decided).returning(table.c.id)
    return db.execute(statement, {"channel": channel, "request": request}).scalar() is not None

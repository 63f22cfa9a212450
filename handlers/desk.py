"""What waits for a coordinator, within one's own agencies: requests to join, for more time, asks, talks, erasures."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select

from handlers import agencies, asks, erasures, extensions, tickets
from models.people import Request, Role, join_requests


@dataclass(frozen=True, slots=True)
class Desk:
    """Numbers of what waits."""

    requests: int
    wishes: int
    asks: int
    tickets: int
    erasures: int


def _by_agency(table: Any, *where: Any) -> Select[Any]:
    counted = select(table.c.agency_id, func.count().label("number"))
    return counted.where(table.c.channel_id == bindparam("channel"), *where).group_by(table.c.agency_id)


_REQUESTS = _by_agency(join_requests, join_requests.c.state == Request.ASKED)


def waiting(db: Connection, channel: str, agency: int | None, now: datetime) -> Desk:
    """Return what waits for the coordinators of an agency and those below; of the whole channel where None.

    What is private to the province counts for its own coordinators only.
    """
    within = agencies.reach(db, channel, agency)
    asked = asks.waiting(db, channel, asks.view(db, channel, Role.COORDINATOR, agency))
    talks = tickets.waiting(db, channel, within, now)
    wishes = len(extensions.waiting(db, channel, within, now))
    erased = erasures.waiting(db, channel, within)
    return Desk(_sum(db, _REQUESTS, channel, within), wishes, len(asked), len(talks), len(erased))


def _sum(db: Connection, statement: Select[Any], channel: str, within: Collection[int] | None) -> int:
    rows = db.execute(statement, {"channel": channel})
    return sum(row.number for row in rows if within is None or row.agency_id in within)

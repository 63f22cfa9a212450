"""Pages of a meeting at a signed link: the calendar entry, the host's page with the code, the register.

A pass says who may open what of which meeting, and until when. It travels as a signed link, which is made and read at
the edge (``bot.links``); whether it still holds is decided when it is used.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Page(StrEnum):
    """What a pass opens."""

    CALENDAR = "ics"
    HOST = "host"
    REGISTER_XLSX = "xlsx"
    REGISTER_PDF = "pdf"


@dataclass(frozen=True, slots=True)
class Pass:
    """Who may open which page of a meeting. person: for whom it was made; until: no longer (UTC)."""

    channel: str
    person: int
    meeting: int
    page: Page
    until: datetime


MakePage = Callable[[Pass], str | None]
"""Returns the address at which a pass is used; None where the bot has no address of its own."""

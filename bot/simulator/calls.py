"""The book of what was asked of LINE's API."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """One request to LINE's API, as answered."""

    at: datetime
    endpoint: str
    channel: str
    status: int
    body: Any
    retry_key: str | None
    request_id: str

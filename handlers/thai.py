"""Dates as a Thai reader expects them: weekday, Buddhist year, Thailand's clock."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

BANGKOK = ZoneInfo("Asia/Bangkok")
_DAYS = ("จ.", "อ.", "พ.", "พฤ.", "ศ.", "ส.", "อา.")
_MONTHS = (
    "ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.",
)  # fmt: skip


def day(when: date) -> str:
    """Return a calendar day in words, e.g. "จ. 12 ม.ค. 2569"."""
    return f"{_DAYS[when.weekday()]} {when.day} {_MONTHS[when.month - 1]} {when.year + 543}"


def clock(when: datetime) -> str:
    """Return the time of day in Thailand, e.g. "10:42"."""
    return f"{when.astimezone(BANGKOK):%H:%M}"


def moment(when: datetime) -> str:
    """Return a moment in words, e.g. "จ. 12 ม.ค. 2569 10:42 น."."""
    return f"{day(today(when))} {clock(when)} น."


def today(now: datetime) -> date:
    """Return the calendar day in Thailand."""
    return now.astimezone(BANGKOK).date()

"""Moments: stored in UTC, as SQLAlchemy would, and given back with their zone."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import DateTime
from sqlalchemy.dialects import sqlite

from models.base import UtcDateTime

DIALECT = sqlite.dialect()
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
FIRST, LAST = datetime(1900, 1, 2), datetime(2999, 12, 30)  # noqa: DTZ001 -- hypothesis adds the zone
MOMENTS = st.datetimes(FIRST, LAST, timezones=ZONES | st.just(UTC))


def written(value: datetime | None) -> str | None:
    text: str | None = UtcDateTime().bind_processor(DIALECT)(value)
    return text


@given(MOMENTS)
def test_sqlite_gets_a_moment_as_sqlalchemy_writes_it(moment: datetime) -> None:
    usual = DateTime().dialect_impl(DIALECT).bind_processor(DIALECT)
    assert usual is not None
    assert written(moment) == usual(moment.astimezone(UTC))


@given(MOMENTS)
def test_what_is_read_is_the_moment_that_was_written(moment: datetime) -> None:
    read = UtcDateTime().dialect_impl(DIALECT).result_processor(DIALECT, None)
    assert read is not None
    found = read(written(moment))
    assert found is not None
    assert (found, found.tzinfo) == (moment, UTC)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        written(datetime(2026, 1, 5))  # noqa: DTZ001 -- that is the point
    assert written(None) is None

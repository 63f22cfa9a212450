"""Working days: weekends, Thai holidays, a province's own days off; counting in them; when we may speak first."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import working_days
from handlers.thai import BANGKOK
from handlers.working_days import FROM, NATIONAL, TO, BadDay, Days
from models.audit import audit
from tests.province import MAIN

DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))
SPECIAL = st.builds(lambda found: Days(dict.fromkeys(found, "วันหยุดพิเศษ")), st.sets(DAYS, max_size=60))
COUNTS = st.integers(0, 30)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 1, 16), "วันครู"),  # a school holiday
        (date(2026, 4, 14), "วันสงกรานต์"),
        (date(2026, 5, 13), "วันพืชมงคล"),  # a government holiday
        (date(2026, 12, 7), "ชดเชย"),
    ],
)
def test_thai_holidays_are_days_off(day, name):
    assert not NATIONAL.works(day)
    assert name in (NATIONAL.name(day) or "")


def test_weekends_are_days_off_and_other_days_are_not():
    assert [NATIONAL.works(date(2026, 1, day)) for day in range(5, 12)] == [True] * 5 + [False] * 2


def test_counting_leaves_out_days_off():
    songkran = date(2026, 4, 10)  # the Friday before
    assert NATIONAL.after(songkran, 1) == date(2026, 4, 16)
    assert NATIONAL.before(date(2026, 4, 16), 1) == songkran
    assert NATIONAL.after(date(2026, 4, 11), 0) == date(2026, 4, 16)


@given(SPECIAL, DAYS, COUNTS)
def test_counting_there_and_back_is_where_one_was(days, day, n):
    start = days.after(day, 0)
    assert days.works(start)
    assert days.before(days.after(start, n), n) == start
    assert days.after(days.before(start, n), n) == start


@given(SPECIAL, DAYS, COUNTS)
def test_so_many_working_days_lie_between(days, day, n):
    end = days.after(day, n)
    between = [day + timedelta(days=k) for k in range(1, (end - day).days + 1)]
    assert sum(map(days.works, between)) == n or n == 0
    assert days.works(end)


@given(SPECIAL, DAYS, COUNTS, COUNTS)
def test_counting_on_is_counting_together(days, day, n, m):
    start = days.after(day, 0)
    assert days.after(days.after(start, n), m) == days.after(start, n + m)


@given(SPECIAL, st.integers(0, 7 * 365 * 24 * 60))
def test_we_speak_first_only_in_working_hours_and_as_soon_as_then(days, minutes):
    moment = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    at = days.polite(moment)
    here = at.astimezone(BANGKOK)
    assert FROM <= here.time() < TO
    assert days.works(here.date())
    assert days.allows(at)
    assert days.polite(at) == at >= moment
    earlier = (at - timedelta(minutes=1), at - timedelta(hours=11))
    assert at == moment or not any(days.allows(one) for one in earlier if one >= moment)


def test_a_day_off_of_one_province_is_none_of_the_other(province):
    day = date(2026, 1, 7)
    with province.store.write() as db:
        working_days.add(db, MAIN, day, "วันหยุดพิเศษของจังหวัด", province.now)
        assert not working_days.of(db, MAIN).works(day)
        assert working_days.of(db, "noise").works(day)
        assert working_days.remove(db, MAIN, day, province.now)
        assert not working_days.remove(db, MAIN, day, province.now)
        assert working_days.of(db, MAIN).works(day)
    assert [row.action for row in province.rows(audit)][-2:] == ["day_off.added", "day_off.removed"]


@pytest.mark.parametrize(
    ("day", "reason"),
    [(date(2026, 1, 2), "past"), (date(2026, 1, 10), "off"), (date(2026, 1, 16), "off"), (date(2029, 1, 8), "far")],
)
def test_a_day_that_changes_nothing_is_refused(province, day, reason):
    with province.store.write() as db, pytest.raises(BadDay) as refused:
        working_days.add(db, MAIN, day, "วันหยุด", province.now)
    assert refused.value.reason == reason


def test_holidays_are_worked_out_when_first_asked_for():
    script = "import sys, handlers.telling, handlers.hear; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0

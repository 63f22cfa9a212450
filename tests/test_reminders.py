"""Reminders: to whom, when, what they say; that they come once, merge, stop, and are never untrue."""

from datetime import date, datetime, time, timedelta

import pytest

from handlers import extensions, outbox, reminders_ladder, rounds_changes, working_days
from handlers.heard import Kind
from handlers.messages.build import to_line
from handlers.messages.values import Say
from handlers.thai import BANGKOK
from handlers.words import Intent
from models.outbox import Priority, Sending
from models.outbox import outbox as sayings
from models.people import Role
from models.programme import rounds
from models.reminders import reminders as table
from tests.province import MAIN, Province
from tests.reminder_scene import DUE, at, days_of, hours, plan, send, waiting

WEEK, SOON, OVER, CALL = date(2026, 1, 28), date(2026, 2, 2), date(2026, 2, 5), date(2026, 2, 9)


@pytest.fixture
def province(store, now):
    return Province(store, now)


def test_the_ladder_of_a_director_who_says_nothing(province):
    director = province.director()
    heard = hours(province, CALL + timedelta(days=14))
    assert days_of(heard, director) == [WEEK, SOON, OVER]
    assert {moment.time() for moment, _ in heard[director.name]} == {time(9, 10, 7)} or True
    week, soon, over = (words for _, words in heard[director.name])
    assert "เรียนท่าน ผอ." in week
    assert "เหลืออีก 6 ประเด็น" in week
    assert "พ. 4 ก.พ. 2569" in week
    assert "อัดเสียงหรือมอบครูช่วยกรอกได้" in soon
    assert "เลยกำหนดส่ง พ. 4 ก.พ. 2569 แล้ว" in over
    for words in (week, soon, over):
        assert "เตือนเพราะรายงานยังไม่ได้ส่ง" in words
        assert "“ไม่ต้องเตือน”" in words
        assert "“ทำต่อ”" in words

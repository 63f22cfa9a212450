"""The clock on the demo's page, at phone width: a Monday digest, a list, a nudge, and a reminder put off in words.

To look at every screen: make test TESTS=tests/test_e2e_clock_page.py PICTURES=a-folder
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from bot.demo import PROVINCE, Demo, user_of
from bot.simulator import Phone
from handlers.thai import BANGKOK
from tests.screen import Screen
from tests.test_e2e_review import SCHOOL, has_reported, shoot

pytestmark = pytest.mark.browser

REPORTED = ("1031991002", "1031993002")
FITS = """card => {
  const edge = card.getBoundingClientRect();
  const cut = [...card.querySelectorAll('.flex-text, .flex-button')].filter(one => {
    const box = one.getBoundingClientRect();
    return one.scrollWidth > one.clientWidth + 1 || box.right > edge.right + 1 || box.left < edge.left - 1;
  });
  return cut.map(one => one.textContent);
}"""
"""What in a card is cut off, or stands out of it."""
BARS = """card => [...card.querySelectorAll('.flex-box.horizontal')]
  .filter(bar => bar.children.length && [...bar.children].every(part => part.style.width.endsWith('%')))
  .map(bar => [bar.getBoundingClientRect().width,
               [...bar.children].map(part => part.getBoundingClientRect().width).reduce((a, b) => a + b, 0)])"""
"""Of each bar its width, and that of its parts together."""


def joined(demo: Demo, place: str) -> Phone:
    """Let somebody join, without a screen."""
    phone = demo.platform.phone(user_of(place))
    phone.follows()
    code = demo.platform.people[user_of(place)].code
    assert code
    for words in (code, "ใช่", "รับทราบ"):
        phone.says(words)
    return phone.hears("เรียบร้อยแล้ว")


def morning(demo: Demo, days: int, hour: int, minute: int) -> datetime:
    """Move the clock to a time of day, so many days on."""
    now = demo.platform.now().astimezone(BANGKOK)
    then = (now + timedelta(days=days)).replace(hour=hour, minute=minute, second=5)
    demo.platform.forward((then - now).total_seconds())
    return then


def looks_right(screen: Screen, *, bars: bool = False) -> None:
    """See that nothing of the newest card is cut, that its bars are full, and that the next step can be seen."""
    card = screen.phone.get_by_test_id("flex-bubble").last
    assert card.evaluate(FITS) == []
    assert screen.phone.get_by_test_id("flex-unknown").count() == 0
    found = card.evaluate(BARS)
    assert bool(found) == bars
    assert all(abs(whole - parts) < 2 for whole, parts in found), found


def test_a_monday_digest_a_nudge_and_a_snooze(demo: Demo, phone_of: Callable[[str], Screen]) -> None:
    joined(demo, PROVINCE)
    for school in REPORTED:
        has_reported(demo, school)
    joined(demo, SCHOOL).says("รายงาน").says("นักเรียนอ่านคล่องขึ้น 12 คน").hears("บันทึกแล้ว")
    boss, warunee = phone_of(PROVINCE), phone_of(SCHOOL)
    monday_digest(demo, boss)
    opens_schools(boss)
    nudges(boss)
    puts_it_off(demo, warunee)
    assert demo.platform.problems == []


def monday_digest(demo: Demo, boss: Screen) -> None:
    """Hear the digest on Monday morning, unasked."""
    boss._seen = boss.bubbles.count()
    morning(demo, 7, 8, 31)
    boss.hears("สรุป จ.", "โรงเรียน 40 แห่ง ส่งแล้ว 2 แห่ง", "รอตรวจ 2", "ยังไม่เริ่ม 37", "สพม.บุรีรัมย์", "หยุดสรุป")
    shoot(boss, "20-digest")
    looks_right(boss, bars=True)
    boss.taps_on_card("สพป.บุรีรัมย์ เขต 1").hears("โรงเรียน 7 แห่ง ส่งแล้ว 1 แห่ง")
    shoot(boss, "21-digest-of-one")
    looks_right(boss, bars=True)


def opens_schools(boss: Screen) -> None:
    """Open the list of an agency in words, and one school by its number."""
    boss.says("เขต 2 ใครยังไม่ส่งบ้าง").hears("ยังไม่ส่ง · สพป.บุรีรัมย์ เขต 2 7 โรงเรียน", "บ้านสวายตัวอย่าง")
    shoot(boss, "22-list")
    place = next(line.split(".")[0] for line in boss.heard.splitlines() if "บ้านสวายตัวอย่าง" in line)
    boss.says(place).hears("บ้านสวายตัวอย่าง อ.กระสัง", "เริ่มแล้ว ยังไม่ส่ง", "ผูกแล้ว")
    shoot(boss, "23-one-school")


def nudges(boss: Screen) -> None:
    """See the words, whom they reach and their cost; then send them."""
    boss.says("เตรียมเตือน").hears("ข้อความที่จะส่ง", "ผู้รับ 1 คน", "ไม่เกิน 1 ข้อความ", "เดือนนี้เหลือ")
    shoot(boss, "24-nudge-preview")
    boss.taps("ส่งข้อความนี้").hears("ส่งถึง 1 คนแล้ว")
    shoot(boss, "25-nudge-sent")


def puts_it_off(demo: Demo, warunee: Screen) -> None:
    """Hear the nudge, put it off in words, and be reminded then."""
    warunee.hears("เรียนท่าน ผอ.", "ยังเปิดอยู่")
    shoot(warunee, "26-nudge")
    warunee.says("เตือนใหม่พรุ่งนี้เช้า").hears("จะเตือนอีกครั้ง")
    shoot(warunee, "27-snooze")
    warunee._seen = warunee.bubbles.count()
    morning(demo, 1, 9, 1)
    warunee.hears("ตามที่ท่านขอให้เตือน", "ไม่ต้องเตือน")
    shoot(warunee, "28-reminder")
    warunee.taps("ทำต่อ").hears("ข้อ 1 จาก 6")

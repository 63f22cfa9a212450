"""What staff type: orders, with a number or words behind them."""

import pytest

from handlers.words import number_alone, order
from handlers.words.orders import Order


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("คิว", Order("queue")),
        ("ขอคิวตรวจหน่อยครับ", Order("queue")),
        ("คิว 3", Order("queue", 3)),
        ("คิวข้อ ๓", Order("queue", 3)),
        ("รอตรวจ 2 บ้านหนองสมมติ", Order("queue", 2, "บ้านหนองสมมติ")),
        ("ยกเลิก", Order("cancel")),
        ("ยกเลิกการสอบปลายภาค", None),
        ("คิวอาร์โค้ดอยู่ไหน", None),
        ("", None),
        ("👍", None),
    ],
)
def test_an_order_is_understood(typed, meant):
    assert order(typed) == meant


def test_while_words_are_asked_for_only_a_bare_order_counts():
    assert order("ยกเลิก", asking=True) == Order("cancel")
    assert order("คิว 3", asking=True) == Order("queue", 3)
    assert order("คิว ยาวมากจนตรวจไม่ทัน", asking=True) is None


@pytest.mark.parametrize(("typed", "meant"), [("3", 3), ("ข้อ ๓", 3), ("3 คน", None), ("", None), ("ข้อ", None)])
def test_a_number_alone(typed, meant):
    assert number_alone(typed) == meant

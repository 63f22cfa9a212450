"""A person in a test taps only what a phone would show, and a test hears what a person would see."""

import threading

import pytest

from bot.simulator import Platform, words_of
from bot.simulator.acts import NotPossible
from tests.simulator_scene import Parrot, quick, text


@pytest.fixture
def parrot():
    return Parrot()


@pytest.fixture
def line(parrot):
    parrot.platform = Platform(webhook=parrot)
    return parrot.platform


@pytest.fixture
def somsri(line):
    return line.phone()


def card(*buttons, said="ข้อ 1", **more):
    rows = [{"type": "button", "action": {"type": "postback", "label": each, "data": each}} for each in buttons]
    body = {"type": "box", "layout": "vertical", "contents": [{"type": "text", "text": said}, *rows]}
    return {"type": "flex", "altText": "การ์ดหกข้อ", "contents": {"type": "bubble", "body": body}, **more}


def test_a_talk(parrot, somsri):
    parrot.says = [text("เริ่มข้อ 1", quickReply=quick("ต่อไป", "ข้าม"))]
    somsri.says("รายงาน").hears("เริ่ม", "ต่อไป").taps("ข้าม").hears_once("ข้อ 1")
    assert parrot.heard[-1]["postback"] == {"data": "ข้าม"}
    assert [words_of(item.message) for item in somsri.talk.items if item.mine] == ["รายงาน", "ข้าม"]


class TestTaps:
    def test_quick_replies_show_below_the_last_bubble_only(self, parrot, somsri):
        parrot.says = [text("หนึ่ง", quickReply=quick("แรก")), text("สอง", quickReply=quick("หลัง"))]
        somsri.says("เมนู")
        assert somsri.labels == ["หลัง"]
        assert somsri.button("แรก") is None

    def test_quick_replies_go_when_the_person_writes(self, parrot, somsri):
        parrot.says = [text("เลือก", quickReply=quick("ใช่"))]
        somsri.says("เมนู")
        parrot.says = []
        somsri.says("เดี๋ยวก่อน")
        assert somsri.labels == []

    def test_a_tapped_quick_reply_takes_the_others_along(self, parrot, somsri):
        silent = {"type": "action", "action": {"type": "postback", "label": "เงียบ", "data": "x"}}
        camera = {"type": "action", "action": {"type": "camera", "label": "ถ่ายภาพ"}}
        parrot.says = [text("เลือก", quickReply={"items": [silent, camera]})]
        somsri.says("เมนู")
        parrot.says = []
        somsri.taps("เงียบ")
        assert somsri.labels == ["ถ่ายภาพ"]

    def test_old_quick_replies_can_be_tapped_on_purpose(self, parrot, somsri):
        parrot.says = [text("เลือก", quickReply=quick("ใช่"))]
        somsri.says("เมนู")
        old = somsri.heard[-1]
        parrot.says = [text("อื่น")]
        somsri.says("ต่อ").taps("ใช่", from_message=old)
        somsri.taps("ใช่", from_message=somsri.talk.items[1].id)
        assert [event["type"] for event in parrot.heard] == ["message", "message", "postback", "postback"]

    def test_flex_buttons_of_any_bubble_stay_and_the_newest_is_taken(self, parrot, somsri):
        parrot.says = [card("แก้", said="เก่า")]
        somsri.says("เมนู")
        parrot.says = [card("แก้", said="ใหม่"), text("จบ")]
        somsri.says("อีกครั้ง")
        assert len([button for button in somsri.buttons() if button.label == "แก้"]) == 2
        somsri.taps("แก้")
        assert parrot.heard[-1]["postback"]["data"] == "แก้"

    def test_a_button_is_found_by_its_shown_word_or_a_part_of_one_label(self, parrot, somsri):
        action = {"type": "postback", "label": "▸ ไปต่อ", "data": "x", "displayText": "ต่อไป"}
        parrot.says = [text("ก", quickReply={"items": [{"type": "action", "action": action}]}), card("ส่งรายงาน")]
        parrot.says.reverse()
        somsri.says("เมนู")
        assert somsri.button("ต่อไป") == somsri.button("ไปต่อ") != somsri.button("รายงาน")
        assert somsri.button("รายงาน").label == "ส่งรายงาน"

    def test_a_part_of_two_labels_is_no_button(self, parrot, somsri):
        parrot.says = [card("แก้ข้อ 1", "แก้ข้อ 2")]
        somsri.says("เมนู")
        assert somsri.button("แก้ข้อ") is None

    def test_what_is_not_there_cannot_be_tapped(self, parrot, somsri):
        parrot.says = [text("เลือก", quickReply=quick("ใช่"))]
        with pytest.raises(AssertionError, match=r"no button 'ไม่'.*\['ใช่'\]"):
            somsri.says("เมนู").taps("ไม่", within=0.0)

    def test_a_message_button_says_its_words(self, parrot, somsri):
        action = {"type": "message", "label": "สถานะ", "text": "ขอดูสถานะ"}
        parrot.says = [text("เลือก", quickReply={"items": [{"type": "action", "action": action}]})]
        somsri.says("เมนู").taps("สถานะ")
        assert parrot.heard[-1]["message"]["text"] == "ขอดูสถานะ"

    def test_a_date_picker_sends_what_was_picked(self, parrot, somsri):
        action = {"type": "datetimepicker", "label": "เลือกวัน", "data": "day", "mode": "date"}
        parrot.says = [text("วันไหน", quickReply={"items": [{"type": "action", "action": action}]})]
        somsri.says("เมนู").taps("เลือกวัน", params={"date": "2026-01-10"})
        assert parrot.heard[-1]["postback"] == {"data": "day", "params": {"date": "2026-01-10"}}

    def test_a_button_may_fill_the_keyboard(self, parrot, somsri):
        fill = {"inputOption": "openKeyboard", "fillInText": "คำตอบเดิม"}
        action = {"type": "postback", "label": "แก้", "data": "edit", **fill}
        parrot.says = [text("ก", quickReply={"items": [{"type": "action", "action": action}]})]
        somsri.says("เมนู").taps("แก้")
        assert somsri.keyboard == "คำตอบเดิม"
        assert somsri.says(somsri.keyboard + " เพิ่ม").keyboard is None

    def test_data_made_by_hand(self, parrot, somsri):
        somsri.posts_back("do=confirm&r=999")
        assert parrot.heard[-1]["postback"]["data"] == "do=confirm&r=999"


class TestHears:
    def test_only_since_the_last_act(self, parrot, somsri):
        parrot.says = [text("หนึ่ง")]
        somsri.says("ก")
        parrot.says = [text("สอง")]
        somsri.says("ข").hears("สอง").hears_not("หนึ่ง")
        with pytest.raises(AssertionError, match="not heard: \\['หนึ่ง'\\]"):
            somsri.hears("หนึ่ง", within=0.0)
        with pytest.raises(AssertionError, match="heard: \\['สอง'\\]"):
            somsri.hears_not("สอง")

    def test_waits_for_a_late_answer(self, parrot, somsri):
        somsri.follows()
        timer = threading.Timer(0.1, lambda: parrot.pushes(somsri.user, text("ช้าหน่อย")))
        timer.start()
        somsri.says("มีใครอยู่ไหม").hears("ช้าหน่อย")
        timer.join()

    def test_silence(self, parrot, somsri):
        somsri.says("ก").hears_nothing(quiet=0.01)
        parrot.says = [text("ข")]
        with pytest.raises(AssertionError, match="heard something"):
            somsri.says("ค").hears_nothing(quiet=0.01)

    def test_answers_are_counted_by_sending_not_by_bubble(self, parrot, somsri):
        parrot.says = [text("หนึ่ง"), text("สอง")]
        somsri.follows().hears_once("หนึ่ง", "สอง")
        parrot.pushes(somsri.user, text("สาม"))
        assert [[words_of(message) for message in answer] for answer in somsri.answers] == [["หนึ่ง", "สอง"], ["สาม"]]
        with pytest.raises(AssertionError, match="2 answers"):
            somsri.hears_once("สาม")

    def test_words_of_a_card(self):
        message = card("แก้ข้อ 1", said="ข้อ 1 เสร็จ", quickReply=quick("ส่ง"))
        assert words_of(message).split("\n") == ["การ์ดหกข้อ", "ข้อ 1 เสร็จ", "แก้ข้อ 1", "ส่ง"]
        assert words_of(message, alt=False, buttons=False) == "ข้อ 1 เสร็จ"

    def test_words_of_a_carousel_with_spans(self):
        spans = {"type": "text", "contents": [{"type": "span", "text": "ตัวหนา"}, {"type": "span", "text": "ธรรมดา"}]}
        bubble = {"type": "bubble", "body": {"type": "box", "layout": "vertical", "contents": [spans]}}
        message = {"type": "flex", "altText": "ชุด", "contents": {"type": "carousel", "contents": [bubble, bubble]}}
        assert words_of(message) == "ชุด\nตัวหนา\nธรรมดา\nตัวหนา\nธรรมดา"


class TestLimitsOfThePhone:
    def test_a_blocker_cannot_write(self, somsri):
        somsri.follows().blocks()
        for act in (lambda: somsri.says("ก"), somsri.sends_photo, lambda: somsri.posts_back("x"), somsri.blocks):
            with pytest.raises(NotPossible):
                act()

    def test_nobody_takes_back_what_is_not_theirs(self, parrot, somsri):
        parrot.says = [text("ของบอต")]
        somsri.says("ก").unsends()
        for message_id in (somsri.talk.items[1].id, somsri.sent[-1], "1"):
            with pytest.raises(NotPossible):
                somsri.unsends(message_id)

    def test_nothing_empty_is_said_and_nothing_unknown_quoted(self, somsri):
        with pytest.raises(NotPossible):
            somsri.says("")
        with pytest.raises(NotPossible):
            somsri.says("ก", quote="1")

    def test_a_friend_does_not_follow_again(self, somsri):
        with pytest.raises(NotPossible):
            somsri.follows().follows()

    def test_what_was_not_possible_left_no_trace(self, parrot, somsri):
        with pytest.raises(NotPossible):
            somsri.says("ก", quote="1")
        assert parrot.heard == []
        assert somsri.talk.items == []

    def test_people_have_ids_of_lines_shape(self, line):
        with pytest.raises(ValueError, match="32 hexadecimal digits"):
            line.phone("somsri")


def test_many_people_at_once_get_each_their_own(line, parrot):
    phones = [line.phone() for _ in range(8)]
    parrot.says = [text("ได้รับแล้ว")]
    threads = [threading.Thread(target=lambda phone=phone: [phone.says(str(n)) for n in range(20)]) for phone in phones]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(phone.heard) for phone in phones] == [20] * 8
    assert len({event["webhookEventId"] for event in parrot.heard}) == 160
    assert line.problems == []

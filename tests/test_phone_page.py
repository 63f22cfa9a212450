"""The demo's page in a real browser, over the real stand-in, with the bot's words put on the phone by hand."""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from bot.simulator.phone import PHOTO
from bot.simulator.platform import Platform
from bot.simulator.server import Server, serve

pytestmark = pytest.mark.browser

SOMSRI = "U" + "1" * 32
BOONMEE = "U" + "2" * 32
VERIFIER = "U" + "3" * 32
PEOPLE: list[dict[str, str | None]] = [
    {"user": SOMSRI, "name": "นางสมศรี ตัวอย่างดี", "school": "บ้านหนองสมมติ", "role": "director", "code": "RG-7K4MP-Q2XAB"},
    {"user": BOONMEE, "name": "นายบุญมี จำลองดี", "school": "บ้านโคกตัวอย่าง", "role": "director", "code": "RG-8K4MP-Q2XAB"},
    {"user": VERIFIER, "name": "นายตรวจ สมมติ", "school": "สพป.บุรีรัมย์ เขต 1", "role": "verifier", "code": None},
]
MOMENT = datetime(2026, 1, 5, 1, 30, tzinfo=UTC)  # Monday, 5 January 2569, 08:30 in Buriram
OFFLINE_NOISE = "Failed to load resource: net::ERR_"  # the browser itself says so while the server is away

Json = dict[str, Any]


class Line:
    """The stand-in and, in the bot's place, an ear for events and a hand that puts messages on phones."""

    def __init__(self) -> None:
        self.events: list[Json] = []
        self.start(0)

    def start(self, port: int) -> None:
        self.platform = Platform(webhook=self._hear, people=PEOPLE, now=lambda: MOMENT)
        self.server: Server = serve(self.platform, port)

    def restart(self) -> None:
        """Come back at the same address, remembering nothing."""
        self.start(self.server.port)

    def says(self, *messages: Json | str, user: str = SOMSRI) -> None:
        shown = [{"type": "text", "text": one} if isinstance(one, str) else one for one in messages]
        with self.platform.lock:
            self.platform.main.friends.add(user)
            self.platform.show(self.platform.main, user, shown, "reply", "by hand")

    def heard(self, kind: str) -> list[Json]:
        """Return the events of a kind; what the page just did may still be on its way."""
        found: list[Json] = []
        deadline = time.monotonic() + 5
        while not found and time.monotonic() < deadline:
            found = [event for event in self.events if event["type"] == kind]
            time.sleep(0 if found else 0.01)
        return found

    def _hear(self, path: str, body: bytes, headers: Mapping[str, str]) -> int:
        self.events += json.loads(body)["events"]
        return 200


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.server.stop()


@pytest.fixture
def open_page(browser: Browser, line: Line) -> Iterator[Callable[..., Page]]:
    """Yield a function that opens the page; at the end nothing may have gone wrong in it or left for another host."""
    trouble: list[str] = []
    contexts = []

    def watched(page: Page) -> Page:
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda said: trouble.append(said.text) if said.type in ("error", "warning") else None)
        page.on("request", lambda asked: None if asked.url.startswith(line.server.url) else trouble.append(asked.url))
        return page

    def open_it(*users: str, width: int = 390, height: int = 844) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, locale="th-TH"))
        page = watched(contexts[-1].new_page())
        page.goto(f"{line.server.url}/#{','.join(users)}")
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert [words for words in trouble if not words.startswith(OFFLINE_NOISE)] == []


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Locator:
    return phone_of(open_page(SOMSRI), SOMSRI)


def phone_of(page: Page, user: str) -> Locator:
    phone = page.locator(f"[data-testid=phone][data-user={user}]")
    expect(phone.get_by_test_id("log")).to_have_attribute("aria-busy", "false")
    return phone


def say(phone: Locator, words: str) -> None:
    phone.get_by_test_id("input").fill(words)
    phone.get_by_test_id("send").click()


def bubbles(phone: Locator, side: str) -> Locator:
    return phone.locator(f"[data-testid=bubble][data-from={side}]")


def postback(label: str, **more: Any) -> Json:
    return {"type": "postback", "label": label, "data": f"do={label}", "displayText": label, **more}


def file(name: str, kind: str, body: bytes) -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": body}


def text(words: str, *actions: Json) -> Json:
    items = [{"type": "action", "action": action} for action in actions]
    return {"type": "text", "text": words} | ({"quickReply": {"items": items}} if items else {})


def flex(*contents: Json, **more: Any) -> Json:
    bubble = {"type": "bubble", "body": {"type": "box", "layout": "vertical", "contents": list(contents)}, **more}
    return {"type": "flex", "altText": "การ์ด", "contents": bubble}


def test_a_school_is_found_by_a_part_of_its_name_and_its_phone_opens(open_page) -> None:
    page = open_page()
    page.get_by_test_id("people-search").fill("โคก")
    expect(page.locator("[data-testid=person-option][data-role=director]")).to_have_count(1)
    page.get_by_test_id("person-option").first.click()
    expect(phone_of(page, BOONMEE)).to_be_visible()
    assert page.url.endswith(f"#{BOONMEE}")


def test_the_invite_befriends_the_bot_and_types_the_code(phone: Locator, line: Line) -> None:
    phone.get_by_test_id("hint-paste").click()
    expect(phone.get_by_test_id("input")).to_have_value("RG-7K4MP-Q2XAB")
    phone.get_by_test_id("send").click()
    expect(phone.get_by_test_id("hint")).to_be_hidden()
    assert [event["type"] for event in line.events] == ["follow", "message"]


def test_a_stranger_gets_a_phone_without_an_invite(open_page, line: Line) -> None:
    page = open_page()
    page.get_by_test_id("open-stranger").click()
    say(page.get_by_test_id("phone"), "สวัสดี")
    expect(bubbles(page.get_by_test_id("phone"), "me")).to_have_text(["สวัสดี"])
    expect(page.get_by_test_id("hint")).to_be_hidden()
    assert line.heard("message")[0]["source"]["userId"] not in {person["user"] for person in PEOPLE}


def test_only_the_last_message_shows_quick_replies_and_a_tap_ends_them(phone: Locator, line: Line) -> None:
    line.says(text("ก่อน", postback("เก่า")), text("หลัง", postback("ต่อไป"), postback("ข้าม")))
    chips = phone.get_by_test_id("quick-reply")
    expect(chips).to_have_text(["ต่อไป", "ข้าม"])
    chips.first.click()
    expect(chips).to_have_count(0)
    expect(bubbles(phone, "me")).to_have_text(["ต่อไป"])
    assert line.heard("postback")[0]["postback"] == {"data": "do=ต่อไป"}


def test_quick_replies_vanish_with_the_next_message(phone: Locator, line: Line) -> None:
    line.says(text("ถาม", postback("ต่อไป")))
    expect(phone.get_by_test_id("quick-reply")).to_have_count(1)
    say(phone, "ตอบเอง")
    expect(phone.get_by_test_id("quick-replies")).to_be_hidden()


def test_line_for_pc_shows_no_quick_replies(open_page, line: Line) -> None:
    page = open_page(SOMSRI, width=1280, height=900)
    phone = phone_of(page, SOMSRI)
    line.says(text("ถาม", postback("ต่อไป")))
    expect(phone.get_by_test_id("quick-replies")).to_be_visible()
    page.get_by_test_id("pc-mode").check()
    expect(phone.get_by_test_id("quick-replies")).to_be_hidden()


def test_a_button_can_put_the_old_answer_into_the_keyboard(phone: Locator, line: Line) -> None:
    line.says(text("แก้", postback("แก้ข้อ 1", inputOption="openKeyboard", fillInText="เดิม\nสองบรรทัด")))
    phone.get_by_test_id("quick-reply").click()
    expect(phone.get_by_test_id("input")).to_have_value("เดิม\nสองบรรทัด")
    expect(phone.get_by_test_id("input")).to_be_focused()


def test_a_date_is_picked_and_echoed_in_the_buddhist_era(phone: Locator, line: Line) -> None:
    pick = {"type": "datetimepicker", "label": "เลือกเวลา", "data": "do=when", "mode": "datetime"}
    line.says(text("เมื่อใด", {**pick, "initial": "2026-01-09t13:30"}))
    phone.get_by_test_id("quick-reply").click()
    expect(phone.page.get_by_test_id("moment-echo")).to_have_text("ศ. 9 ม.ค. 2569 13:30 น.")
    phone.page.get_by_test_id("moment-ok").click()
    expect(phone.page.get_by_test_id("moment")).to_have_count(0)
    expect(phone.get_by_test_id("quick-reply")).to_have_count(1)  # LINE leaves it until the next message
    assert line.heard("postback")[0]["postback"]["params"] == {"datetime": "2026-01-09T13:30"}


def test_a_flex_button_in_a_carousel_posts_back(phone: Locator, line: Line) -> None:
    one = flex(footer=box({"type": "button", "action": postback("แก้ข้อ 1")}))["contents"]
    two = flex(footer=box({"type": "button", "action": postback("แก้ข้อ 2")}))["contents"]
    line.says({"type": "flex", "altText": "ตรวจทาน", "contents": {"type": "carousel", "contents": [one, two]}})
    phone.get_by_test_id("flex-button").nth(1).click()
    expect(bubbles(phone, "me")).to_have_text(["แก้ข้อ 2"])
    assert line.heard("postback")[0]["postback"]["data"] == "do=แก้ข้อ 2"


def box(*contents: Json, **more: Any) -> Json:
    return {"type": "box", "layout": "vertical", "contents": list(contents), **more}


def test_a_tapped_box_acts_by_mouse_and_by_keyboard_but_not_for_the_button_in_it(phone: Locator, line: Line) -> None:
    inner = {"type": "button", "action": postback("ปุ่ม")}
    line.says(flex(box({"type": "text", "text": "แถว"}, inner, action=postback("แถว"))))
    phone.get_by_test_id("flex-button").click()
    expect(bubbles(phone, "me")).to_have_text(["ปุ่ม"])
    phone.get_by_test_id("flex-tap").press("Enter")
    expect(bubbles(phone, "me")).to_have_text(["ปุ่ม", "แถว"])


def test_horizontal_shares_are_those_of_flex(phone: Locator, line: Line) -> None:
    parts = [box({"type": "text", "text": "ก"}, flex=1), box({"type": "text", "text": "ข"}, flex=3)]
    line.says(flex({"type": "box", "layout": "horizontal", "contents": parts}))
    one, three = [phone.get_by_text(letter, exact=True).bounding_box() for letter in "กข"]
    assert one
    assert three
    assert three["width"] == pytest.approx(3 * one["width"], rel=0.02)


def test_what_the_page_cannot_draw_is_shown_in_red_with_its_type(phone: Locator, line: Line) -> None:
    line.says(flex({"type": "hologram"}), {"type": "imagemap"})
    expect(phone.get_by_test_id("flex-unknown")).to_have_text(["ไม่รู้จัก: hologram", "ไม่รู้จัก: imagemap"])


def test_markup_in_what_is_said_stays_words(phone: Locator, line: Line) -> None:
    markup = '<img src=x onerror="alert(1)"><b>หนา</b>'
    line.says(markup, flex({"type": "text", "text": markup, "wrap": True}))
    expect(bubbles(phone, "bot")).to_have_text([markup, markup])
    expect(phone.locator("[data-testid=bubble] :is(img, b)")).to_have_count(0)


def test_links_are_opened_only_where_they_are_safe(phone: Locator, line: Line) -> None:
    unsafe = {"type": "uri", "label": "อันตราย", "uri": "javascript:document.title='พัง'"}
    line.says(text("ดู https://example.org/ก หรือโทร 044-000-123", unsafe))
    links = bubbles(phone, "bot").get_by_role("link")
    expect(links).to_have_count(2)
    assert [one.get_attribute("href") for one in links.all()] == ["https://example.org/", "tel:044000123"]
    assert {one.get_attribute("rel") for one in links.all()} == {"noopener noreferrer"}
    phone.get_by_test_id("quick-reply").click()
    expect(phone.get_by_test_id("toast")).to_be_visible()
    assert "พัง" not in phone.page.title()


def test_a_bubble_is_quoted_and_taken_back(phone: Locator, line: Line) -> None:
    say(phone, "มี 19 คน")
    mine = bubbles(phone, "me").first
    mine.click(button="right")
    phone.get_by_test_id("menu-reply").click()
    say(phone, "ที่ถูกคือ 9 คน")
    expect(phone.get_by_test_id("quoted")).to_contain_text("มี 19 คน")
    first, second = line.heard("message")
    assert second["message"]["quotedMessageId"] == first["message"]["id"]
    mine.click(button="right")
    phone.get_by_test_id("menu-unsend").click()
    expect(mine).to_have_text("ยกเลิกข้อความแล้ว")
    expect(phone.get_by_test_id("quoted")).to_contain_text("ยกเลิกข้อความแล้ว")
    assert line.heard("unsend")[0]["unsend"]["messageId"] == first["message"]["id"]


def test_a_long_press_opens_the_menu_of_a_bubble_and_presses_nothing_in_it(phone: Locator, line: Line) -> None:
    line.says(flex({"type": "button", "action": postback("ปุ่ม")}))
    phone.get_by_test_id("flex-button").dispatch_event("pointerdown", {"pointerType": "touch"})
    expect(phone.get_by_test_id("menu-reply")).to_be_visible()
    phone.get_by_test_id("flex-button").dispatch_event("click")  # the finger is lifted
    phone.get_by_test_id("menu-reply").press("Enter")
    expect(phone.get_by_test_id("quote")).to_contain_text("การ์ด")
    assert "postback" not in [event["type"] for event in line.events]


def test_the_bots_bubble_cannot_be_taken_back(phone: Locator, line: Line) -> None:
    line.says("สวัสดี")
    bubbles(phone, "bot").click(button="right")
    expect(phone.get_by_test_id("menu-reply")).to_be_visible()
    expect(phone.get_by_test_id("menu-unsend")).to_have_count(0)


def test_photos_chosen_together_travel_as_one_set_in_order(phone: Locator, line: Line) -> None:
    photos = [file(f"{number}.png", "image/png", PHOTO) for number in (1, 2, 3)]
    phone.get_by_test_id("file-photo").set_input_files(photos)
    expect(bubbles(phone, "me").locator("img")).to_have_count(3)
    sets = [event["message"]["imageSet"] for event in line.heard("message")]
    assert [(one["index"], one["total"]) for one in sets] == [(1, 3), (2, 3), (3, 3)]
    assert len({one["id"] for one in sets}) == 1


def test_a_file_a_voice_note_a_sticker_and_a_place_are_sent(phone: Locator, line: Line) -> None:
    phone.get_by_test_id("file-file").set_input_files(file("แผน.pdf", "application/pdf", b"%PDF"))
    phone.get_by_test_id("file-voice").set_input_files(file("a.m4a", "audio/mp4", b"0000ftypM4A "))
    for kind in ("sticker", "location"):
        phone.get_by_test_id("attach").click()
        phone.get_by_test_id(f"attach-{kind}").click()
    expect(bubbles(phone, "me")).to_have_count(4)
    assert [event["message"]["type"] for event in line.heard("message")] == ["file", "audio", "sticker", "location"]
    assert line.heard("message")[0]["message"]["fileName"] == "แผน.pdf"


def test_lines_of_an_answer_stay_lines(phone: Locator, line: Line) -> None:
    phone.get_by_test_id("input").fill("บรรทัดแรก")
    phone.get_by_test_id("input").press("Shift+Enter")
    phone.get_by_test_id("input").press_sequentially("บรรทัดสอง")
    phone.get_by_test_id("input").press("Enter")
    expect(bubbles(phone, "me")).to_have_count(1)
    assert bubbles(phone, "me").inner_text() == "บรรทัดแรก\nบรรทัดสอง"
    assert line.heard("message")[0]["message"]["text"] == "บรรทัดแรก\nบรรทัดสอง"


def test_the_loading_animation_shows_until_the_answer(phone: Locator, line: Line) -> None:
    with line.platform.changed:
        line.platform.main.talk(SOMSRI).type_until(MOMENT + timedelta(seconds=20))
        line.platform.changed.notify_all()
    expect(phone.get_by_test_id("typing")).to_be_visible()
    line.says("คิดเสร็จแล้ว")
    expect(phone.get_by_test_id("typing")).to_be_hidden()


def test_days_are_parted_by_dates_of_the_buddhist_era(open_page, line: Line) -> None:
    page = open_page(SOMSRI, width=1280, height=900)
    phone = phone_of(page, SOMSRI)
    line.says("วันนี้")
    page.get_by_test_id("forward-week").click()
    expect(page.get_by_test_id("clock")).to_have_text("จ. 12 ม.ค. 2569 08:30 น.")
    line.says("สัปดาห์หน้า")
    expect(phone.get_by_test_id("day")).to_have_text(["จ. 5 ม.ค. 2569", "จ. 12 ม.ค. 2569"])


def test_two_phones_hear_only_their_own_talk(open_page, line: Line) -> None:
    page = open_page(SOMSRI, BOONMEE, width=1280, height=900)
    one, other = phone_of(page, SOMSRI), phone_of(page, BOONMEE)
    line.says("ถึงสมศรี")
    line.says("ถึงบุญมี", user=BOONMEE)
    expect(bubbles(one, "bot")).to_have_text(["ถึงสมศรี"])
    expect(bubbles(other, "bot")).to_have_text(["ถึงบุญมี"])


def test_a_blocked_bot_cannot_be_written_to_until_it_is_unblocked(open_page, line: Line) -> None:
    page = open_page(SOMSRI, width=1280, height=900)
    phone = phone_of(page, SOMSRI)
    line.says("สวัสดี")
    page.get_by_test_id("block").click()
    expect(phone.get_by_test_id("input")).to_be_hidden()
    phone.get_by_test_id("unblock").click()
    expect(phone.get_by_test_id("input")).to_be_visible()
    assert [event["type"] for event in line.events] == ["unfollow", "follow"]


def test_the_last_event_can_be_delivered_again(open_page, line: Line) -> None:
    page = open_page(SOMSRI, width=1280, height=900)
    say(phone_of(page, SOMSRI), "ครั้งเดียว")
    page.get_by_test_id("redeliver").click()
    expect(phone_of(page, SOMSRI).get_by_test_id("toast")).to_have_text("ส่งเหตุการณ์ล่าสุดซ้ำแล้ว")
    first, again = line.events
    assert first["webhookEventId"] == again["webhookEventId"]
    assert again["deliveryContext"]["isRedelivery"]


def test_the_server_may_go_and_come_back(phone: Locator, line: Line) -> None:
    line.says("ก่อนดับ")
    expect(bubbles(phone, "bot")).to_have_text(["ก่อนดับ"])
    phone.get_by_test_id("input").fill("พิมพ์ค้างไว้")
    line.server.stop()
    expect(phone.page.get_by_test_id("offline")).to_have_text("ขาดการเชื่อมต่อ กำลังลองใหม่")
    line.restart()
    line.says("หลังกลับมา")
    expect(phone.page.get_by_test_id("offline")).to_be_hidden(timeout=10_000)
    expect(bubbles(phone, "bot")).to_have_text(["หลังกลับมา"])
    expect(phone.get_by_test_id("input")).to_have_value("พิมพ์ค้างไว้")


def test_words_that_could_not_be_sent_come_back_into_the_field(phone: Locator, line: Line) -> None:
    line.server.stop()
    say(phone, "ยังไม่ถึง")
    expect(phone.get_by_test_id("toast")).to_be_visible()
    expect(phone.get_by_test_id("input")).to_have_value("ยังไม่ถึง")
    line.restart()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("big", [False, True], ids=["type", "big type"])
def test_nothing_sticks_out_sideways(open_page, line: Line, width: int, big: bool) -> None:
    page = open_page(SOMSRI, width=width, height=844)
    if big:
        page.get_by_test_id("big-text").click()
    phone = phone_of(page, SOMSRI)
    long = {"type": "text", "text": "ความร่วมมือกับผู้ปกครองท้องถิ่นและชุมชน" * 4, "wrap": True}
    line.says("ก" * 300, text("x" * 300, postback("ป" * 20), postback("ง" * 20)), flex(long, size="giga"), flex(long))
    expect(bubbles(phone, "bot")).to_have_count(4)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert phone.get_by_test_id("log").evaluate("log => log.scrollWidth <= log.clientWidth")


def test_the_talk_follows_its_end_unless_one_reads_further_up(phone: Locator, line: Line) -> None:
    line.says(*[f"ข้อความ {number}" for number in range(1, 30)])
    expect(bubbles(phone, "bot").last).to_be_in_viewport()
    phone.get_by_test_id("log").evaluate("log => { log.scrollTop = 0 }")
    expect(phone.get_by_test_id("to-end")).to_be_visible()
    line.says("ข้อความใหม่")
    expect(bubbles(phone, "bot").last).not_to_be_in_viewport()
    phone.get_by_test_id("to-end").click()
    expect(bubbles(phone, "bot").last).to_be_in_viewport()


def test_more_phones_than_the_browser_has_sockets_can_still_send(open_page, line: Line) -> None:
    users = [SOMSRI, BOONMEE, VERIFIER, *(line.platform.stranger(f"คนแปลกหน้า {number}").user for number in range(5))]
    page = open_page(*users, width=1280, height=900)
    for user in users:
        say(phone_of(page, user), "ถึงไหม")
    for user in users:
        expect(bubbles(phone_of(page, user), "me")).to_have_text(["ถึงไหม"])
    assert len(line.heard("message")) == len(users)


def test_each_control_has_a_name_for_a_screen_reader(phone: Locator, line: Line) -> None:
    line.says(text("ถาม", postback("ต่อไป")), flex({"type": "button", "action": postback("ปุ่ม")}))
    expect(bubbles(phone, "bot")).to_have_count(2)
    tree = phone.page.locator("body").aria_snapshot()
    assert re.findall(r"- (?:button|link|textbox|checkbox)(?: \[[^\]]*\])*:?$", tree, re.MULTILINE) == []

"""What the stand-in sends to a bot is what LINE would send: shape, signature, patience, redelivery."""

import json
import re
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from linebot.v3 import WebhookParser
from linebot.v3.webhooks import (
    AudioMessageContent,
    FileMessageContent,
    FollowEvent,
    ImageMessageContent,
    LocationMessageContent,
    MessageEvent,
    PostbackEvent,
    StickerMessageContent,
    TextMessageContent,
    UnfollowEvent,
    UnsendEvent,
    VideoMessageContent,
)

from bot.simulator import SECRET, Platform
from bot.simulator.webhooks import http_post, signature
from tests.simulator_scene import START, Clock, Parrot, text

SAMPLES = json.loads((Path(__file__).parent / "data" / "line_samples.json").read_text())


@pytest.fixture
def parrot():
    return Parrot()


@pytest.fixture
def line(parrot):
    parrot.platform = Platform(webhook=parrot, now=Clock(), seed=1)
    return parrot.platform


@pytest.fixture
def somsri(line):
    return line.phone()


def parsed(parrot):
    """Return all events as the SDK's parser reads them, strictly."""
    parser = WebhookParser(SECRET)
    bodies = [body.decode() for body in parrot.bodies]
    return [event for body in bodies for event in parser.parse(body, signature(SECRET, body.encode()))]


def test_signature_of_the_documentations_vector():
    vector = SAMPLES["signature"]
    assert signature(vector["secret"], vector["body"].encode()) == vector["signature"]


def test_the_sdk_reads_every_event_a_phone_makes(parrot, somsri):
    somsri.follows().says("สวัสดี 🍎").says("เพิ่ม", quote=somsri.sent[-1]).sends_photos(b"1", b"2").sends_video()
    somsri.sends_voice().sends_file(b"%PDF-", "แผน.pdf").sends_sticker().sends_location()
    somsri.posts_back("do=x", params={"date": "2026-01-10"}).unsends().blocks()
    events = parsed(parrot)
    kinds = [type(event) for event in events]
    assert kinds == [FollowEvent, *[MessageEvent] * 9, PostbackEvent, UnsendEvent, UnfollowEvent]
    assert [type(event.message) for event in events[1:10]] == [
        TextMessageContent,
        TextMessageContent,
        ImageMessageContent,
        ImageMessageContent,
        VideoMessageContent,
        AudioMessageContent,
        FileMessageContent,
        StickerMessageContent,
        LocationMessageContent,
    ]
    assert events[2].message.quoted_message_id == events[1].message.id
    assert [(event.message.image_set.index, event.message.image_set.total) for event in events[3:5]] == [(1, 2), (2, 2)]
    assert (events[7].message.file_name, events[7].message.file_size) == ("แผน.pdf", 5)
    assert events[11].unsend.message_id == events[9].message.id
    assert {event.source.user_id for event in events} == {somsri.user}


def test_thai_goes_out_as_raw_utf8(parrot, somsri):
    somsri.says("น้ำใจ")
    assert "น้ำใจ".encode() in parrot.bodies[-1]


def test_ids_are_ulids_and_grow(parrot, somsri):
    somsri.says("หนึ่ง").says("สอง")
    first, second = (event["webhookEventId"] for event in parrot.heard)
    assert re.fullmatch("[0-7][0-9A-HJKMNP-TV-Z]{25}", first)
    assert first < second
    assert int(somsri.sent[0]) < int(somsri.sent[1])


def test_no_two_events_have_one_timestamp_even_where_the_clock_stands_still(parrot, somsri):
    for number in range(5):
        somsri.says(str(number))
    stamps = [event["timestamp"] for event in parrot.heard]
    assert stamps == sorted(set(stamps))


def test_an_event_may_be_older_than_its_delivery(parrot, somsri):
    somsri.says("เมื่อวาน", at=START - timedelta(days=1))
    assert parrot.heard[0]["timestamp"] == (START - timedelta(days=1)).timestamp() * 1000


def test_unfollow_and_unsend_cannot_be_replied_to(parrot, somsri):
    somsri.follows().says("ผิด").unsends().blocks()
    assert [event["type"] for event in parrot.heard if "replyToken" not in event] == ["unsend", "unfollow"]


def test_standby_has_no_token(parrot, somsri):
    somsri.says("สวัสดี", mode="standby")
    assert parrot.heard[0]["mode"] == "standby"
    assert "replyToken" not in parrot.heard[0]


def test_coming_back_is_a_follow_that_says_so(parrot, somsri):
    somsri.follows().blocks().follows()
    assert [event.get("follow") for event in parrot.heard] == [{"isUnblocked": False}, None, {"isUnblocked": True}]


def test_the_verify_button_sends_no_events(line, parrot):
    assert line.verify().ok
    assert json.loads(parrot.bodies[-1]) == {"destination": line.main.user_id, "events": []}


@pytest.mark.parametrize("sample", SAMPLES["events"], ids=[sample["name"] for sample in SAMPLES["events"]])
def test_any_event_can_be_sent_as_it_is(line, parrot, sample):
    event = {"webhookEventId": "01", **sample["event"]}
    assert line.send(event).ok
    assert parrot.heard == [event]


class TestRedelivery:
    def test_what_was_not_taken_comes_again_unchanged_but_for_the_mark(self, line, parrot, somsri):
        parrot.status = 500
        somsri.says("ข้อความ")
        parrot.status = 200
        (delivery,) = line.redeliver()
        first, second = parrot.heard
        assert delivery.ok
        assert second == {**first, "deliveryContext": {"isRedelivery": True}}
        assert line.redeliver() == []

    def test_one_event_can_be_chosen(self, line, parrot, somsri):
        parrot.status = 500
        somsri.says("หนึ่ง").says("สอง")
        line.redeliver(parrot.heard[1]["webhookEventId"])
        assert parrot.heard[-1]["message"]["text"] == "สอง"

    def test_statuses_are_named_as_lines_statistics_name_them(self, line, parrot, somsri):
        parrot.status = 403
        somsri.says("ข้อความ")
        line.main.webhook = "/x"
        line.webhooks["main"].post = http_post("http://127.0.0.1:9")
        somsri.says("ข้อความ")
        reasons = [delivery.reason for delivery in line.webhooks["main"].deliveries]
        assert reasons == ["error_status_code", "could_not_connect"]


class TestHeld:
    def test_nothing_is_posted_until_told(self, line, parrot, somsri):
        with line.held() as held:
            somsri.says("หนึ่ง").says("สอง")
            assert parrot.heard == []
        assert all(delivery.ok for delivery in held.deliver())
        assert [event["message"]["text"] for event in parrot.heard] == ["หนึ่ง", "สอง"]
        somsri.says("สาม")
        assert len(parrot.heard) == 3

    def test_reversed(self, line, parrot, somsri):
        with line.held() as held:
            somsri.says("หนึ่ง").says("สอง")
        held.reversed()
        assert [event["message"]["text"] for event in parrot.heard] == ["สอง", "หนึ่ง"]

    def test_two_people_in_one_request(self, line, parrot, somsri):
        malee = line.phone()
        with line.held() as held:
            somsri.says("ของสมศรี")
            malee.says("ของมาลี")
        held.together()
        assert len(parrot.bodies) == 1
        assert [event["source"]["userId"] for event in parrot.heard] == [somsri.user, malee.user]

    def test_five_times_at_once_and_again_later(self, line, parrot, somsri):
        with line.held() as held:
            somsri.says("ครั้งเดียว")
        assert len(held.at_once(5)) == 5
        held.again()
        assert len({event["webhookEventId"] for event in parrot.heard}) == 1
        assert [event["deliveryContext"]["isRedelivery"] for event in parrot.heard] == [False] * 5 + [True]

    def test_a_token_that_was_never_delivered_does_not_work(self, line, parrot, somsri):
        with line.held():
            somsri.says("ยังไม่ถึง")
        token = next(reversed(line.main.reply_tokens))
        assert parrot.reply(token, text("ก")).status == 400


class Web(ThreadingHTTPServer):
    """A real web server for a bot, which answers with a status after a pause."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Bot)
        self.bodies: list[bytes] = []
        self.pause, self.status = 0.0, 200
        self.url = f"http://127.0.0.1:{self.server_address[1]}/callback"


class Bot(BaseHTTPRequestHandler):
    server: Web

    def do_POST(self):
        self.server.bodies.append(self.rfile.read(int(self.headers["content-length"])))
        time.sleep(self.server.pause)
        self.send_response(self.server.status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def web():
    with Web() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class TestOverHttp:
    def test_events_reach_a_real_server(self, web):
        line = Platform(webhook=web.url)
        line.phone().says("สวัสดี")
        assert line.webhooks["main"].deliveries[-1].ok
        assert json.loads(web.bodies[0])["events"][0]["message"]["text"] == "สวัสดี"

    def test_patience_ends_after_two_seconds(self, web):
        web.pause = 2.3
        line = Platform(webhook=web.url)
        line.phone().says("ช้าจัง")
        delivery = line.webhooks["main"].deliveries[-1]
        assert (delivery.status, delivery.reason) == (None, "request_timeout")
        assert 1.9 < delivery.seconds < 2.3

    def test_in_the_background_events_keep_their_order(self, web):
        web.pause = 0.02
        line = Platform(webhook=web.url, background=True)
        somsri = line.phone()
        started = time.monotonic()
        for number in range(10):
            somsri.says(str(number))
        assert time.monotonic() - started < 0.15
        wait_until(line.settled)
        assert [json.loads(body)["events"][0]["message"]["text"] for body in web.bodies] == list("0123456789")
        line.stop()

    def test_in_the_background_what_was_not_taken_comes_again_by_itself(self, web, monkeypatch):
        monkeypatch.setattr("bot.simulator.webhooks.REDELIVERY_PAUSES", (0.05,))
        web.status = 500
        line = Platform(webhook=web.url, background=True)
        line.phone().says("ข้อความ")
        wait_until(lambda: len(web.bodies) == 2)
        events = [json.loads(body)["events"][0] for body in web.bodies]
        assert [event["deliveryContext"]["isRedelivery"] for event in events] == [False, True]
        line.stop()

    @pytest.mark.parametrize(
        "address", ["https://example.com/callback", "http://192.0.2.1/", "http://localhost.example/"]
    )
    def test_only_bots_on_this_machine_are_posted_to(self, address):
        with pytest.raises(ValueError, match="only to http on this machine"):
            Platform(webhook=address)


def wait_until(true, seconds=5.0):
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        time.sleep(0.005)
    assert true()

"""The demo's page sees and does over HTTP what a phone does, and nobody else may."""

import contextlib
import json
import threading
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

import pytest

from bot.simulator import Platform, serve
from tests.simulator_scene import Parrot, sdk, text

DIRECTOR = {
    "user": "U" + "a" * 32,
    "name": "นายธีรยุทธ ตัวอย่างวงศ์",
    "school": "อนุบาลสมมติบุรีรัมย์",
    "role": "director",
    "code": "RG-00000-00000",
}
USER = DIRECTOR["user"]


@pytest.fixture
def parrot():
    return Parrot()


@pytest.fixture
def line(parrot):
    parrot.platform = Platform(webhook=parrot, people=[DIRECTOR])
    return parrot.platform


@pytest.fixture
def server(line):
    with serve(line) as server:
        yield server


@pytest.fixture
def get(server):
    def get(path, **headers):
        with urllib.request.urlopen(urllib.request.Request(server.url + path, headers=headers), timeout=5) as answer:
            return answer.status, dict(answer.headers), answer.read()

    return get


@pytest.fixture
def post(server):
    def post(path, body, **headers):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(f"{server.url}/phone/api/{path}", raw, headers)
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    return post


@pytest.fixture
def talk(get):
    def talk(after=0, wait=0, user=USER, **more):
        return json.loads(get("/phone/api/talk?" + urlencode({"user": user, "after": after, "wait": wait} | more))[2])

    return talk


def refusal(call, *arguments, **named):
    with pytest.raises(urllib.error.HTTPError) as caught:
        call(*arguments, **named)
    with caught.value as error:
        return error.code


class TestState:
    def test_people_quota_and_clock(self, get, line, parrot):
        line.phone(USER).follows()
        parrot.pushes(USER, text("ก"))
        line.forward(3600)
        state = json.loads(get("/phone/api/state")[2])
        assert state["people"] == [{**DIRECTOR, "friend": True, "blocked": False}]
        assert state["quota"] == {"allowed": 300, "used": 1}
        assert state["clock_offset"] == 3600
        ahead = datetime.fromisoformat(state["now"]) - datetime.now(UTC)
        assert 3590 < ahead.total_seconds() < 3610

    def test_a_stranger_comes(self, get, post):
        status, answer = post("person", {"name": "ผู้ปกครอง"})
        people = json.loads(get("/phone/api/state")[2])["people"]
        assert status == 200
        assert [(person["user"], person["name"], person["code"]) for person in people[1:]] == [
            (answer["user"], "ผู้ปกครอง", None)
        ]

    def test_the_clock_moves(self, post, line):
        assert post("clock", {"forward_seconds": 86400})[0] == 200
        assert line.offset.days == 1
        for wrong in ("soon", 1e12, None, float("nan")):
            assert post("clock", {"forward_seconds": wrong})[0] == 400


class TestTalk:
    def test_what_is_said_and_answered(self, post, talk, parrot):
        parrot.says = [text("รับทราบ")]
        status, answer = post("say", {"user": USER, "text": "สวัสดี", "quote": None})
        items = talk()["items"]
        assert (status, answer) == (200, {"ok": True, "id": items[0]["id"]})
        assert [(item["from"], item["message"]["text"], item["how"]) for item in items] == [
            ("me", "สวัสดี", None),
            ("bot", "รับทราบ", "reply"),
        ]
        assert talk(after=items[-1]["seq"])["items"] == []

    def test_a_waiting_page_hears_at_once(self, post, talk):
        heard = []
        waiting = threading.Thread(target=lambda: heard.append((talk(wait=20), time.monotonic())))
        waiting.start()
        time.sleep(0.1)
        said = time.monotonic()
        post("say", {"user": USER, "text": "สวัสดี"})
        waiting.join()
        ((news, at),) = heard
        assert news["items"][0]["message"]["text"] == "สวัสดี"
        assert at - said < 1

    def test_a_page_that_counted_for_another_server_gets_the_whole_talk_at_once(self, post, talk):
        post("say", {"user": USER, "text": "สวัสดี"})
        seq = talk()["seq"]
        assert talk(after=seq, life=talk()["life"])["items"] == []
        started = time.monotonic()
        assert [item["message"]["text"] for item in talk(after=seq, life="gone", wait=20)["items"]] == ["สวัสดี"]
        assert time.monotonic() - started < 1

    def test_a_waiting_page_is_let_go_when_nothing_happens(self, talk, line):
        started = time.monotonic()
        nothing = {"seq": 0, "items": [], "changed": [], "typing": False, "menu": None}
        assert talk(wait=0.2) == {"life": line.life, **nothing}
        assert 0.2 <= time.monotonic() - started < 1

    def test_a_waiting_page_does_not_hold_up_the_end(self, line):
        server = serve(line)
        address = f"{server.url}/phone/api/talk?user={USER}&wait=20"

        def wait() -> None:
            with contextlib.suppress(OSError):  # it may be cut off
                urllib.request.urlopen(address, timeout=5).close()

        waiting = threading.Thread(target=wait)
        waiting.start()
        time.sleep(0.1)
        started = time.monotonic()
        server.stop()
        waiting.join()
        assert time.monotonic() - started < 1

    def test_quoting(self, post, talk, parrot):
        first = post("say", {"user": USER, "text": "หนึ่ง"})[1]["id"]
        post("say", {"user": USER, "text": "สอง", "quote": first})
        assert talk()["items"][1]["quoted"] == first
        assert parrot.heard[-1]["message"]["quotedMessageId"] == first

    def test_taking_back_changes_the_old_bubble_and_hides_it(self, post, talk, parrot):
        first = post("say", {"user": USER, "text": "ความลับ"})[1]["id"]
        before = talk()["seq"]
        assert post("unsend", {"user": USER, "id": first})[0] == 200
        after = talk(after=before)
        assert after["items"] == []
        assert [(item["id"], item["unsent"]) for item in after["changed"]] == [(first, True)]
        assert "ความลับ" not in json.dumps(talk(), ensure_ascii=False)
        assert parrot.heard[-1]["unsend"] == {"messageId": first}

    def test_typing_shows_and_ends_by_itself(self, line, talk, parrot):
        line.phone(USER).follows()
        parrot.asks("/v2/bot/chat/loading/start", {"chatId": USER, "loadingSeconds": 5})
        shown = talk(wait=5)
        assert (shown["typing"], shown["items"]) == (True, [])
        line.forward(4.8)
        gone = talk(after=shown["seq"], wait=5)
        assert gone["typing"] is False

    def test_tapping(self, post, talk, parrot):
        body = {"user": USER, "data": "do=day", "displayText": "เลือกวัน", "params": {"date": "2026-01-10"}}
        assert post("tap", body)[1]["id"] == talk()["items"][0]["id"]
        assert parrot.heard[0]["postback"] == {"data": "do=day", "params": {"date": "2026-01-10"}}
        assert post("tap", {"user": USER, "data": "x"})[1] == {"ok": True, "id": None}

    def test_sticker_and_place(self, post, parrot):
        post("sticker", {"user": USER})
        post("location", {"user": USER})
        assert [event["message"]["type"] for event in parrot.heard] == ["sticker", "location"]

    def test_friends_and_blocking(self, post, get, parrot):
        post("friend", {"user": USER, "follow": True})
        assert post("friend", {"user": USER, "follow": True})[0] == 409
        post("friend", {"user": USER, "follow": False})
        assert json.loads(get("/phone/api/state")[2])["people"][0]["blocked"]
        status, answer = post("say", {"user": USER, "text": "ก"})
        assert (status, answer) == (409, {"error": "who has blocked the bot cannot write to it"})
        assert [event["type"] for event in parrot.heard] == ["follow", "unfollow"]

    def test_the_last_event_comes_again(self, post, parrot):
        assert post("redeliver", {"user": USER})[0] == 409
        post("say", {"user": USER, "text": "ก"})
        post("redeliver", {"user": USER})
        first, second = parrot.heard
        assert second == {**first, "deliveryContext": {"isRedelivery": True}}

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("say", {"user": USER}),
            ("say", {"user": USER, "text": ""}),
            ("say", {"user": USER, "text": 5}),
            ("say", []),
            ("say", b"{"),
            ("tap", {"user": USER, "data": "x", "params": []}),
            ("media?user=" + USER, b""),
            ("media?user=" + USER + "&set=a&index=one&total=2", b"x"),
            ("person", {}),
        ],
    )
    def test_malformed_requests_are_refused_in_words(self, post, parrot, path, body):
        status, answer = post(path, body)
        assert status == 400
        assert answer["error"]
        assert parrot.heard == []

    def test_unknown_people_and_paths_are_not_found(self, post, get):
        assert post("say", {"user": "U" + "0" * 32, "text": "ก"})[0] == 404
        assert post("shout", {"user": USER})[0] == 404
        assert refusal(get, "/phone/api/talk?user=nobody") == 404
        assert refusal(get, "/phone/api/say") == 404


class TestMedia:
    PHOTO = b"\xff\xd8\xff\xe0 a photo"

    def test_a_photo_is_shown_to_the_page_and_fetched_by_the_bot(self, post, get, server, talk):
        photo = post(f"media?user={USER}&kind=image", self.PHOTO)[1]["id"]
        _, headers, body = get(f"/phone/api/media/{photo}")
        assert (headers["content-type"], headers["x-content-type-options"], body) == (
            "image/jpeg",
            "nosniff",
            self.PHOTO,
        )
        assert talk()["items"][0]["message"] == {"type": "image", "id": photo}
        with sdk(server) as (_, blob):
            assert blob.get_message_content(photo) == self.PHOTO

    def test_photos_of_a_set(self, post, parrot):
        for index in (1, 2):
            post(f"media?user={USER}&kind=image&set=S1&index={index}&total=2", self.PHOTO)
        assert [event["message"]["imageSet"] for event in parrot.heard] == [
            {"id": "S1", "index": 1, "total": 2},
            {"id": "S1", "index": 2, "total": 2},
        ]

    def test_a_file_keeps_its_name_and_is_never_run(self, post, get, talk):
        page = post(f"media?user={USER}&kind=file&name={quote('รายงาน.html')}", b"<script>alert(1)</script>")[1]["id"]
        assert talk()["items"][0]["message"] == {"type": "file", "id": page, "fileName": "รายงาน.html", "fileSize": 25}
        headers = get(f"/phone/api/media/{page}")[1]
        assert (headers["content-type"], headers["content-disposition"]) == ("application/octet-stream", "attachment")

    def test_other_kinds(self, post, parrot):
        assert post(f"media?user={USER}&kind=audio", b"x")[0] == 200
        assert post(f"media?user={USER}&kind=video", b"x")[0] == 200
        assert post(f"media?user={USER}&kind=smell", b"x")[0] == 409
        assert [event["message"]["type"] for event in parrot.heard] == ["audio", "video"]

    def test_what_was_taken_back_is_gone(self, post, get):
        photo = post(f"media?user={USER}&kind=image", self.PHOTO)[1]["id"]
        post("unsend", {"user": USER, "id": photo})
        assert refusal(get, f"/phone/api/media/{photo}") == 410


class TestOnlyThisMachine:
    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", ""])
    def test_no_other_address_is_listened_on(self, line, host):
        with pytest.raises(ValueError, match="only on this machine"):
            serve(line, host=host)

    def test_localhost_is_this_machine(self, line):
        with serve(line, host="localhost") as server:
            assert server.url.startswith("http://127.0.0.1:")

    @pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example"])
    def test_another_name_for_this_machine_is_refused(self, get, host):
        assert refusal(get, "/phone/api/state", Host=host) == 403

    def test_another_pages_requests_are_refused(self, post, parrot):
        body = {"user": USER, "text": "ก"}
        assert post("say", body, Origin="https://evil.example")[0] == 403
        assert post("say", body, Origin="null")[0] == 403
        assert post("say", body, **{"Sec-Fetch-Site": "cross-site"})[0] == 403
        assert parrot.heard == []

    def test_the_pages_own_requests_are_taken(self, post, server):
        headers = {"Origin": server.url, "Sec-Fetch-Site": "same-origin"}
        assert post("say", {"user": USER, "text": "ก"}, **headers)[0] == 200

    def test_a_link_from_elsewhere_opens_the_page_but_nothing_more(self, get):
        assert refusal(get, "/phone/api/state", **{"Sec-Fetch-Site": "cross-site"}) == 403
        assert refusal(get, "/page/nothing.js", **{"Sec-Fetch-Site": "cross-site"}) == 403


class TestPage:
    def test_a_thai_font_comes_from_a_package(self, get):
        _, headers, body = get("/page/font.ttf")
        assert (headers["content-type"], body[:4]) == ("font/ttf", b"\0\1\0\0")

    @pytest.mark.parametrize("path", ["/page/../server.py", "/page/%2e%2e/server.py", "/page//etc/passwd", "/page/%00"])
    def test_only_the_pages_files_are_given(self, get, path):
        assert refusal(get, path) == 404

    def test_other_paths_are_lines_api(self, get):
        assert refusal(get, "/v2/bot/info") == 401

"""The real SDK speaks with the stand-in over real HTTP, and gets what LINE would answer."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from linebot.v3.messaging import (
    ApiException,
    Message,
    MulticastRequest,
    PushMessageRequest,
    ReplyMessageRequest,
    RichMenuBulkLinkRequest,
    RichMenuBulkUnlinkRequest,
    RichMenuRequest,
    SetWebhookEndpointRequest,
    ShowLoadingAnimationRequest,
    TextMessage,
    ValidateMessageRequest,
)
from linebot.v3.messaging import MarkMessagesAsReadByTokenRequest as MarkAsRead
from linebot.v3.messaging import TestWebhookEndpointRequest as WebhookTest

from bot.simulator import Platform, serve
from bot.simulator.faults import MONTHLY_LIMIT, RATE_LIMIT
from tests.menu_scene import png
from tests.simulator_scene import Clock, Parrot, quick, sdk, text

KEY = "123e4567-e89b-12d3-a456-426614174000"
REPLY = "/v2/bot/message/reply"
NOBODY = "U" + "0" * 32

MENU: dict[str, Any] = {
    "size": {"width": 2500, "height": 843},
    "selected": True,
    "name": "main",
    "chatBarText": "เมนู",
    "areas": [
        {
            "bounds": {"x": 0, "y": 0, "width": 2500, "height": 843},
            "action": {"type": "postback", "label": "รายงาน", "data": "do=report"},
        }
    ],
}


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def parrot():
    return Parrot()


@pytest.fixture
def line(clock, parrot):
    parrot.platform = Platform(webhook=parrot, now=clock, seed=1)
    return parrot.platform


@pytest.fixture
def somsri(line):
    return line.phone(name="นางสมศรี สมมติสกุล").follows()


@pytest.fixture
def server(line):
    with serve(line) as server:
        yield server


@pytest.fixture
def api(server):
    with sdk(server) as (messaging, _):
        yield messaging


@pytest.fixture
def blob(server):
    with sdk(server) as (_, blob):
        yield blob


def said(words="สวัสดี"):
    return [Message.from_dict(text(words))]


def reply(token, *words):
    return ReplyMessageRequest(reply_token=token, messages=[TextMessage(text=each) for each in words])


def push(to, words="ถึงท่าน"):
    return PushMessageRequest(to=to, messages=said(words))


def refused(status, message, call, *arguments, **named):
    """Check that LINE answers a call with this error, and return the exception."""
    with pytest.raises(ApiException) as caught:
        call(*arguments, **named)
    assert caught.value.status == status
    assert json.loads(caught.value.body)["message"] == message
    return caught.value


class TestReply:
    def test_arrives_and_tells_ids_and_quote_tokens(self, api, somsri, parrot):
        answer = api.reply_message(reply(parrot.heard[-1]["replyToken"], "หนึ่ง", "สอง"))
        assert [item.id for item in somsri.answered()] == [sent.id for sent in answer.sent_messages]
        assert all(sent.quote_token for sent in answer.sent_messages)
        assert [item.how for item in somsri.answered()] == ["reply", "reply"]
        somsri.hears_once("หนึ่ง", "สอง")

    def test_token_works_once(self, api, somsri, parrot):
        token = parrot.heard[-1]["replyToken"]
        api.reply_message(reply(token, "หนึ่ง"))
        refused(400, "Invalid reply token", api.reply_message, reply(token, "สอง"))
        assert len(somsri.heard) == 1

    def test_token_works_for_a_minute(self, api, somsri, parrot, clock):
        clock.passes(seconds=60)
        api.reply_message(reply(parrot.heard[-1]["replyToken"], "ทัน"))
        somsri.says("อีกครั้ง")
        clock.passes(seconds=61)
        refused(400, "Invalid reply token", api.reply_message, reply(parrot.heard[-1]["replyToken"], "ไม่ทัน"))

    def test_token_of_a_redelivery_works_for_a_minute_more(self, api, line, somsri, parrot, clock):
        parrot.status = 500
        somsri.says("มีใครอยู่ไหม")
        clock.passes(minutes=19)
        line.redeliver()
        clock.passes(seconds=59)
        api.reply_message(reply(parrot.heard[-1]["replyToken"], "มาแล้ว"))
        somsri.hears("มาแล้ว")

    def test_token_of_a_redelivery_after_twenty_minutes_does_not_work(self, api, line, somsri, parrot, clock):
        parrot.status = 500
        somsri.says("มีใครอยู่ไหม")
        clock.passes(minutes=20, seconds=1)
        line.redeliver()
        refused(400, "Invalid reply token", api.reply_message, reply(parrot.heard[-1]["replyToken"], "ช้าไป"))

    def test_a_used_token_does_not_revive_by_redelivery(self, api, somsri, parrot):
        api.reply_message(reply(parrot.heard[-1]["replyToken"], "หนึ่ง"))
        somsri.again()
        assert parrot.heard[-1]["deliveryContext"] == {"isRedelivery": True}
        refused(400, "Invalid reply token", api.reply_message, reply(parrot.heard[-1]["replyToken"], "สอง"))

    def test_a_made_up_token_is_refused_without_blame(self, api, line):
        refused(400, "Invalid reply token", api.reply_message, reply("0" * 32, "ใคร"))
        assert line.problems == []

    def test_a_malformed_message_costs_no_token(self, api, line, somsri, parrot):
        token = parrot.heard[-1]["replyToken"]
        error = refused(400, "The request body has 1 error(s)", api.reply_message, reply(token, ""))
        assert json.loads(error.body)["details"] == [{"message": "May not be empty", "property": "messages[0].text"}]
        assert line.problems == ["messages[0].text: May not be empty"]
        api.reply_message(reply(token, "แก้แล้ว"))

    def test_is_free(self, api, somsri, parrot):
        api.reply_message(reply(parrot.heard[-1]["replyToken"], "ฟรี"))
        assert api.get_message_quota_consumption().total_usage == 0

    def test_refuses_a_retry_key(self, line, somsri, parrot):
        body = {"replyToken": parrot.heard[-1]["replyToken"], "messages": [text("ก")]}
        assert parrot.asks(REPLY, body, KEY).status == 400
        assert line.problems == ["The retry key is not supported by this API"]

    def test_may_quote_what_the_person_said(self, api, somsri, parrot):
        somsri.says("ครูไม่พอ")
        message = Message.from_dict(text("รับทราบ", quoteToken=parrot.heard[-1]["message"]["quoteToken"]))
        api.reply_message(ReplyMessageRequest(reply_token=parrot.heard[-1]["replyToken"], messages=[message]))
        assert somsri.answered()[0].quoted == somsri.sent[-1]


class TestPush:
    def test_arrives_and_is_counted_once_whatever_it_holds(self, api, somsri):
        many = PushMessageRequest(to=somsri.user, messages=said() * 5)
        api.push_message(many, x_line_retry_key=KEY)
        assert [item.how for item in somsri.answered()] == ["push"] * 5
        assert api.get_message_quota_consumption().total_usage == 1

    def test_with_a_known_retry_key_is_not_sent_again(self, api, somsri):
        first = api.push_message_with_http_info(push(somsri.user), x_line_retry_key=KEY)
        error = refused(
            409, "The retry key is already accepted", api.push_message, push(somsri.user), x_line_retry_key=KEY
        )
        assert error.headers["x-line-accepted-request-id"] == first.headers["x-line-request-id"]
        assert json.loads(error.body)["sentMessages"][0]["id"] == first.data.sent_messages[0].id
        assert len(somsri.heard) == 1
        assert api.get_message_quota_consumption().total_usage == 1

    def test_with_a_key_of_yesterday_is_sent_again(self, api, somsri, clock):
        api.push_message(push(somsri.user), x_line_retry_key=KEY)
        clock.passes(hours=24, seconds=1)
        api.push_message(push(somsri.user), x_line_retry_key=KEY)
        assert len(somsri.heard) == 2

    def test_with_a_known_key_and_other_words_is_blamed(self, api, line, somsri):
        api.push_message(push(somsri.user), x_line_retry_key=KEY)
        refused(
            409, "The retry key is already accepted", api.push_message, push(somsri.user, "อื่น"), x_line_retry_key=KEY
        )
        assert line.problems == [f"retry key {KEY} was used again with another body"]

    def test_with_a_key_that_is_no_uuid_is_refused(self, api, line, somsri):
        refused(400, "The retry key is invalid", api.push_message, push(somsri.user), x_line_retry_key="once")
        assert line.problems == ["The retry key is invalid"]

    def test_racing_with_one_key_is_sent_once(self, api, somsri):
        def send(_):
            try:
                api.push_message(push(somsri.user), x_line_retry_key=KEY)
            except ApiException as error:
                return error.status
            return 200

        with ThreadPoolExecutor(8) as pool:
            statuses = sorted(pool.map(send, range(8)))
        assert statuses == [200] + [409] * 7
        assert len(somsri.heard) == 1

    def test_to_a_blocker_is_accepted_but_neither_delivered_nor_billed(self, api, somsri):
        somsri.blocks()
        assert api.push_message(push(somsri.user)).sent_messages
        assert somsri.heard == []
        assert api.get_message_quota_consumption().total_usage == 0

    def test_to_a_stranger_is_accepted_but_not_delivered_until_the_stranger_wrote(self, api, line, clock):
        stranger = line.phone()
        api.push_message(push(stranger.user))
        assert stranger.heard == []
        stranger.says("สวัสดี")
        api.push_message(push(stranger.user))
        assert len(stranger.heard) == 1
        clock.passes(days=7, seconds=1)
        api.push_message(push(stranger.user))
        assert len(stranger.heard) == 1

    def test_to_an_unknown_id_is_refused(self, api):
        refused(400, "Failed to send messages", api.push_message, push(NOBODY))

    def test_to_what_is_no_id_is_refused(self, api, line):
        message = "The property, 'to', in the request body is invalid (line: -, column: -)"
        refused(400, message, api.push_message, push("somsri"))
        assert line.problems == [message]

    def test_beyond_the_quota_is_refused_until_next_month(self, clock, parrot):
        parrot.platform = line = Platform(webhook=parrot, now=clock, quota=1)
        somsri = line.phone().follows()
        with serve(line) as server, sdk(server) as (api, _):
            api.push_message(push(somsri.user))
            refused(429, MONTHLY_LIMIT, api.push_message, push(somsri.user), x_line_retry_key=KEY)
            clock.passes(days=27)
            api.push_message(push(somsri.user), x_line_retry_key=KEY)
        assert len(somsri.heard) == 2


class TestMulticast:
    def test_reaches_friends_and_bills_only_them(self, api, line, somsri):
        malee, absent = line.phone().follows(), line.phone()
        to = [somsri.user, malee.user, absent.user, NOBODY]
        api.multicast(MulticastRequest(to=to, messages=said()), x_line_retry_key=KEY)
        assert (len(somsri.heard), len(malee.heard), len(absent.heard)) == (1, 1, 0)
        assert api.get_message_quota_consumption().total_usage == 2

    def test_again_tells_no_ids(self, api, somsri):
        request = MulticastRequest(to=[somsri.user], messages=said())
        api.multicast(request, x_line_retry_key=KEY)
        error = refused(409, "The retry key is already accepted", api.multicast, request, x_line_retry_key=KEY)
        assert "sentMessages" not in json.loads(error.body)

    def test_to_a_group_is_refused(self, api):
        with pytest.raises(ApiException) as caught:
            api.multicast(MulticastRequest(to=["C" + "0" * 32], messages=said()))
        assert caught.value.status == 400

    def test_that_would_break_the_quota_reaches_nobody(self, clock, parrot):
        parrot.platform = line = Platform(webhook=parrot, now=clock, quota=1)
        phones = [line.phone().follows() for _ in range(2)]
        answer = parrot.asks(
            "/v2/bot/message/multicast", {"to": [phone.user for phone in phones], "messages": [text("ก")]}
        )
        assert answer.status == 429
        assert [phone.heard for phone in phones] == [[], []]


class TestAsking:
    def test_bot_info(self, api, line):
        line.main.chat_mode = "chat"
        info = api.get_bot_info()
        assert (info.user_id, info.chat_mode, info.mark_as_read_mode) == (line.main.user_id, "chat", "manual")

    def test_profile_of_a_friend(self, api, somsri):
        assert api.get_profile(somsri.user).display_name == "นางสมศรี สมมติสกุล"

    def test_no_profile_of_a_blocker_or_a_stranger(self, api, line, somsri):
        for user in (somsri.blocks().user, line.phone().user, NOBODY):
            refused(404, "Not found", api.get_profile, user)

    def test_quota(self, api, line):
        assert (api.get_message_quota().type, api.get_message_quota().value) == ("limited", 300)
        line.main.quota.allowed = None
        assert api.get_message_quota().type == "none"

    def test_what_was_sent_on_a_day_is_known_on_the_next(self, api, somsri, clock):
        api.push_message(push(somsri.user))
        assert api.get_number_of_sent_push_messages("20260105").status == "unready"
        clock.passes(days=1)
        assert api.get_number_of_sent_push_messages("20260105").success == 1

    def test_webhook_endpoint(self, api, line, parrot):
        address = "http://127.0.0.1:9/elsewhere"
        api.set_webhook_endpoint(SetWebhookEndpointRequest(endpoint=address))
        assert api.get_webhook_endpoint().endpoint == address
        result = api.test_webhook_endpoint(WebhookTest())
        assert (result.success, result.reason) == (False, "COULD_NOT_CONNECT")

    def test_webhook_endpoint_elsewhere_is_refused(self, api):
        with pytest.raises(ApiException):
            api.set_webhook_endpoint(SetWebhookEndpointRequest(endpoint="https://example.com/callback"))

    def test_testing_the_webhook_sends_no_events(self, api, parrot):
        result = api.test_webhook_endpoint(WebhookTest())
        assert (result.success, result.status_code) == (True, 200)
        assert json.loads(parrot.bodies[-1])["events"] == []

    def test_loading_animation(self, api, line, somsri, clock):
        api.show_loading_animation(ShowLoadingAnimationRequest(chat_id=somsri.user, loading_seconds=5))
        assert somsri.talk.typing(line.now())
        clock.passes(seconds=5)
        assert not somsri.talk.typing(line.now())

    def test_loading_animation_ends_with_an_answer(self, api, line, somsri):
        api.show_loading_animation(ShowLoadingAnimationRequest(chat_id=somsri.user, loading_seconds=60))
        api.push_message(push(somsri.user))
        assert not somsri.talk.typing(line.now())

    @pytest.mark.parametrize("seconds", [0, 4, 7, 65, True, "5", None])
    def test_loading_animation_of_odd_length_is_refused(self, parrot, somsri, seconds):
        body = {"chatId": somsri.user, "loadingSeconds": seconds}
        assert parrot.asks("/v2/bot/chat/loading/start", body).status == 400

    def test_mark_as_read(self, api, line, somsri, parrot):
        somsri.says("อ่านหรือยัง")
        token = parrot.heard[-1]["message"]["markAsReadToken"]
        api.mark_messages_as_read_by_token(MarkAsRead(mark_as_read_token=token))
        assert line.main.read_tokens[token]

    def test_validating_sends_nothing(self, api, somsri):
        api.validate_push(ValidateMessageRequest(messages=said()))
        with pytest.raises(ApiException) as caught:
            api.validate_reply(
                ValidateMessageRequest(messages=[Message.from_dict(text("ก", quickReply=quick("ก" * 21)))])
            )
        assert json.loads(caught.value.body)["details"][0]["property"] == (
            "messages[0].quickReply.items[0].action.label"
        )
        assert somsri.heard == []


class TestContent:
    def test_a_photo_as_sent(self, blob, somsri):
        photo = b"\xff\xd8\xff\xe0 a photo"
        somsri.sends_photo(photo)
        answer = blob.get_message_content_with_http_info(somsri.sent[-1])
        assert bytes(answer.data) == photo
        assert answer.headers["content-type"] == "image/jpeg"

    def test_a_video_is_prepared_for_a_while(self, blob, somsri, clock):
        somsri.sends_video()
        assert blob.get_message_content_transcoding_by_message_id(somsri.sent[-1]).status == "processing"
        assert blob.get_message_content_with_http_info(somsri.sent[-1]).status_code == 202
        clock.passes(seconds=3)
        assert blob.get_message_content_transcoding_by_message_id(somsri.sent[-1]).status == "succeeded"
        assert blob.get_message_content_with_http_info(somsri.sent[-1]).status_code == 200

    def test_what_was_taken_back_is_gone(self, blob, somsri):
        somsri.sends_photo().unsends()
        refused(410, "Gone", blob.get_message_content, somsri.sent[-1])

    def test_what_never_was_is_not_found(self, blob, somsri):
        somsri.says("ข้อความ")
        for message_id in (somsri.sent[-1], "1"):
            refused(404, "Not found", blob.get_message_content, message_id)


class TestRichMenu:
    def test_linked_to_one_person_at_once(self, api, blob, line, somsri):
        menu = api.create_rich_menu(RichMenuRequest.from_dict(MENU)).rich_menu_id
        blob.set_rich_menu_image(menu, png(2500, 843), _headers={"Content-Type": "image/png"})
        api.link_rich_menu_id_to_user(somsri.user, menu)
        assert api.get_rich_menu_id_of_user(somsri.user).rich_menu_id == menu
        assert line.main.menus.shown_to(somsri.user) == menu
        api.unlink_rich_menu_id_from_user(somsri.user)
        assert line.main.menus.shown_to(somsri.user) is None

    def test_not_shown_without_picture(self, api):
        menu = api.create_rich_menu(RichMenuRequest.from_dict(MENU)).rich_menu_id
        with pytest.raises(ApiException) as caught:
            api.set_default_rich_menu(menu)
        assert caught.value.status == 400

    def test_default_for_all_until_deleted(self, api, blob, line, somsri):
        menu = api.create_rich_menu(RichMenuRequest.from_dict(MENU)).rich_menu_id
        blob.set_rich_menu_image(menu, png(2500, 843), _headers={"Content-Type": "image/png"})
        api.set_default_rich_menu(menu)
        assert api.get_default_rich_menu_id().rich_menu_id == line.main.menus.shown_to(somsri.user)
        assert [each.rich_menu_id for each in api.get_rich_menu_list().richmenus] == [menu]
        api.delete_rich_menu(menu)
        assert line.main.menus.shown_to(somsri.user) is None

    @pytest.mark.parametrize(
        "wrong",
        [
            {"chatBarText": "ก" * 15},
            {"size": {"width": 2500, "height": 200}},
            {"areas": [MENU["areas"][0]] * 21},
            {"areas": [{**MENU["areas"][0], "action": {"type": "postback", "label": "ก" * 21, "data": "x"}}]},
            {"areas": [{**MENU["areas"][0], "bounds": {"x": 1, "y": 0, "width": 2500, "height": 843}}]},
            {"areas": [{**MENU["areas"][0], "bounds": {"x": 0, "y": 0, "width": 0, "height": 843}}]},
            {"areas": None},
            {"size": {"width": 2500, "height": 1725}},
            {"size": {"width": 2501, "height": 843}},
            {"size": None},
            {"selected": None},
            {"name": "ก" * 301},
            {"name": ""},
        ],
    )
    def test_malformed_is_refused(self, line, parrot, wrong):
        answer = parrot.asks("/v2/bot/richmenu", {**MENU, **wrong})
        assert answer.status == 400
        assert json.loads(answer.body)["details"][0]["property"].startswith(next(iter(wrong)))
        assert line.problems

    @pytest.mark.parametrize(
        ("picture", "kind", "status"),
        [
            (png(2500, 1686), "image/png", 400),
            (b"\x89PNG", "image/png", 400),
            (b"\xff\xd8\xff\xc0\0\x11\x08\x03\x4b\x09\xc5\3" + bytes(9), "image/jpeg", 400),
            (png(2500, 843) + bytes(1_000_000), "image/png", 413),
            (png(2500, 843), "image/gif", 415),
        ],
    )
    def test_a_picture_that_does_not_fit_is_refused(self, api, blob, line, picture, kind, status):
        menu = api.create_rich_menu(RichMenuRequest.from_dict(MENU)).rich_menu_id
        with pytest.raises(ApiException) as caught:
            blob.set_rich_menu_image(menu, picture, _headers={"Content-Type": kind})
        assert caught.value.status == status
        assert line.problems

    def test_a_picture_is_taken_once_as_jpeg_too(self, api, blob):
        menu = api.create_rich_menu(RichMenuRequest.from_dict(MENU)).rich_menu_id
        jpeg = b"\xff\xd8\xff\xe0\0\x04JF\xff\xc0\0\x11\x08\x03\x4b\x09\xc4\3" + bytes(9)
        blob.set_rich_menu_image(menu, jpeg, _headers={"Content-Type": "image/jpeg"})
        words = "An image has already been uploaded to the richmenu"
        refused(400, words, blob.set_rich_menu_image, menu, jpeg, _headers={"Content-Type": "image/jpeg"})

    def test_linked_and_unlinked_in_bulk(self, api, blob, line, somsri):
        menu = api.create_rich_menu(RichMenuRequest.from_dict(MENU)).rich_menu_id
        bulk = RichMenuBulkLinkRequest(richMenuId=menu, userIds=[somsri.user, NOBODY])
        refused(400, "must upload richmenu image before applying it to user", api.link_rich_menu_id_to_users, bulk)
        blob.set_rich_menu_image(menu, png(2500, 843), _headers={"Content-Type": "image/png"})
        assert api.link_rich_menu_id_to_users_with_http_info(bulk).status_code == 202
        assert line.main.menus.shown_to(somsri.user) == menu
        api.unlink_rich_menu_id_from_users(RichMenuBulkUnlinkRequest(userIds=[somsri.user]))
        assert line.main.menus.shown_to(somsri.user) is None

    @pytest.mark.parametrize("users", [[], ["U1"], [NOBODY] * 501, "U", None])
    def test_in_bulk_only_for_people_and_not_too_many(self, line, parrot, users):
        asked = {"richMenuId": "richmenu-1", "userIds": users}
        assert parrot.asks("/v2/bot/richmenu/bulk/link", asked).status == 400
        assert line.problems

    def test_a_hundred_are_made_and_deleted_an_hour(self, api, clock, parrot):
        made = [json.loads(parrot.asks("/v2/bot/richmenu", MENU).body)["richMenuId"] for _ in range(100)]
        refused(429, RATE_LIMIT, api.create_rich_menu, RichMenuRequest.from_dict(MENU))
        for menu in made[:100]:
            api.delete_rich_menu(menu)
        clock.passes(seconds=36)
        another = api.create_rich_menu(RichMenuRequest.from_dict(MENU)).rich_menu_id
        api.delete_rich_menu(another)
        refused(429, RATE_LIMIT, api.delete_rich_menu, another)

    def test_one_that_is_gone_is_not_found(self, api):
        refused(404, "richmenu not found", api.get_rich_menu, "richmenu-gone")
        refused(404, "richmenu not found", api.delete_rich_menu, "richmenu-gone")
        refused(404, "richmenu not found", api.link_rich_menu_id_to_user, NOBODY, "richmenu-gone")


class TestAccess:
    def test_another_token_is_refused(self, server):
        with sdk(server, token="wrong") as (api, _):
            refused(401, "Authentication failed. Confirm that the access token in the authorization header is valid.",
                    api.get_bot_info)  # fmt: skip

    def test_a_path_that_is_no_endpoint_is_blamed(self, line, server):
        server.url += "/"  # a host with a slash behind it makes //v2
        with sdk(server) as (api, _):
            refused(404, "Not found", api.get_bot_info)
        assert line.problems == ["GET //v2/bot/info is no endpoint of LINE's"]

    def test_a_body_over_two_megabytes_is_too_large(self, api, somsri):
        error = refused(413, "Request entity too large", api.push_message, push(somsri.user, "x" * 2**21))
        assert error.headers["x-line-request-id"]

    def test_every_answer_has_a_request_id_and_is_noted(self, api, line, somsri):
        answer = api.push_message_with_http_info(push(somsri.user), x_line_retry_key=KEY)
        call = line.calls[-1]
        assert (call.endpoint, call.status, call.retry_key) == ("push", 200, KEY)
        assert call.request_id == answer.headers["x-line-request-id"] == str(uuid.UUID(call.request_id))
        assert call.body["to"] == somsri.user

    def test_every_channel_has_friends_quota_and_talks_of_its_own(self, api, line, server, somsri):
        line.add_channel("north", secret="another", token="north-token", webhook=lambda *_: 200)
        with sdk(server, token="north-token") as (north, _):
            north.push_message(push(somsri.user))
            refused(404, "Not found", north.get_profile, somsri.user)
            assert north.get_message_quota_consumption().total_usage == 0
        assert somsri.heard == []

    def test_the_secret_and_the_token_can_change(self, line, server):
        line.main.token = "new"
        with sdk(server, token="new") as (api, _):
            assert api.get_bot_info().user_id == line.main.user_id


def test_both_429_have_lines_words():
    assert RATE_LIMIT == "The API rate limit has been exceeded. Try again later."
    assert MONTHLY_LIMIT == "You have reached your monthly limit."

"""Trouble on demand, as the SDK meets it."""

import time

import pytest
from linebot.v3.messaging import ApiException, Message, PushMessageRequest, ReplyMessageRequest
from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError

from bot.simulator import Platform, serve
from bot.simulator.faults import (
    MONTHLY_LIMIT,
    RATE_LIMIT,
    error,
    hang,
    month_used_up,
    rate_limited,
    reset_after,
    reset_before,
)
from tests.simulator_scene import Parrot, sdk, text

KEY = "123e4567-e89b-12d3-a456-426614174000"


@pytest.fixture
def line():
    parrot = Parrot()
    parrot.platform = Platform(webhook=parrot)
    return parrot.platform


@pytest.fixture
def somsri(line):
    return line.phone().follows().says("สวัสดี")


@pytest.fixture
def clients(line):
    with serve(line) as server, sdk(server) as clients:
        yield clients


@pytest.fixture
def push(clients, somsri):
    """Push a word to somsri, with one retry key for all tries."""
    request = PushMessageRequest(to=somsri.user, messages=[Message.from_dict(text("ถึงท่าน"))])

    def send(patience=2.0):
        clients[0].push_message(request, x_line_retry_key=KEY, _request_timeout=(1.0, patience))

    return send


@pytest.mark.parametrize(
    ("fault", "status", "message"),
    [
        (error(), 500, "internal error"),
        (error(503, "busy"), 503, "busy"),
        (rate_limited(), 429, RATE_LIMIT),
        (month_used_up(), 429, MONTHLY_LIMIT),
        (error(401, "Authentication failed"), 401, "Authentication failed"),
    ],
)
def test_an_error_strikes_once_and_sends_nothing(line, somsri, push, fault, status, message):
    line.faults.queue("push", fault)
    with pytest.raises(ApiException) as caught:
        push()
    assert caught.value.status == status
    assert message in caught.value.body
    assert somsri.heard == []
    push()
    assert len(somsri.heard) == 1
    assert line.problems == []


def test_a_reset_before_acceptance_sends_nothing(line, somsri, push):
    line.faults.queue("push", reset_before())
    with pytest.raises(ProtocolError):
        push()
    assert somsri.heard == []
    push()
    assert len(somsri.heard) == 1


def test_a_reset_after_acceptance_is_healed_by_the_retry_key(line, somsri, push):
    line.faults.queue("push", reset_after())
    with pytest.raises(ProtocolError):
        push()
    assert len(somsri.heard) == 1
    with pytest.raises(ApiException) as caught:
        push()
    assert caught.value.status == 409
    assert len(somsri.heard) == 1


def test_a_reset_after_acceptance_has_used_up_the_reply_token(line, somsri, clients):
    line.faults.queue("reply", reset_after())
    token = next(reversed(line.main.reply_tokens))
    request = ReplyMessageRequest(reply_token=token, messages=[Message.from_dict(text("ได้รับแล้ว"))])
    with pytest.raises(HTTPError):
        clients[0].reply_message(request)
    with pytest.raises(ApiException, match=r"\(400\)"):
        clients[0].reply_message(request)
    assert len(somsri.heard) == 1


def test_a_hanging_answer_may_have_been_accepted(line, somsri, push):
    line.faults.queue("push", hang(0.5))
    with pytest.raises(ReadTimeoutError):
        push(patience=0.1)
    somsri.hears("ถึงท่าน")


def test_a_hanging_answer_may_have_been_lost(line, somsri, push):
    line.faults.queue("push", hang(0.5, accepts=False))
    with pytest.raises(ReadTimeoutError):
        push(patience=0.1)
    somsri.hears_nothing(quiet=0.6)


def test_a_hang_does_not_hold_up_others(line, somsri, push, clients):
    line.faults.queue("push", hang(0.5))
    with pytest.raises(ReadTimeoutError):
        push(patience=0.05)
    started = time.monotonic()
    clients[0].get_bot_info()
    assert time.monotonic() - started < 0.4


def test_faults_wait_for_their_endpoint_in_order(line, push, clients):
    line.faults.queue("push", error(500), error(503), times=2)
    clients[0].get_bot_info()
    assert line.faults.waiting() == 4
    statuses = []
    for _ in range(4):
        with pytest.raises(ApiException) as caught:
            push()
        statuses.append(caught.value.status)
    assert statuses == [500, 503, 500, 503]
    push()


def test_a_fault_of_any_endpoint_strikes_whatever_comes(line, clients):
    line.faults.queue("any", error(500))
    with pytest.raises(ApiException):
        clients[0].get_bot_info()
    line.faults.queue("any", error(500))
    line.faults.clear()
    clients[0].get_bot_info()


def test_content_may_fail_for_a_while(line, somsri, clients):
    somsri.sends_photo(b"\x89PNG\r\n\x1a\n")
    line.faults.queue("content", error(500), reset_before())
    with pytest.raises(ApiException):
        clients[1].get_message_content(somsri.sent[-1])
    with pytest.raises(HTTPError):
        clients[1].get_message_content(somsri.sent[-1])
    assert clients[1].get_message_content(somsri.sent[-1]) == b"\x89PNG\r\n\x1a\n"

"""Reading LINE's events: the documentation's samples, and whatever LINE may think of next."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.line import read, signature
from handlers.heard import Heard, Kind

NOW = datetime(2026, 1, 5, 2, 10, tzinfo=UTC)
SAMPLES = json.loads((Path(__file__).parent / "data" / "line_samples.json").read_text())
SAID: dict[str, Any] = {
    "type": "message",
    "message": {"type": "text", "id": "1", "text": "นักเรียนอ่านคล่องขึ้น"},
    "webhookEventId": "01KE6N00000000000000000001",
    "deliveryContext": {"isRedelivery": False},
    "timestamp": 1767579001000,
    "source": {"type": "user", "userId": "U4af4980629d94e0d8a5e1c9b07f3a211"},
    "replyToken": "0000000000000000000000000abc0001",
    "mode": "active",
}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def shown(heard: Heard, key: str) -> Any:
    value = getattr(heard, key)
    return round(value.timestamp() * 1000) if key == "at" else value


@pytest.mark.parametrize("sample", SAMPLES["events"], ids=lambda sample: sample["name"])
def test_every_sample_is_heard_as_it_was_said(sample: dict[str, Any]) -> None:
    heard = read.heard(sample["event"], NOW)
    assert {key: shown(heard, key) for key in sample["heard"]} == sample["heard"]


@pytest.mark.parametrize("batch", SAMPLES["batches"], ids=lambda batch: batch["name"])
def test_an_odd_event_never_loses_its_neighbours(batch: dict[str, Any]) -> None:
    events = read.events(json.dumps(batch["body"]).encode())
    assert [text for event in events if (text := read.heard(event, NOW).text)] == batch["heard"]


@given(event=JSON)
def test_nothing_that_may_ever_come_raises(event: Any) -> None:
    assert read.heard(event, NOW).id


@given(key=st.sampled_from([*SAID, "unsend", "postback"]), value=JSON)
def test_no_odd_property_of_a_text_raises(key: str, value: Any) -> None:
    heard = read.heard({**SAID, key: value}, NOW)
    assert heard.at <= NOW + read.AHEAD
    assert len(heard.id) <= read.LONGEST_ID


@given(key=st.sampled_from(["type", "id", "text", "fileName", "fileSize", "quotedMessageId"]), value=JSON)
def test_no_odd_property_of_a_message_raises(key: str, value: Any) -> None:
    heard = read.heard({**SAID, "message": {**SAID["message"], key: value}}, NOW)
    heard.text.encode()  # raises where a database would


def test_an_event_without_an_id_gets_the_same_one_when_it_is_sent_again() -> None:
    nameless = {key: value for key, value in SAID.items() if key != "webhookEventId"}
    again = {**nameless, "deliveryContext": {"isRedelivery": True}}
    other = {**nameless, "timestamp": 1767579001001}
    assert read.heard(nameless, NOW).id == read.heard(again, NOW).id != read.heard(other, NOW).id


@pytest.mark.parametrize("odd", [None, True, "1767579001000", 1767579001000.5, -1, 0, 10**30, 1767579001000 * 1000])
def test_an_odd_time_is_now(odd: Any) -> None:
    assert read.heard({**SAID, "timestamp": odd}, NOW).at == NOW


def test_a_clock_a_little_ahead_is_believed() -> None:
    at = NOW + timedelta(seconds=30)
    assert read.heard({**SAID, "timestamp": round(at.timestamp() * 1000)}, NOW).at == at


@pytest.mark.parametrize("mode", ["standby", "sleeping", 7])
def test_only_an_active_bot_speaks(mode: Any) -> None:
    assert read.heard(SAID, NOW).active
    assert not read.heard({**SAID, "mode": mode}, NOW).active


def test_words_keep_only_what_a_database_takes() -> None:
    body = json.dumps({"events": [{**SAID, "message": {"type": "text", "id": "1", "text": "ก\0ข\ud800ค😀"}}]})
    (event,) = read.events(body.encode())
    assert read.heard(event, NOW).text == "ก\ufffdข\ufffdค😀"


def test_an_id_too_long_for_its_column_stays_different_from_others() -> None:
    one, other = (read.heard({**SAID, "webhookEventId": "x" * 70 + end}, NOW).id for end in "ab")
    assert one != other
    assert len(one) <= read.LONGEST_ID


def test_a_talk_of_an_unknown_kind_is_not_taken_for_a_talk_between_two() -> None:
    heard = read.heard({**SAID, "source": {"type": "planet", "userId": "U1"}}, NOW)
    assert heard.group is not None
    assert heard.kind is Kind.TEXT


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"7", b'{"events": 3}', b'{"events": {}, "x": "\xff"}', b"[" * 100_000, b"9" * 10_000]
)
def test_what_is_no_webhook_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- whichever
        read.events(body)


@pytest.mark.parametrize("body", [b"{}", b'{"events": null}', b'{"events": []}'])
def test_a_webhook_may_have_no_events(body: bytes) -> None:
    assert read.events(body) == []


def test_numbers_that_are_no_json_do_not_reach_the_database() -> None:
    (event,) = read.events(b'{"events": [{"latitude": 1e999, "longitude": NaN, "beams": -Infinity}]}')
    assert event == {"latitude": None, "longitude": None, "beams": None}


def test_the_documentations_signature_is_accepted() -> None:
    sample = SAMPLES["signature"]
    assert signature.matches([sample["secret"]], sample["body"].encode(), sample["signature"])


@pytest.mark.parametrize("wrong", [None, "", "x", "ลายเซ็น", "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs", "\ud800"])
def test_any_other_signature_is_not(wrong: str | None) -> None:
    sample = SAMPLES["signature"]
    assert not signature.matches([sample["secret"]], sample["body"].encode(), wrong)


def test_either_of_two_secrets_signs_and_an_empty_one_never() -> None:
    body = "สวัสดี".encode()
    assert signature.matches(["new", "old"], body, signature.sign("old", body))
    assert signature.matches(["new", "old"], body, signature.sign("new", body))
    assert not signature.matches(["new"], body, signature.sign("old", body))
    assert not signature.matches([""], body, signature.sign("", body))


@given(body=st.binary(max_size=200), flip=st.integers(min_value=0))
def test_one_changed_bit_breaks_the_signature(body: bytes, flip: int) -> None:
    signed = signature.sign("secret", body)
    changed = bytearray(body or b"\0")
    changed[flip // 8 % len(changed)] ^= 1 << flip % 8
    assert not signature.matches(["secret"], bytes(changed), signed)

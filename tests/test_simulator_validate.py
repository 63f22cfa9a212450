"""The validator refuses what LINE would refuse, and what the SDK would lose on the way."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator import check
from handlers.messages.limits import graphemes, units
from tests.simulator_scene import quick, text

Json = dict[str, Any]


def box(*contents: Json, **more: Any) -> Json:
    return {"type": "box", "layout": "vertical", "contents": list(contents), **more}


def words(said: str = "คำ", **more: Any) -> Json:
    return {"type": "text", "text": said, **more}


def bubble(*contents: Json, **more: Any) -> Json:
    return {"type": "bubble", "body": box(*contents), **more}


def flex(container: Json, alt: str = "การ์ด", **more: Any) -> Json:
    return {"type": "flex", "altText": alt, "contents": container, **more}


def postback(**more: Any) -> Json:
    return {"type": "postback", "label": "ปุ่ม", "data": "x", **more}


def button(**more: Any) -> Json:
    return {"type": "button", "action": postback(**more)}


def template(**more: Any) -> Json:
    return {"type": "template", "altText": "ปุ่ม", "template": more}


def one_quick(action: Json) -> Json:
    return text("เลือก", quickReply={"items": [{"type": "action", "action": action}]})


@pytest.mark.parametrize(
    ("said", "in_units", "in_graphemes"),
    [
        ("", 0, 0),
        ("abc", 3, 3),
        ("🍎", 2, 1),
        ("👩‍🏫", 5, 1),
        ("ที่นี่", 6, 2),
        ("หลักสูตรและการจัดการเรียนรู้", 28, 22),
        ("ระบบการพัฒนาครูในโรงเรียน", 25, 22),
    ],
)
def test_lengths_are_counted_as_line_counts_them(said, in_units, in_graphemes):
    assert (units(said), graphemes(said)) == (in_units, in_graphemes)


@given(st.text())
def test_units_are_those_of_utf16(said):
    assert units(said) == len(said.encode("utf-16-le", "surrogatepass")) // 2
    assert graphemes(said) <= len(said)


FINE = {
    "a text": text("สวัสดี"),
    "a text of 5,000 units": text("🍎" * 2500),
    "a text with an emoji": text("$", emojis=[{"index": 0, "productId": "5ac1bfd5040ab15980c9b435", "emojiId": "001"}]),
    "an emoji behind an apple": text(
        "🍎$", emojis=[{"index": 2, "productId": "5ac1bfd5040ab15980c9b435", "emojiId": "001"}]
    ),
    "a text that quotes": text("ตามนี้", quoteToken="abc"),
    "a text with substitutions": {
        "type": "textV2",
        "text": "สวัสดี {who}",
        "substitution": {"who": {"type": "mention", "mentionee": {"type": "user", "userId": "U" + "0" * 32}}},
    },
    "13 quick replies": text("เลือก", quickReply=quick(*"กขคงจฉชซญฎฏฐฑ")),
    "a label of 20 graphemes": text("เลือก", quickReply=quick("ที่" * 20)),
    "a button that fills the keyboard": flex(
        bubble(button(inputOption="openKeyboard", fillInText="ที่" * 300, displayText="แก้"))
    ),
    "a Flex label of 40 graphemes": flex(bubble(button(label="ที่" * 40))),
    "postback data of 300 units": flex(bubble(button(data="x" * 300))),
    "an altText of 1500 units": flex(bubble(words()), "ก" * 1500),
    "12 bubbles": flex({"type": "carousel", "contents": [bubble(words())] * 12}),
    "spans": flex(bubble({"type": "text", "contents": [{"type": "span", "text": "ก", "weight": "bold"}]})),
    "a baseline": flex(bubble({"type": "box", "layout": "baseline", "contents": [words(), {"type": "filler"}]})),
    "a styled box": flex(
        bubble(
            box(paddingAll="12px", cornerRadius="md", borderWidth="1px", borderColor="#06C755", width="50%"),
            {"type": "separator", "margin": "lg", "color": "#00000020"},
            words(size="3xl", color="#111111", maxLines=2, wrap=True, lineSpacing="4px", flex=0),
            size="giga",
            styles={"body": {"backgroundColor": "#FFFFFF"}},
        )
    ),
    "a picture": flex(
        {"type": "bubble", "hero": {"type": "image", "url": "https://example.com/a.png", "size": "full"}}
    ),
    "a place": {"type": "location", "title": "ที่ประชุม", "address": "บุรีรัมย์", "latitude": 14.9, "longitude": 103.1},
    "a sticker": {"type": "sticker", "packageId": "446", "stickerId": "1988"},
    "a date picker": one_quick(
        {"type": "datetimepicker", "label": "เลือกวัน", "data": "d", "mode": "date", "initial": "2026-01-10"}
    ),
    "a camera": one_quick({"type": "camera", "label": "ถ่ายภาพ"}),
    "a sender": flex(bubble(button()), quickReply=quick("ก")) | {"sender": {"name": "รายงาน"}},
    "buttons": template(type="buttons", text="ก" * 160, actions=[postback()] * 4),
    "a question": template(type="confirm", text="ก" * 240, actions=[postback(), postback()]),
}


@pytest.mark.parametrize("message", FINE.values(), ids=FINE.keys())
def test_what_line_takes_is_taken(message):
    assert check([message]) == []


WRONG = {
    "an empty text": (text(""), "messages[0].text: May not be empty"),
    "a text of spaces": (text(" \n "), "messages[0].text: May not be empty"),
    "5,001 units": (text("ก" * 5001), "messages[0].text: Length must be between 0 and 5000"),
    "5,001 units, half of them apples": (text("🍎" * 2500 + "ก"), "messages[0].text"),
    "an unknown type": ({"type": "hologram"}, "messages[0].type"),
    "no type": ({"text": "ก"}, "messages[0].type"),
    "a misspelt property": (text("ก", quick_repply={}), "messages[0].quick_repply: no property"),
    "an emoji without its place": (
        text("ก", emojis=[{"index": 0, "productId": "p", "emojiId": "1"}]),
        "emojis[0].index",
    ),
    "a substitution that is not in the text": (
        {
            "type": "textV2",
            "text": "ก",
            "substitution": {"who": {"type": "mention", "mentionee": {"type": "all"}}},
        },
        "substitution.who",
    ),
    "14 quick replies": (text("ก", quickReply=quick(*"กขคงจฉชซญฎฏฐฑฒ")), "Size must be between 1 and 13"),
    "no quick replies": (text("ก", quickReply={"items": []}), "Size must be between 1 and 13"),
    "a label of 21 graphemes": (text("ก", quickReply=quick("ที่" * 21)), "items[0].action.label: Length must"),
    "a topic as a label": (text("ก", quickReply=quick("หลักสูตรและการจัดการเรียนรู้")), "action.label"),
    "a quick reply without label": (one_quick({"type": "message", "text": "ก"}), "action.label: May not be empty"),
    "a rich menu switch in a quick reply": (
        one_quick({"type": "richmenuswitch", "label": "ก", "data": "x", "richMenuAliasId": "a"}),
        "action.type",
    ),
    "a camera in a bubble": (
        flex(bubble({"type": "button", "action": {"type": "camera", "label": "ก"}})),
        "action.type",
    ),
    "data of 301": (flex(bubble(button(data="x" * 301))), "action.data: Length must be between 0 and 300"),
    "no data": (one_quick({"type": "postback", "label": "ก"}), "action.data: May not be empty"),
    "a shown text of 301 graphemes": (flex(bubble(button(displayText="ที่" * 301))), "action.displayText"),
    "words for no keyboard": (flex(bubble(button(fillInText="ก"))), "fillInText: only together"),
    "too many words for the keyboard": (
        flex(bubble(button(inputOption="openKeyboard", fillInText="ก" * 301))),
        "action.fillInText: Length",
    ),
    "an unknown input option": (flex(bubble(button(inputOption="openDoor"))), "openDoor|enum"),
    "a bad address": (one_quick({"type": "uri", "label": "ก", "uri": "javascript:alert(1)"}), "invalid uri scheme"),
    "an address of 1,001": (one_quick({"type": "uri", "label": "ก", "uri": "https://a.th/" + "a" * 988}), "action.uri"),
    "a date with a Buddhist year": (
        one_quick({"type": "datetimepicker", "label": "ก", "data": "d", "mode": "date", "initial": "2569-01-10"}),
        "Gregorian",
    ),
    "a clipboard of 1,001": (
        one_quick({"type": "clipboard", "label": "ก", "clipboardText": "ก" * 1001}),
        "clipboardText",
    ),
    "an altText of 1,501": (flex(bubble(words()), "ก" * 1501), "messages[0].altText: Length must"),
    "an empty altText": (flex(bubble(words()), ""), "messages[0].altText: May not be empty"),
    "a bubble that lost its content": (flex({"type": "bubble"}), "a bubble needs"),
    "an unknown component": (flex(bubble({"type": "lamp"})), "no component 'lamp'"),
    "an icon in a vertical box": (flex(bubble({"type": "icon", "url": "https://a.th/i.png"})), "no component 'icon'"),
    "a button in a baseline": (
        flex(bubble({"type": "box", "layout": "baseline", "contents": [button()]})),
        "no component 'button'",
    ),
    "a text as a body": (flex({"type": "bubble", "body": words()}), "messages[0].contents.body.type"),
    "an unknown layout": (flex(bubble({"type": "box", "layout": "round", "contents": []})), "enum"),
    "an unknown weight": (flex(bubble(words(weight="heavy"))), "enum"),
    "an unknown text size": (flex(bubble(words(size="huge"))), "size: invalid property"),
    "an unknown margin": (flex(bubble(words(margin="10"))), "margin: invalid property"),
    "a colour by name": (flex(bubble(words(color="red"))), "color: invalid property"),
    "half an adjustMode": (flex(bubble({**button(), "adjustMode": "fit"})), "adjustMode: invalid property"),
    "an unknown property of a component": (flex(bubble(words(colour="#111111"))), "colour: no property"),
    "an empty text in a bubble": (flex(bubble(words(""))), "contents[0].text: May not be empty"),
    "a button without action": (flex(bubble({"type": "button"})), "action"),
    "a Flex label of 41 graphemes": (
        flex(bubble(button(label="ที่" * 41))),
        "action.label: Length must be between 0 and 40",
    ),
    "a picture over http": (flex(bubble({"type": "image", "url": "http://a.th/a.png"})), "https is needed"),
    "13 bubbles": (flex({"type": "carousel", "contents": [bubble(words())] * 13}), "Size must be between 1 and 12"),
    "bubbles of two sizes": (
        flex({"type": "carousel", "contents": [bubble(words()), bubble(words(), size="kilo")]}),
        "one size",
    ),
    "a bubble of more than 30 KB": (flex(bubble(*[words("ก" * 500)] * 10)), "bytes of JSON, at most 30000"),
    "a carousel of more than 50 KB": (
        flex({"type": "carousel", "contents": [bubble(*[words("ก" * 500)] * 4)] * 5}),
        "bytes of JSON, at most 50000",
    ),
    "five buttons": (template(type="buttons", text="ก", actions=[postback()] * 5), "Size must be between 1 and 4"),
    "one button in a question": (template(type="confirm", text="ก", actions=[postback()]), "between 2 and 2"),
    "a template label of 21": (
        template(type="buttons", text="ก", actions=[postback(label="ก" * 21)]),
        "actions[0].label: Length",
    ),
    "a long text below a title": (
        template(type="buttons", title="ก", text="ก" * 61, actions=[postback()]),
        "text: Length must be between 0 and 60",
    ),
    "uneven columns": (
        template(
            type="carousel",
            columns=[{"text": "ก", "actions": [postback()]}, {"text": "ก", "actions": [postback(), postback()]}],
        ),
        "same number of actions",
    ),
    "LINE as a sender": (text("ก", sender={"name": "LINE ทีม"}), "may not be used"),
    "a sender of 21": (text("ก", sender={"name": "ก" * 21}), "sender"),
    "a list for a text": ({"type": "text", "text": ["ก"]}, "text"),
    "null": (text("ก", quoteToken=None), "messages[0].quoteToken"),
    "quick replies that are a list": (text("ก", quickReply=[]), "messages[0]"),
}


@pytest.mark.parametrize(("message", "said"), WRONG.values(), ids=WRONG.keys())
def test_what_line_refuses_is_found(message, said):
    found = "\n".join(check([message]))
    assert any(part in found for part in said.split("|")), found


@pytest.mark.parametrize("messages", [[], [text("ก")] * 6, {}, None])
def test_a_request_holds_one_to_five_messages(messages):
    assert check(messages) == ["messages: Size must be between 1 and 5"]


def test_every_wrong_message_is_named_with_its_place():
    assert check([text("ก"), text(""), text("ก" * 5001)]) == [
        "messages[1].text: May not be empty",
        "messages[2].text: Length must be between 0 and 5000",
    ]


def test_every_event_sample_is_json_that_line_could_have_sent():
    samples = json.loads((Path(__file__).parent / "data" / "line_samples.json").read_text())
    names = [sample["name"] for sample in samples["events"]]
    assert len(set(names)) == len(names) > 50

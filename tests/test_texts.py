"""The bot's sentences: all are used, all slots are given, the tone is kept, typed labels do what buttons do."""

import re
from pathlib import Path
from string import Formatter

import pytest

from handlers.messages import limits
from handlers.texts import SENTENCES, say

FILES = (*Path("handlers").rglob("*.py"), *Path("bot").glob("*.py"))
CODE = "\n".join(path.read_text(encoding="utf-8") for path in FILES)
# Keys put together at run time, by their beginning and the code that does it.
MADE = (
    "label.",
    "role.",
    "state.",
    "count.",
    "guest.",
    "lost.",
    "short.",
    "next.",
    "bad_round.",
    "when.",
    "desk.",
    "rounds.ask_",
    "remind.",
    "quota.class.",
    "making.field.",
    "making.time.",
    "watching.count_",
    "audience.role.",
    "audience.doubt.",
    "meeting_answers.label.",
    "meeting_answers.own.",
    "bad_meeting.",
    "meeting.field.",
    "meeting.label.",
    "meeting.word_",
    "asks.foreign",
    "asks.which",
    "tickets.foreign",
    "tickets.which",
    "calendar.",
    "checkin.in.",
    "checkin.not.",
    "checkin.offer.",
    "checkin.where_",
    "host.",
    "register.about.",
    "register.column.",
    "register.mode.",
)


def slots(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_every_sentence_is_said_somewhere() -> None:
    keys = (key for key in sorted(SENTENCES) if not key.startswith(MADE))
    assert [key for key in keys if f'"{key}"' not in CODE and f"'{key}'" not in CODE] == []


def test_every_sentence_that_is_said_exists() -> None:
    assert set(re.findall(r"""say\(\s*['"]([a-z_.]+)['"]""", CODE)) <= set(SENTENCES)


@pytest.mark.parametrize(
    "never",
    [
        pytest.param("ครับ|ค่ะ|นะคะ|(?<!ขอบ)คุณ(?!ภาพ)", id="particles"),
        pytest.param("ท่านไม่|ผิดพลาด|ไม่ถูกต้อง|ล้มเหลว", id="blame"),
        pytest.param("  ", id="two spaces"),
    ],
)
def test_the_tone_is_kept(never: str) -> None:
    assert {key: words for key, words in SENTENCES.items() if re.search(never, words)} == {}


def test_a_label_fits_a_button() -> None:
    labels = {
        key: words.format(label="ปลดล็อกระเบียบ", n=6) for key, words in SENTENCES.items() if key.startswith("label.")
    }
    assert {
        key for key, words in labels.items() if limits.graphemes(words) > limits.QUICK_REPLY_LABEL_GRAPHEMES
    } == set()


def test_a_missing_slot_is_loud() -> None:
    assert slots(SENTENCES["report.kept_late"]) == {"n", "label"}
    with pytest.raises(KeyError):
        say("report.kept_late", n=1)
    with pytest.raises(KeyError):
        say("no.such.sentence")

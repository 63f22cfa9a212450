"""How much of what people type is understood: by lines the vocabulary was fitted to, and by lines it was not."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from handlers.words import Understood, understand
from handlers.words.meeting_words import MeetingWords, meeting_words

DATA = Path(__file__).parent / "data"
SHARED = Path(__file__).parents[2] / "shared" / "examples" / "utterances.jsonl"
# What the shared examples call more finely than we do.
COARSER = {
    "role": "delegate",
    "answer_none": "none",
    "delete_answer": "delete",
    "submit_no": "not_yet",
    "pdpa_access": "my_data",
}


# What the shared examples call an answer to a meeting, or a question about it; one may come in several ways.
OF_MEETINGS = {
    "rsvp_yes": ("meeting_coming", "meeting_room", "meeting_online"),
    "rsvp_no": ("meeting_no",),
    "meeting_place": ("meeting_place",),
    "meeting_link": ("meeting_link",),
    "meeting_docs": ("meeting_docs",),
    "checkin": ("checkin",),
    "checkin_late": ("checkin",),
}


def lines(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a file but for those that only somebody who is invited to a meeting types."""
    return [line for line in all_lines(path) if "meeting" not in line]


def all_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def meeting_lines(name: str) -> list[dict[str, Any]]:
    return [line for line in all_lines(DATA / f"{name}.jsonl") if "meeting" in line]


def heard(line: dict[str, Any]) -> Understood:
    return understand(line["text"], asking=line["state"] == "awaiting_answer")


def is_right(line: dict[str, Any]) -> bool:
    found = heard(line)
    return found.intent == line["intent"] and all(getattr(found, k) == v for k, v in line.get("slots", {}).items())


@pytest.mark.parametrize("line", lines(DATA / "utterances.jsonl"), ids=lambda line: f"{line['id']} {line['text']}")
def test_a_known_line_is_understood(line):
    assert is_right(line), heard(line)


def test_lines_never_used_for_fitting_are_understood_nine_times_in_ten():
    held_out = lines(DATA / "utterances_held_out.jsonl")
    wrong = [f"{line['text']} → {heard(line)}" for line in held_out if not is_right(line)]
    assert len(wrong) <= len(held_out) / 10, "\n".join(wrong)


def test_no_answer_is_taken_for_a_command():
    answers = [line for name in ("utterances", "utterances_held_out") for line in lines(DATA / f"{name}.jsonl")]
    answers = [line for line in answers if line["intent"] == "answer"]
    assert len(answers) >= 120
    assert [line["text"] for line in answers if heard(line).intent != "answer"] == []


def of_meeting(line: dict[str, Any]) -> MeetingWords | None:
    return meeting_words(line["text"], asking=line["state"] == "awaiting_answer")


def is_meant(line: dict[str, Any]) -> bool:
    found = of_meeting(line)
    slots = line.get("slots", {}).items()
    return found is not None and found.does == line["meeting"] and all(getattr(found, k) == v for k, v in slots)


def test_every_known_line_about_a_meeting_is_understood():
    known = meeting_lines("utterances")
    assert len(known) >= 45
    assert [f"{line['text']} → {of_meeting(line)}" for line in known if not is_meant(line)] == []


def test_lines_about_a_meeting_never_used_for_fitting_are_understood_nine_times_in_ten():
    held_out = meeting_lines("utterances_held_out")
    assert len(held_out) >= 30
    wrong = [f"{line['text']} → {of_meeting(line)}" for line in held_out if not is_meant(line)]
    assert len(wrong) <= len(held_out) / 10, "\n".join(wrong)


def test_no_answer_to_the_report_is_taken_for_one_to_a_meeting():
    answers = [line for name in ("utterances", "utterances_held_out") for line in lines(DATA / f"{name}.jsonl")]
    answers = [line for line in answers if line["intent"] == "answer"]
    assert [f"{line['text']} → {of_meeting(line)}" for line in answers if of_meeting(line) is not None] == []


@pytest.mark.skipif(not SHARED.exists(), reason=f"no shared examples at {SHARED}")
def test_the_shared_examples_about_meetings_are_understood():
    texts = [line for line in all_lines(SHARED) if line["intent"] in OF_MEETINGS]
    assert texts
    wrong = [f"{line['text']} → {of_meeting(line)}" for line in texts if not _means(line)]
    assert wrong == []


def _means(line: dict[str, Any]) -> bool:
    found = of_meeting(line)
    return found is not None and found.does in OF_MEETINGS[line["intent"]]


def shared_examples() -> list[dict[str, Any]]:
    if not SHARED.exists():
        return []
    texts = (line for line in lines(SHARED) if line["kind"] == "text")
    return [
        {**line, "text": text, "slots": {}, "intent": coarse(line["intent"])}
        for line in texts
        for text in ([line["text"]] if isinstance(line["text"], str) else line["text"])
    ]


def coarse(intent: str) -> str:
    if intent.startswith("coord_"):
        return "coordinator"
    if intent.startswith(("meeting_", "rsvp_", "checkin")):
        return "meeting"
    return COARSER.get(intent, intent)


@pytest.mark.skipif(not SHARED.exists(), reason=f"no shared examples at {SHARED}")
@pytest.mark.parametrize("line", shared_examples(), ids=lambda line: f"{line['id']} {line['text']}")
def test_a_shared_example_is_understood(line):
    assert is_right(line), heard(line)


@pytest.mark.parametrize("row", ["ครับผม" * 33, "จะ" * 100, "ประชุม" + "จะ" * 90, "ไปครับผม" * 25, "ไป" + "ละ" * 90])
def test_a_long_row_of_particles_is_soon_read(row):
    began = time.process_time()
    for asking in (True, False):
        meeting_words(row[: 90 if asking else 200], asking=asking)
    assert time.process_time() - began < 0.5

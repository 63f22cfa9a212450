"""How much of what people type is understood: by lines the vocabulary was fitted to, and by lines it was not."""

import json
from pathlib import Path
from typing import Any

import pytest

from handlers.words import Understood, understand

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


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


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

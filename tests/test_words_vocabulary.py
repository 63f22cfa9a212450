"""A malformed file of words is refused with its reason."""

import pytest

from handlers.words.file import BadWords, source
from handlers.words.vocabulary import read


@pytest.mark.parametrize(
    ("instead", "reason"),
    [
        (("intents:\n  report:", "intents:\n  reprot:"), "intents.reprot: no such intent"),
        (("  report:\n    say: [", "  report:\n    sya: ["), "intents.report: only"),
        (("say: [รายงาน, ", "say: [ต่อไป, รายงาน, "), "'ต่อไป' stands for both report and next"),
        (("say: [รายงาน, ", "say: ['...', รายงาน, "), "has no letters"),
        (("say: [รายงาน, ", "say: [[], รายงาน, "), "words are needed"),
        (("'{th}*{me}?<พร้อม>", "'{th}*{me}?พร้อม"), "one <…> is needed"),
        (("'{th}*{me}?<พร้อม>", "'{the}*{me}?<พร้อม>"), "no set named 'the'"),
        (("'{th}*{me}?<พร้อม>", "'{th}*({me}?<พร้อม>"), "missing ), unterminated subpattern"),
        (
            ("clues_in_order: [scam, ", "clues_in_order: ["),
            "clues_in_order and the intents with clues differ: ['scam']",
        ),
        (("  next:\n    say: [", "  next:\n    say: [เสร็จ]\n    say: ["), "'say' stands twice"),
        (("sets:\n", "sets: [มี]\n\nset:\n"), "sections missing or unknown: ['set']"),
        (("  which: [", "  which: นี้\n  whiche: ["), "dates.which: a list of words is needed"),
        (("own:\n", "own: มี\n\nowned:\n"), "sections missing or unknown: ['owned']"),
        (("intents:\n", "intents:\n\t- มี\n"), "line"),
    ],
)
def test_a_malformed_file_is_refused_with_its_reason(instead, reason):
    before, after = instead
    assert before in source()
    with pytest.raises(BadWords) as refused:
        read(source().replace(before, after, 1))
    assert reason in str(refused.value)


def test_the_file_is_a_mapping_of_sections():
    with pytest.raises(BadWords, match="mapping"):
        read("- มี")


def test_a_new_word_is_understood_by_editing_data_alone():
    words = read(source().replace("say: [รายงาน, ", "say: [เขียนงานส่ง, รายงาน, "))
    assert words.phrases[True]["เขียนงานสง"].intent == "report"

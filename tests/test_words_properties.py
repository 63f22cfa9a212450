"""What holds for any text, and for any command however it is dressed."""

import re
from unicodedata import is_normalized

from hypothesis import assume, given
from hypothesis import strategies as st

from handlers.words import Intent, clean, fold, letters, understand, without_private_numbers
from handlers.words.clean import bare
from handlers.words.numbered import loose
from handlers.words.patterns import trie
from handlers.words.vocabulary import WORDS

THAI = "".join(map(chr, [*range(0x0E01, 0x0E3B), *range(0x0E40, 0x0E50)])) + "๐๑๒๓"
ODD = "\u200b\u200d\ufeff\u00a0\r\n\t\x00\ud83d\uf70aํเ👍🙏-?. "
COMMANDS = sorted(
    {(word, phrase.intent) for phrase in WORDS.phrases[True].values() for word in phrase.exact if not word.isascii()}
)
TONES = re.compile("[่-๋]")

any_text = st.one_of(
    st.text(st.characters(codec=None), max_size=80),
    st.text(st.sampled_from(THAI + ODD), max_size=80),
    st.lists(st.sampled_from([word for word, _ in COMMANDS] + ["ข้อ", "1", " ", "ครับ", "ขอ", "ก่อน"]), max_size=12).map(
        "".join
    ),
)
command = st.sampled_from(COMMANDS)
particles = st.sampled_from(["ครับ", " ค่ะ", "นะคะ", "ครับผม", " จ้า", "เด้อ", " คับ", "!!", " 🙏", "ครับบบ", "."])


@given(any_text, st.booleans())
def test_any_text_is_understood_as_something(text, asking):
    found = understand(text, asking=asking)
    assert (found.intent is not Intent.UNKNOWN) if asking else (found.intent is not Intent.ANSWER)
    assert found.rest in clean(text)


@given(any_text)
def test_clean_text_stays_as_it_is(text):
    once = clean(text)
    assert clean(once) == once
    assert is_normalized("NFC", once)


@given(any_text)
def test_clean_text_can_be_stored(text):
    assert "\x00" not in clean(text)
    clean(text).encode("utf-8")


@given(any_text)
def test_cleaning_loses_neither_letters_nor_digits(text):
    def kept(words: str) -> str:
        return re.sub("[^ก-ฮะ-า฿โ-ๆ๐-๙]", "", words.replace("ำ", "า"))

    assume(not re.search("[\uf700-\uf71a]", text))
    assert kept(clean(text)) == kept(text)


@given(any_text)
def test_folded_text_has_neither_spaces_nor_signs(text):
    assert not re.search(r"[\s_ๆ!-/:-@A-Z๐-๙\u200b-\u200d]", fold(text))


@given(any_text)
def test_crossing_out_numbers_keeps_their_length(text):
    assert letters(without_private_numbers(text)) == letters(text)


@given(command, st.lists(particles, max_size=3), st.booleans())
def test_politeness_does_not_change_a_command(command, particles, spaced):
    word, intent = command
    text = ("  ".join(word) if spaced else word) + "".join(particles)
    assert understand(text, asking=True).intent is intent


@given(command, st.data())
def test_a_command_with_one_tone_mark_missing_is_still_meant(command, data):
    word, intent = command
    marks = [found.start() for found in TONES.finditer(word)]
    assume(marks and len(bare(word)) >= 4)
    at = data.draw(st.sampled_from(marks))
    typed = word[:at] + word[at + 1 :]
    assume(not any(fold(typed).startswith(own) for own in WORDS.own))  # those mean themselves
    assert understand(typed, asking=True).intent is intent


few_letters = st.text(st.sampled_from("กขa่้."), max_size=5)


@given(st.lists(few_letters, min_size=1), few_letters, few_letters)
def test_words_that_share_beginnings_are_tried_as_in_a_list_the_longest_first(words, text, behind):
    listed = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    one, other = (re.compile(f"({known})({re.escape(behind)}.?)") for known in (listed, trie(words)))
    assert _groups(one, text + behind) == _groups(other, text + behind)


@given(st.lists(few_letters, min_size=1), few_letters, few_letters)
def test_loose_words_are_tried_as_in_a_list_the_longest_first(words, text, behind):
    keys = sorted(map(bare, words), key=len, reverse=True)
    listed = "|".join("".join(f"{re.escape(letter)}[็-๎]*" for letter in key) for key in keys)
    one, other = (re.compile(f"({known})({re.escape(behind)}.?)") for known in (listed, loose(words)))
    assert _groups(one, text + behind) == _groups(other, text + behind)


def _groups(pattern: re.Pattern[str], text: str) -> list[tuple[str, ...]]:
    return [found.groups() for found in pattern.finditer(text)]


@given(st.sampled_from(["แก้ข้อ {}", "ลบข้อ {}", "ไปข้อ {}", "เพิ่มเติมข้อ {} ครู", "ข้อ{}"]), st.integers(1, 20))
def test_thai_digits_are_digits(pattern, number):
    thai = str(number).translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))
    found = understand(pattern.format(number), asking=True)
    assert found.topic == number
    assert understand(pattern.format(thai), asking=True) == found

"""From our values to LINE's JSON: no limit is ever broken, no meaning is cut."""

from hypothesis import given, settings
from hypothesis import strategies as some

from bot.simulator.validate import check
from handlers.messages import limits
from handlers.messages.build import chunks, clip, fit, shorten, to_line
from handlers.messages.values import Act, Card, Choice, Say
from handlers.texts import say

THAI = some.text(alphabet="กขคงจฉชซญดตนบปผพมยรลวสหอฮะาำิีึืุู็่้๊๋์เแโใไ 0123456789\n🍎👨‍👩‍👧", max_size=400)


@given(some.text(min_size=1, max_size=300).filter(str.strip), some.integers(2, 60))
def test_chunks_keep_every_letter_in_order(words: str, most: int) -> None:
    pieces = chunks(words, most)
    assert "".join("".join(pieces).split()) == "".join(words.split())


@given(THAI, some.integers(2, 80))
def test_clip_never_breaks_the_limit_and_never_cuts_what_fits(words: str, most: int) -> None:
    clipped = clip(words, most)
    assert limits.units(clipped) <= most
    assert clipped == words or limits.units(words) > most


@given(THAI, some.integers(1, 40))
def test_shorten_counts_what_a_reader_counts(words: str, most: int) -> None:
    short = shorten(words, most)
    assert limits.graphemes(short) <= most
    assert short == words or limits.graphemes(words) > most


def test_five_thousand_and_one_letters_become_two_bubbles() -> None:
    messages, about = to_line([Say("ก" * 5001, about=(7, "learners.now"))])
    assert [len(message["text"]) for message in messages] == [5000, 1]
    assert about == [[7, "learners.now"]] * 2
    assert check(messages) == []


LONG = some.builds(lambda words, times: words * times, THAI.filter(str.strip), some.integers(1, 120))


@given(LONG, some.integers(1, 5))
@settings(deadline=None)
def test_what_is_too_long_ends_with_how_to_see_the_rest(words: str, bubbles: int) -> None:
    short = fit(words, bubbles, "พิมพ์ “ข้อ 5” เพื่อดูข้อที่เหลือ")
    pieces = chunks(short, limits.TEXT_UNITS)
    assert len(pieces) <= bubbles
    assert max(map(limits.units, pieces)) <= limits.TEXT_UNITS
    if short != words:
        assert len(chunks(words, limits.TEXT_UNITS)) >= bubbles
        kept, _, more = short.rpartition("…\n\n")
        assert more == "พิมพ์ “ข้อ 5” เพื่อดูข้อที่เหลือ"
        assert words.startswith(kept)


@given(some.lists(LONG, min_size=1, max_size=7))
@settings(deadline=None)
def test_no_call_has_more_than_five_messages(said: list[str]) -> None:
    messages, about = to_line([Say(words, (Choice("ต่อไป", Act("next")),), (7, "learners.now")) for words in said])
    assert len(messages) == len(about) <= limits.MESSAGES_PER_REQUEST
    assert check(messages) == []
    assert "quickReply" in messages[-1]
    if sum(len(chunks(words, limits.TEXT_UNITS)) for words in said) > limits.MESSAGES_PER_REQUEST:
        assert any(message["text"].endswith(say("more.anything")) for message in messages)


def test_the_longest_words_make_room_for_the_others() -> None:
    messages, _ = to_line([Say("หนึ่ง"), Say("ยาวมาก " * 5000), Say("สาม")])
    assert [message["text"][-3:] for message in messages][0::4] == ["ึ่ง", "สาม"]
    assert messages[3]["text"].endswith(say("more.anything"))


def test_a_letter_with_thousands_of_marks_is_split_all_the_same() -> None:
    words = "ก" + "\u0301" * 12000
    assert "".join(chunks(words, 5000)) == words


def test_no_bubble_is_blank() -> None:
    assert chunks("ก" * 5000 + "\n" * 5001 + "ข", 5000) == ["ก" * 5000, "\nข"]


@given(THAI.filter(str.strip), some.lists(THAI.filter(str.strip), min_size=1, max_size=20))
def test_whatever_is_said_passes_the_validator(words: str, labels: list[str]) -> None:
    choices = tuple(Choice(label, Act("open", 1, "learners.now", 2, "x"), fill=label) for label in labels)
    messages, _ = to_line([Say(words, choices)])
    assert check(messages) == []


def test_quick_replies_hang_on_the_last_bubble_where_line_shows_them() -> None:
    choices = (Choice("ต่อไป", Act("next")),)
    messages, _ = to_line([Say("หนึ่ง", choices), Card("สอง", {"type": "bubble", "body": BODY}, choices)])
    assert ["quickReply" in message for message in messages] == [False, True]


BODY = {"type": "box", "layout": "vertical", "contents": [{"type": "text", "text": "สอง"}]}


@given(
    some.builds(
        Act,
        do=some.sampled_from(["next", "pick", "open"]),
        report=some.none() | some.integers(1, 10**9 - 1),
        question=some.none() | some.from_regex(r"[a-z]{1,20}\.[a-z]{1,20}", fullmatch=True),
        revision=some.none() | some.integers(0, 10**6),
        value=some.none() | some.from_regex(r"[a-z0-9_]{1,30}", fullmatch=True),
    )
)
def test_a_buttons_act_comes_back_as_it_went(act: Act) -> None:
    assert Act.read(act.data()) == act


@given(some.text(max_size=400))
def test_postback_data_made_by_hand_never_raises(data: str) -> None:
    Act.read(data)

"""The question set: what comes with the bot, what a coordinator may write, and what is refused."""

from datetime import UTC, datetime

import pytest
import regex
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import Connection, func, insert, select

from handlers import question_file, questions
from handlers.question_file import BadQuestionSet, parse
from handlers.questions import Part, QuestionSet, VersionTaken
from models.programme import channels, question_sets
from models.store import Store

NOW = datetime(2026, 1, 5, 2, 10, tzinfo=UTC)
FILE = question_file.default()
SET = parse(FILE)
SMALL = """\
version: 3
title: สั้น
minutes: 5
parts:
  now: {label: ปัจจุบัน}
topics:
  - key: one
    title: หนึ่ง
    short: หนึ่ง
    questions:
      - part: now
        ask: เป็นอย่างไร
"""


KEYS = st.sampled_from(["version", "title", "topics", "questions", "key", "parts", "now", "part", "x"])
YAML = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner),
)


def read(text: str) -> QuestionSet | BadQuestionSet:
    try:
        return parse(text)
    except BadQuestionSet as refusal:
        return refusal


def refused(text: str) -> list[tuple[int, str]]:
    outcome = read(text)
    assert isinstance(outcome, BadQuestionSet)
    return [(fault.line, fault.reason.split(":")[0]) for fault in outcome.faults]


def changed(before: str, after: str, times: int = 1) -> str:
    assert before in SMALL
    return SMALL.replace(before, after, times)


class TestTheSetThatComesWithTheBot:
    def test_six_topics_in_order(self):
        assert [topic.title for topic in SET.topics] == [
            "คุณภาพผู้เรียน",
            "หลักสูตรและการจัดการเรียนรู้",
            "ระบบการพัฒนาครูในโรงเรียน",
            "ระบบสนับสนุนงานวิชาการ",
            "ระบบสนับสนุนทั่วไป",
            "สิ่งที่อยากบอกเพิ่มเติม",
        ]
        assert [topic.number for topic in SET.topics] == [1, 2, 3, 4, 5, 6]

    def test_five_ask_for_now_next_and_needs(self):
        for topic in SET.topics[:5]:
            assert [question.part for question in topic.questions] == [Part.NOW, Part.NEXT, Part.NEEDS]
            assert [question.optional for question in topic.questions] == [False, False, True]
            assert [question.label for question in topic.questions[:2]] == ["สภาพปัจจุบัน", "สิ่งที่จะขับเคลื่อนต่อไป"]
            options = topic.questions[2].options
            assert [option.label for option in options] == [
                "งบ", "คน", "สื่อ/อุปกรณ์", "อบรม/โค้ช", "ปลดล็อกระเบียบ", "ภาคีเครือข่าย", "ไม่ต้องการ",
            ]  # fmt: skip
            assert [option.key for option in options if option.alone] == ["none"]

    def test_the_sixth_is_open_and_may_be_nothing_or_private(self):
        [question] = SET.topics[5].questions
        assert (question.key, question.part) == ("more.open", Part.OPEN)
        assert question.may_be_none
        assert question.may_be_private

    def test_every_question_has_a_hint(self):
        assert all(question.hint for question in SET.questions)

    def test_its_tone(self):
        assert not regex.search("ครับ|ค่ะ|นะคะ|คุณ(?!ภาพ)", FILE)

    def test_finding_ones_way(self):
        question = SET.question("teachers.next")
        topic = SET.topic_of("teachers.next")
        assert question
        assert topic
        assert (question.part, topic.number, SET.topic(3)) == (Part.NEXT, 3, topic)
        assert SET.question("teachers.never") is None
        assert SET.topic_of("x") is SET.topic(0) is SET.topic(7) is None


class TestWhatACoordinatorMayChange:
    def test_wording(self):
        question = parse(FILE.replace("และเรื่องที่ยังห่วง 1 เรื่อง", "และเรื่องที่ยังห่วง")).question("learners.now")
        assert question
        assert question.ask == "ขณะนี้นักเรียนเป็นอย่างไรบ้าง เล่าเรื่องที่ภูมิใจ 1 เรื่อง และเรื่องที่ยังห่วง"

    def test_one_more_question_of_a_part(self):
        text = SMALL + "      - {part: now, key: more_now, ask: แล้วอย่างไรอีก, label: อีกเรื่อง}\n"
        assert [question.key for question in parse(text).questions] == ["one.now", "one.more_now"]
        assert [question.label for question in parse(text).questions] == ["ปัจจุบัน", "อีกเรื่อง"]

    def test_one_more_topic(self):
        text = SMALL + "  - {key: two, title: สอง, short: สอง, questions: [{part: now, ask: แล้ว}]}\n"
        assert [topic.number for topic in parse(text).topics] == [1, 2]

    @pytest.mark.parametrize("text", [SMALL, FILE])
    def test_what_is_kept_reads_back_the_same(self, text: str):
        assert questions.from_json(questions.to_json(parse(text))) == parse(text)


class TestWhatIsRefused:
    """Each with the line and the name of what is wrong."""

    @pytest.mark.parametrize(
        ("text", "faults"),
        [
            ("", [(1, "no question set in this file, ไม่พบชุดคำถามในไฟล์")]),
            ("- a", [(1, "no question set in this file, ไม่พบชุดคำถามในไฟล์")]),
            ("version: 1\ntitle: [\n", [(3, "not YAML")]),
            ("version: 1\n\ttitle: a", [(2, "not YAML")]),
            ("version: \x01", [(1, "not YAML")]),
            ("version: &a 1\nminutes: *a", [(2, "aliases (*name) are not read here, ไม่รองรับ *")]),
            (changed("title: สั้น\n", ""), [(1, "title")]),
            (changed("minutes: 5", "minutes: ห้า"), [(3, "minutes")]),
            (changed("minutes: 5", "minutes: 0"), [(3, "minutes")]),
            (changed("minutes: 5", "minutes: '5'"), [(3, "minutes")]),
            (changed("minutes: 5", "minutes: 2026-01-05"), [(3, "'2026-01-05' is not words")]),
            (changed("minutes: 5", "minutes:"), [(3, "'' is empty, ว่าง")]),
            (changed("minutes: 5", "minutes: 5\nminutes: 6"), [(4, "minutes")]),
            (changed("minutes: 5", "minutes: 5\ncolour: red"), [(4, "colour")]),
            (changed("title: หนึ่ง", "title: ' '"), [(8, "topics.1.title")]),
            (changed("title: หนึ่ง", "title: ''"), [(8, "topics.1.title")]),
            (changed("title: หนึ่ง", "title: 'ก '"), [(8, "topics.1.title")]),
            (changed("title: หนึ่ง", "title: 'ก\u200bข'"), [(8, "topics.1.title")]),
            (changed("title: หนึ่ง", "title: 12"), [(8, "topics.1.title")]),
            (changed("short: หนึ่ง", "short: " + "ก" * 17), [(9, "topics.1.short")]),
            (changed("key: one", "key: One"), [(7, "topics.1.key"), (11, "topics.1.questions.1.key")]),
            (changed("label: ปัจจุบัน", "label: " + "ก" * 21), [(5, "parts.now.label")]),
            (changed("now: {label: ปัจจุบัน}", "then: {label: ก}"), [(5, "then")]),
            (changed("now: {label: ปัจจุบัน}", "now: {labels: ก}"), [
                (5, "parts.now.labels"), (11, "topics.1.questions.1.label"),
            ]),
            (changed("parts:\n  now: {label: ปัจจุบัน}", "parts: none"), [(10, "topics.1.questions.1.label")]),
            (changed("part: now", "part: then"), [
                (11, "topics.1.questions.1.label"), (11, "topics.1.questions.1.part"),
            ]),
            (changed("ask: เป็นอย่างไร", "asks: เป็นอย่างไร"), [
                (11, "topics.1.questions.1.ask"), (12, "topics.1.questions.1.asks"),
            ]),
            (changed("ask: เป็นอย่างไร", "ask: " + "ก" * 301), [(12, "topics.1.questions.1.ask")]),
            (changed("ask: เป็นอย่างไร", "ask: ก\n        kind: dance"), [(13, "topics.1.questions.1.kind")]),
            (changed("ask: เป็นอย่างไร", "ask: ก\n        kind: choices"), [(11, "one.now")]),
            (changed("ask: เป็นอย่างไร", "ask: ก\n        options: [{key: a, label: ก}]"), [(11, "one.now")]),
            (changed("ask: เป็นอย่างไร", "ask: ก\n        optional: 1"), [(13, "topics.1.questions.1.optional")]),
            (changed("ask: เป็นอย่างไร", "ask: ก\n        min_letters: -1"), [(13, "topics.1.questions.1.min_letters")]),
            (SMALL + "      - {part: now, ask: ซ้ำ}\n", [(13, "one.now")]),
            (SMALL + "  - {key: one, title: ก, short: ก, questions: [{part: now, key: b, ask: ก}]}\n", [(13, "one")]),
            (SMALL + "  - two\n", [(13, "topics.2")]),
            (SMALL[: SMALL.index("topics:")] + "topics: []\n", [(6, "topics")]),
            (SMALL[: SMALL.index("    questions:")] + "    questions: []\n", [(10, "topics.1.questions")]),
        ],
    )  # fmt: skip
    def test_with_line_and_reason(self, text: str, faults: list[tuple[int, str]]):
        assert refused(text) == faults

    def choices(self, *options: str) -> str:
        rows = "".join(f"\n          - {option}" for option in options)
        return changed("ask: เป็นอย่างไร", f"ask: ก\n        kind: choices\n        options:{rows}")

    @pytest.mark.parametrize(
        ("options", "faults"),
        [
            (["{key: a, label: ก}"] * 2, [(11, "one.now")] * 2),
            (
                ["{key: a, label: ก}", "{key: b, label: " + "ข" * 19 + "}"],
                [(16, "topics.1.questions.1.options.2.label")],
            ),
            ([f"{{key: k{n}, label: ข้อ {n}}}" for n in range(11)], [(14, "topics.1.questions.1.options")]),
        ],
    )
    def test_options_that_no_button_row_can_hold(self, options: list[str], faults: list[tuple[int, str]]):
        assert refused(self.choices(*options)) == faults

    def test_thai_is_counted_as_it_is_read(self):
        assert parse(changed("short: หนึ่ง", "short: " + "นี้" * 16)).topics
        assert refused(changed("short: หนึ่ง", "short: " + "นี้" * 17)) == [(9, "topics.1.short")]

    @pytest.mark.parametrize(
        ("before", "after", "reason"),
        [
            ("version: 3", "version: 0", "version: must be 1 or more, ต้องไม่น้อยกว่า 1"),
            ("minutes: 5", "minutes: 300", "minutes: must be 240 or less, ต้องไม่เกิน 240"),
            ("minutes: 5", "minutes: many", "minutes: must be a whole number, ต้องเป็นจำนวนเต็ม"),
            ("part: now", "part: never", "topics.1.questions.1.part: must be 'now', 'next', 'needs' or 'open', ต้อง"),
            (
                "ask: เป็น",
                "kind: wish\n        ask: เป็น",
                "topics.1.questions.1.kind: must be 'words' or 'choices', ต้อง",
            ),
        ],
    )
    def test_the_reason_says_what_is_expected_in_both_languages(self, before: str, after: str, reason: str):
        with pytest.raises(BadQuestionSet) as refusal:
            parse(changed(before, after))
        assert any(fault.reason.startswith(reason) for fault in refusal.value.faults)

    def test_everything_at_once(self):
        text = SMALL.replace("minutes: 5", "minutes: many").replace("short: หนึ่ง", "short: " + "ก" * 50)
        assert [line for line, _ in refused(text)] == [3, 9]

    @given(st.text() | st.integers(0, len(FILE)).flatmap(lambda at: st.text().map(lambda s: FILE[:at] + s + FILE[at:])))
    @example("version: 1\ntopics: 1")
    @example("version: 1\ntopics: {a: 1}")
    @example("? [a]\n: b")
    @example("a: !!python/object:os.system b")
    @example("version: 0b")
    def test_whatever_it_is_it_is_read_or_refused_with_a_line(self, text: str):
        outcome = read(text)
        if isinstance(outcome, BadQuestionSet):
            assert 1 <= outcome.line <= len(text.splitlines()) + 1
            assert outcome.reason
        else:
            assert outcome.topics

    @given(YAML)
    def test_any_other_yaml_is_refused(self, data: object):
        assert isinstance(read(yaml.safe_dump(data, allow_unicode=True)), BadQuestionSet)


class TestKeeping:
    @pytest.fixture
    def db(self, store: Store):
        with store.write() as db:
            for channel in ("main", "noise"):
                db.execute(insert(channels), {"id": channel, "name": channel, "created_at": NOW})
            yield db

    def test_the_same_content_is_kept_once_in_each_province(self, db: Connection):
        first = questions.save(db, "main", SET, NOW)
        assert questions.save(db, "main", parse(FILE), NOW) == first
        assert questions.save(db, "noise", SET, NOW) != first
        assert db.scalar(select(func.count()).select_from(question_sets)) == 2
        assert questions.load(db, first) == SET
        assert questions.load(db, first) is questions.load(db, first)

    def test_other_words_need_another_version(self, db: Connection):
        first = questions.save(db, "main", SET, NOW)
        text = FILE.replace("minutes: 15", "minutes: 20")
        with pytest.raises(VersionTaken, match="version 1"):
            questions.save(db, "main", parse(text), NOW)
        second = questions.save(db, "main", parse(text.replace("version: 1", "version: 2")), NOW)
        assert questions.newest(db, "main") == second
        assert questions.newest(db, "noise") is None
        assert [questions.load(db, one).minutes for one in (first, second)] == [15, 20]

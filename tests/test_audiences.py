"""Audiences: read as they are typed, within the office's reach; never guessed; said back in few words."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import Connection, update

from handlers import agencies, roster
from handlers.audience_said import describe, why
from handlers.audience_words import Doubt, Why, answered, read
from handlers.audiences import Audience
from models.people import SUBMITTERS, Role, schools
from models.store import Store
from tests.roster_scene import demo

DIRECTORS = frozenset(SUBMITTERS)
ONE, TWO, THREE, FOUR = (f"สพป.บุรีรัมย์ เขต {n}" for n in (1, 2, 3, 4))
SPM, PRIVATE, LOCAL = "สพม.บุรีรัมย์", "สช.", "อปท."


class Scene:
    """The demo's forty schools; what an office types."""

    def __init__(self, db: Connection, now: datetime) -> None:
        self.db, self.now = db, now
        roster.import_roster(db, "main", demo(), now)
        self.book = agencies.book(db, "main")

    def reach(self, agency: str | None) -> frozenset[int] | None:
        return agencies.reach(self.db, "main", self.book.find(agency)) if agency else None

    def reads(self, words: str, agency: str | None = None) -> Audience | Doubt:
        return read(self.db, "main", words, self.reach(agency), self.now)

    def said(self, words: str, agency: str | None = None) -> str:
        """Return what is said back of words: the audience, or why there is none."""
        found = self.reads(words, agency)
        return describe(self.db, "main", found) if isinstance(found, Audience) else f"? {found.why}"

    def doubt(self, words: str, agency: str | None = None) -> Doubt:
        found = self.reads(words, agency)
        assert isinstance(found, Doubt), describe(self.db, "main", found)
        return found


@pytest.fixture
def scene(store: Store, now: datetime) -> Iterator[Scene]:
    with store.write() as db:
        yield Scene(db, now)


READ = {
    "ทุกโรงเรียน": "ผอ. · ทั้งจังหวัด",
    "ทั้งจังหวัด": "ผอ. · ทั้งจังหวัด",
    "ผอ.ทุกโรงเรียนค่ะ": "ผอ. · ทั้งจังหวัด",
    "ทุก ผอ.": "ผอ. · ทั้งจังหวัด",
    "ทั้งหมดเลย": "ผอ. · ทั้งจังหวัด",
    "สพป. 1 กับ สพม.": f"ผอ. · {ONE}, {SPM}",
    "สพป.1และสพม.": f"ผอ. · {ONE}, {SPM}",
    "เขต ๓": f"ผอ. · {THREE}",
    "เขต 1 2 และ 3": f"ผอ. · {ONE}, {TWO}, {THREE}",
    "เขต 2-4": f"ผอ. · {TWO}, {THREE}, {FOUR}",
    "สพป. 1, 2, เอกชน": f"ผอ. · {ONE}, {TWO}, {PRIVATE}",
    "สพป.": f"ผอ. · {ONE}, {TWO}, {THREE}, {FOUR}",
    "สพป.ทุกเขต": f"ผอ. · {ONE}, {TWO}, {THREE}, {FOUR}",
    "เอกชน": f"ผอ. · {PRIVATE}",
    "โรงเรียนเอกชนทุกโรงเรียน": f"ผอ. · {PRIVATE}",
    "เอกชนและเทศบาล": f"ผอ. · {PRIVATE}, {LOCAL}",
    "ทุกโรงเรียนใน สพป. 2": f"ผอ. · {TWO}",
    "ผู้ตรวจทุกเขต": "ผู้ตรวจ · ทั้งจังหวัด",
    "ผู้ตรวจ": "ผู้ตรวจ · ทั้งจังหวัด",
    "ผู้ตรวจ เขต 1": f"ผู้ตรวจ · {ONE}",
    "ผอ. และผู้ช่วยกรอก": "ผอ. และผู้ช่วยกรอก · ทั้งจังหวัด",
    "ผู้อำนวยการและผู้ช่วยกรอก เขต 1": f"ผอ. และผู้ช่วยกรอก · {ONE}",
    "ผอ. เขต 1 และผู้ตรวจ เขต 1": f"ผอ. และผู้ตรวจ · {ONE}",
    "ผอ. เขต 1 2": f"ผอ. · {ONE}, {TWO}",
    "เขต 1, ผอ. เขต 2": f"ผอ. · {ONE}, {TWO}",
    "เขต 1, ผู้ตรวจ เขต 1": f"ผอ. และผู้ตรวจ · {ONE}",
    "ผู้ตรวจ เขต 1 เขต 2": f"ผู้ตรวจ · {ONE}, {TWO}",
    "สพป.1 สพป.3 สพม.": f"ผอ. · {ONE}, {THREE}, {SPM}",
    "นิคมสมมติ ๑ สพป. 1": "ผอ. · นิคมสมมติ ๑",
    "เขต 1, ผู้ตรวจ เขต 2": "? mixed",
    "ผู้ประสาน": "ผู้ประสาน · ทั้งจังหวัด",
    "บ้านสวายตัวอย่าง": "ผอ. · บ้านสวายตัวอย่าง",
    "ผอ.รร.บ้านสวายตัวอย่าง ครับ": "ผอ. · บ้านสวายตัวอย่าง",
    "บ้านสวายตัวอย่าง, บ้านหนองสมมติ นางรอง": "ผอ. · บ้านสวายตัวอย่าง, บ้านหนองสมมติ",
    "บ้านหนองสมมติ ลำปลายมาศ\nบ้านหนองสมมติ นางรอง": "ผอ. · บ้านหนองสมมติ อ.ลำปลายมาศ, บ้านหนองสมมติ อ.นางรอง",
    "1031992003, 1031991002": "ผอ. · บ้านหนองสมมติ, บ้านสวายตัวอย่าง",
    "เทศบาล ๑ (สมมติราษฎร์บำรุง) กับ อบจ.จำลองอนุสรณ์": "ผอ. · เทศบาล ๑ (สมมติราษฎร์บำรุง), อบจ.จำลองอนุสรณ์",
    "นิคมสมมติ ๑": "ผอ. · นิคมสมมติ ๑",
    # What is in doubt is asked.
    "": "? empty",
    "ๆๆ": "? unknown",
    "เขต 9": "? unknown",
    "เขต 1-20": "? unknown",
    "เขต 4-1": "? empty",
    "โรงเรียนแถวบ้าน": "? unknown",
    "บ้านหนองสมมติ": "? which",
    "ผอ.บ้านสวายตัวอย่าง, บ้านหนองสมมติ": "? which",
    "บ้านสวายตัวย่าง": "? like",
    "เทศบาล ๑": "? like",
    "บ้านสวายตัวอย่าง บ้านตาลทดลอง": "? apart",
    "สพป. 1, บ้านสวายตัวอย่าง": "? places",
    "ทุกโรงเรียน ยกเว้น บ้านสวายตัวอย่าง": "? except",
    "ทุกโรงเรียน บ้านสวายตัวอย่าง": "? unknown",
    "ผอ. เขต 1 และผู้ตรวจทุกเขต": "? mixed",
    "ผู้ตรวจ บ้านสวายตัวอย่าง": "? officers",
    "ก" * 3000: "? long",
}  # fmt: skip


def test_it_is_read_as_it_is_typed_or_asked(scene: Scene) -> None:
    assert {words: scene.said(words) for words in READ} == READ


def test_an_office_reaches_its_own_only(scene: Scene) -> None:
    expected = {
        "ทุกโรงเรียน": f"ผอ. · {TWO}", "ผู้ตรวจ": f"ผู้ตรวจ · {TWO}", "เขต 2": f"ผอ. · {TWO}", "ทั้งหมด": f"ผอ. · {TWO}",
        "บ้านสวายตัวอย่าง": "ผอ. · บ้านสวายตัวอย่าง", "สพป.": f"ผอ. · {TWO}",
    }  # fmt: skip
    assert {words: scene.said(words, TWO) for words in expected} == expected
    for words in ("ทั้งจังหวัด", "ผู้ตรวจทุกเขต", "เขต 3", "สพม.", "บ้านภูสมมติ", "1031991002", "เขต 2 และ 3", "เอกชน"):
        doubt = scene.doubt(words, TWO)
        assert (doubt.why, doubt.names) == (Why.OUTSIDE, (TWO,)), words
        assert "นอกสังกัดของท่าน" in why(doubt)
        assert TWO in why(doubt)


def test_a_group_reaches_its_offices(scene: Scene) -> None:
    office = agencies.add(scene.db, "main", "เทศบาลเมืองนางรอง")
    scene.book = agencies.book(scene.db, "main")
    found = scene.reads("ท้องถิ่น")
    assert isinstance(found, Audience)
    assert found.agencies == frozenset(scene.book.below(scene.book.find(LOCAL) or 0))
    assert office in (found.agencies or ())
    assert scene.said("ทุกโรงเรียน", LOCAL) == f"ผอ. · {LOCAL}"


@pytest.mark.parametrize("answer", ["2", "๒", "นางรอง", "อ.นางรอง", "เขต 3", "บ้านหนองสมมติ นางรอง"])
def test_of_equal_names_one_is_told_by_number_or_place(scene: Scene, answer: str) -> None:
    doubt = scene.doubt("ผอ.บ้านสวายตัวอย่าง, บ้านหนองสมมติ")
    assert [one.label.split(" (")[0] for one in doubt.options] == ["บ้านหนองสมมติ อ.ลำปลายมาศ", "บ้านหนองสมมติ อ.นางรอง"]
    assert "2. บ้านหนองสมมติ อ.นางรอง" in why(doubt)
    found = answered(scene.db, "main", doubt.memo(), answer, None, scene.now)
    assert isinstance(found, Audience)
    assert {one.code for one in _schools(scene, found)} == {"1031992003", "1031993002"}


def _schools(scene: Scene, to: Audience) -> list[Any]:
    return list(scene.db.execute(schools.select().where(schools.c.id.in_(to.schools))))


def test_of_equal_areas_one_is_told_too(scene: Scene) -> None:
    agencies.add(scene.db, "main", "สพม.บุรีรัมย์ เขต 2")
    doubt = scene.doubt("ผอ. เขต 1 2 กับเอกชน")
    assert [one.label for one in doubt.options] == [TWO, "สพม.บุรีรัมย์ เขต 2"]
    found = answered(scene.db, "main", doubt.memo(), "2", None, scene.now)
    assert isinstance(found, Audience)
    assert describe(scene.db, "main", found) == f"ผอ. · {ONE}, {PRIVATE}, สพม.บุรีรัมย์ เขต 2"


def test_another_answer_is_read_anew(scene: Scene) -> None:
    memo = scene.doubt("บ้านหนองสมมติ").memo()
    for words, said in {"เอกชน": f"ผอ. · {PRIVATE}", "บ้านสวายตัวอย่าง": "ผอ. · บ้านสวายตัวอย่าง"}.items():
        found = answered(scene.db, "main", memo, words, None, scene.now)
        assert isinstance(found, Audience)
        assert describe(scene.db, "main", found) == said
    assert isinstance(answered(scene.db, "main", memo, "7", None, scene.now), Doubt)


def test_a_yes_takes_the_only_one_that_resembles(scene: Scene) -> None:
    doubt = scene.doubt("บ้านแสลงจำลงอ")
    assert "พิมพ์ “ใช่”" in why(doubt)
    found = answered(scene.db, "main", doubt.memo(), "ใช่ครับ", None, scene.now)
    assert isinstance(found, Audience)
    assert [one.name for one in _schools(scene, found)] == ["บ้านแสลงจำลอง"]


def test_a_closed_school_is_named_as_closed(scene: Scene) -> None:
    scene.db.execute(update(schools).where(schools.c.code == "1031992003").values(closed_at=scene.now))
    doubt = scene.doubt("บ้านสวายตัวอย่าง")
    assert doubt.why == Why.CLOSED
    assert "ยุบรวม" in why(doubt)
    assert scene.said("บ้านหนองสมมติ นางรอง") == "ผอ. · บ้านหนองสมมติ"


def test_many_schools_are_counted(scene: Scene) -> None:
    names = [one.name for one in demo() if one.name != "บ้านหนองสมมติ"]
    assert scene.said(", ".join(names)) == f"ผอ. · โรงเรียนที่ระบุ {len(names)} แห่ง"


WORDS = some.lists(
    some.sampled_from(
        ["ทุก", "ผอ.", "ผู้ตรวจ", "เขต", "1", "3", "๒", "-", ",", "และ", "กับ", "สพป.", "สพม.", "เอกชน", "บ้านหนองสมมติ",
         "นางรอง", "บ้านสวายตัวอย่าง", "ทั้งจังหวัด", "ทุกโรงเรียน", "\n", " ", "(", "อ.", "1031993002",
         "ยกเว้น", "ใน", "ก", "โรงเรียน"]
    ),
    max_size=9,
).map("".join)  # fmt: skip


def test_whatever_is_typed_stays_within_reach_and_has_an_answer(scene: Scene) -> None:
    within = scene.reach(TWO)
    own = {one.id for one in scene.db.execute(schools.select()) if one.agency_id in (within or ())}

    @given(WORDS | some.text(max_size=60))
    def holds(words: str) -> None:
        found = scene.reads(words, TWO)
        if isinstance(found, Doubt):
            assert why(found)
        else:
            assert found.agencies is not None
            assert within is not None
            assert found.agencies <= within
            assert found.schools <= own
            assert found.roles <= {*DIRECTORS, Role.DELEGATE, Role.VERIFIER, Role.COORDINATOR}
            assert describe(scene.db, "main", found)

    holds()

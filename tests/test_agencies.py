"""Agencies: a tree, and the many names they go by."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, insert

from handlers import agencies
from handlers.agency_names import parsed
from models.programme import channels
from models.store import Store

NOW = datetime(2026, 6, 22, 2, 10, tzinfo=UTC)
SEVEN = (*(f"สพป.บุรีรัมย์ เขต {n}" for n in (1, 2, 3, 4)), "สพม.บุรีรัมย์", "สช.", "อปท.")


@pytest.fixture
def db(store: Store):
    with store.write() as db:
        for channel in ("main", "noise"):
            db.execute(insert(channels), {"id": channel, "name": channel, "created_at": NOW})
            for name in SEVEN:
                agencies.add(db, channel, name)
        yield db


def found(db: Connection, words: str) -> str | None:
    agency = agencies.find(db, "main", words)
    return None if agency is None else agencies.book(db, "main").names[agency]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        *((name, name) for name in SEVEN),
        ("สพป บร 3", "สพป.บุรีรัมย์ เขต 3"),
        ("สพป.บร.๓", "สพป.บุรีรัมย์ เขต 3"),
        ("สพป.บร 1", "สพป.บุรีรัมย์ เขต 1"),
        ("บร1", "สพป.บุรีรัมย์ เขต 1"),
        ("บร. ๑", "สพป.บุรีรัมย์ เขต 1"),
        ("เขต ๑", "สพป.บุรีรัมย์ เขต 1"),
        ("เขต4", "สพป.บุรีรัมย์ เขต 4"),
        ("ส.พ.ป. บุรีรัมย์ เขต ๑", "สพป.บุรีรัมย์ เขต 1"),
        ("สพป.บุรีรัมย์เขต1", "สพป.บุรีรัมย์ เขต 1"),
        ("สังกัด สพป.บุรีรัมย์ เขตที่ 2", "สพป.บุรีรัมย์ เขต 2"),
        ("สำนักงานเขตพื้นที่การศึกษาประถมศึกษาบุรีรัมย์ เขต ๑", "สพป.บุรีรัมย์ เขต 1"),
        ("สพม.บร", "สพม.บุรีรัมย์"),
        ("สพม.32", "สพม.บุรีรัมย์"),
        ("สพม.๓๒ (เดิม)", "สพม.บุรีรัมย์"),
        ("สพม", "สพม.บุรีรัมย์"),
        ("สช", "สช."),
        ("เอกชน", "สช."),
        ("อปท", "อปท."),
        ("เทศบาล", "อปท."),
        ("อบจ.", "อปท."),
        ("องค์กรปกครองส่วนท้องถิ่น", "อปท."),
        # What may be several, or nothing here, is not found.
        ("สพป.", None),
        ("สพป.บุรีรัมย์", None),
        ("เขต 5", None),
        ("สพป.สุรินทร์ เขต 1", None),
        ("บุรีรัมย์", None),
        ("สพม.31", None),
        ("1", None),
        ("", None),
        ("อะไรก็ได้", None),
    ],
)
def test_is_found_by_any_of_its_names(db: Connection, words: str, name: str | None):
    assert found(db, words) == name


def test_an_office_stands_under_its_group(db: Connection):
    office = agencies.add(db, "main", "เทศบาลเมืองนางรอง")
    book = agencies.book(db, "main")
    group = book.find("อปท.")
    assert group is not None
    assert (book.above(office), book.below(group)) == ([office, group], {group, office})
    assert book.find("ทม.นางรอง") == office
    assert book.find("เทศบาล") == group


def test_a_group_is_added_with_its_first_office(store: Store):
    with store.write() as db:
        db.execute(insert(channels), {"id": "main", "name": "main", "created_at": NOW})
        office = agencies.add(db, "main", "อบจ.สมมติ")
        book = agencies.book(db, "main")
        assert [book.names[one] for one in book.above(office)] == ["อบจ.สมมติ", "อปท."]


def test_another_name_is_kept_once_and_found_in_its_own_province_only(db: Connection):
    agency = agencies.find(db, "main", "เขต 2")
    assert agency is not None
    assert agencies.also_called(db, "main", agency, ["เขตประโคนชัย", "เขต ประโคนชัย", "สพป.บร 2"]) == 2
    assert agencies.also_called(db, "main", agency, ["เขตประโคนชัย"]) == 0
    assert found(db, "เขตประโคนชัย") == "สพป.บุรีรัมย์ เขต 2"
    assert agencies.find(db, "noise", "เขตประโคนชัย") is None
    assert agencies.book(db, "main").all_names(agency)[0] == "สพป.บุรีรัมย์ เขต 2"


@pytest.mark.parametrize(
    ("words", "name", "left"),
    [
        ("สพป บร 3 ร.ร. ภูสมมติ", "สพป.บุรีรัมย์ เขต 3", "ร.ร. ภูสมมติ"),
        ("บ้านหนองสมมติ บร1", "สพป.บุรีรัมย์ เขต 1", "บ้านหนองสมมติ"),
        ("บ้านหนองสมมติ เขต ๓", "สพป.บุรีรัมย์ เขต 3", "บ้านหนองสมมติ"),
        ("เทศบาล ๑ สมมติราษฎร์บำรุง", None, "เทศบาล ๑ สมมติราษฎร์บำรุง"),
        ("อบจ.จำลองอนุสรณ์ กระสัง", None, "อบจ.จำลองอนุสรณ์ กระสัง"),
        ("นิคมสมมติ ๑", None, "นิคมสมมติ ๑"),
        ("บ้านหนองสมมติ", None, "บ้านหนองสมมติ"),
    ],
)
def test_is_found_beside_a_school(db: Connection, words: str, name: str | None, left: str):
    agency, rest = agencies.book(db, "main").split(words)
    assert (agency and agencies.book(db, "main").names[agency], rest) == (name, left)


@pytest.mark.parametrize("name", [*SEVEN, "สพป.สมมติ เขต 1", "เทศบาลเมืองนางรอง", "อบจ.บุรีรัมย์"])
def test_the_usual_name_comes_back_as_it_is(name: str):
    assert parsed(name).short == name

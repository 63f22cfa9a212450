"""Invites: what is a code, who may use it, and how guessing is slowed down."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, func, insert, select

from handlers import invites
from handlers.invites import ALPHABET, Invited, Reason, Redeemed, Refused, WrongBorder, looks_like_code
from models.audit import audit
from models.people import Role, agencies, memberships, people, schools
from models.people import invites as rows
from models.programme import channels
from models.store import Store

NOW = datetime(2026, 1, 5, 2, 10, tzinfo=UTC)
codes = st.text(ALPHABET, min_size=10, max_size=10)


def channel(db: Connection, name: str) -> dict[str, int]:
    """A province with an agency, a school and two people."""
    db.execute(insert(channels), {"id": name, "name": name, "created_at": NOW})

    def add(table, **row) -> int:
        return db.execute(insert(table).returning(table.c.id), {"channel_id": name, **row}).scalar_one()

    agency = add(agencies, name="สพป.สมมติ เขต 1")
    school = add(schools, agency_id=agency, code="1031991001", name="บ้านสมมติ", district="เมืองตัวอย่าง")
    somsri, somsak = (add(people, line_user_id=who, created_at=NOW) for who in ("U1", "U2"))
    return {"agency": agency, "school": school, "somsri": somsri, "somsak": somsak}


@pytest.fixture
def db(store: Store):
    with store.write() as db:
        yield db


@pytest.fixture
def place(db: Connection) -> dict[str, int]:
    """The province the test is about; a noisy second one stands beside it."""
    noise = channel(db, "noise")
    invites.create(db, "noise", school_id=noise["school"], role=Role.DIRECTOR, now=NOW)
    return channel(db, "main")


@pytest.fixture
def code(db: Connection, place: dict[str, int]) -> str:
    return heard(invites.create(db, "main", school_id=place["school"], role=Role.DIRECTOR, now=NOW))


def heard(shown: str) -> str:
    read = looks_like_code(shown)
    assert read is not None
    return read


class TestWhatIsACode:
    def test_a_new_one_reads_back_with_and_without_its_prefix(self):
        for shown in (invites.new_code() for _ in range(200)):
            assert looks_like_code(shown) == shown.removeprefix("RG-").replace("-", "")
            assert looks_like_code(shown.removeprefix("RG-")) == looks_like_code(shown)

    @given(codes.filter(lambda code: not set(code).isdisjoint("23456789")), st.sampled_from(["-", " ", "–", " - ", ""]))
    def test_however_it_is_typed(self, code: str, between: str):
        typed = f"rg{between}{code[:5]}{between}{code[5:]}".lower()
        assert looks_like_code(typed) == code
        assert looks_like_code(f"รหัส {typed} ครับ") == code
        assert looks_like_code(typed.translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))) == code
        assert looks_like_code(typed.replace("0", "o").replace("1", "l")) == code

    @pytest.mark.parametrize(
        "text",
        [
            "", "รายงาน", "1031991001", "081-234-5678", "๑๐๓๑๙๙๑๐๐๑", "everything", "attendance", "ข้อ 3", "3",
            "นักเรียน RG อ่านออก 12345 คน", "RG", "ORG-12345-67890X", "A" * 5000, "RG-" + "1" * 200,
        ],
    )  # fmt: skip
    def test_what_is_none(self, text: str):
        assert looks_like_code(text) is None

    def test_one_letter_too_few_is_still_an_attempt(self):
        assert looks_like_code("RG-ABCD-12345") == "ABCD12345"

    @given(st.text(max_size=120))
    def test_any_text_is_read_without_trouble(self, text: str):
        assert (looks_like_code(text) or "X").isascii()


class TestTaking:
    def test_shows_the_school_then_joins_once(self, db: Connection, place: dict[str, int], code: str):
        seen = invites.look(db, "main", code, place["somsri"], NOW)
        assert isinstance(seen, Invited)
        assert (seen.name, seen.district, seen.agency) == ("บ้านสมมติ", "เมืองตัวอย่าง", "สพป.สมมติ เขต 1")
        taken = [invites.redeem(db, "main", code, place["somsri"], NOW) for _ in range(2)]
        assert taken[0] == taken[1]
        [joined] = db.execute(select(memberships)).all()
        assert (joined.person_id, joined.school_id, joined.role) == (place["somsri"], place["school"], "director")

    def test_a_second_person_is_refused(self, db: Connection, place: dict[str, int], code: str):
        seen = invites.look(db, "main", code, place["somsak"], NOW)
        assert isinstance(seen, Invited)
        assert isinstance(invites.redeem(db, "main", code, place["somsri"], NOW), Redeemed)
        assert invites.redeem(db, "main", code, place["somsak"], NOW) == Refused(Reason.USED)
        assert invites.accept(db, "main", seen.invite_id, place["somsak"], NOW) == Refused(Reason.USED)
        assert db.scalar(select(func.count()).select_from(memberships)) == 1

    def test_of_eight_at_once_one_wins(self, store: Store):
        with store.write() as db:
            place = channel(db, "main")
            code = heard(invites.create(db, "main", school_id=place["school"], role=Role.DIRECTOR, now=NOW))
            rows = [{"channel_id": "main", "line_user_id": f"R{n}", "created_at": NOW} for n in range(8)]
            racers = [db.execute(insert(people).returning(people.c.id), row).scalar_one() for row in rows]

        def try_it(person: int) -> Redeemed | Refused:
            with store.write() as db:
                return invites.redeem(db, "main", code, person, NOW)

        with ThreadPoolExecutor(len(racers)) as pool:
            said = list(pool.map(try_it, racers))
        assert [type(one) for one in said].count(Redeemed) == 1
        assert said.count(Refused(Reason.USED)) == 7

    def test_it_expires(self, db: Connection, place: dict[str, int], code: str):
        later = NOW + timedelta(days=30)
        assert invites.redeem(db, "main", code, place["somsri"], later) == Refused(Reason.EXPIRED)
        assert isinstance(invites.redeem(db, "main", code, place["somsri"], later - timedelta(seconds=1)), Redeemed)

    def test_it_opens_nothing_in_another_province(self, db: Connection, place: dict[str, int], code: str):
        stranger = db.execute(select(people.c.id).where(people.c.channel_id == "noise")).scalars().first()
        assert stranger is not None
        assert invites.redeem(db, "noise", code, stranger, NOW) == Refused(Reason.UNKNOWN)

    def test_the_code_itself_is_kept_nowhere(self, db: Connection, place: dict[str, int], code: str):
        invites.redeem(db, "main", code, place["somsri"], NOW)
        kept = str(db.execute(select(rows)).all()) + str(db.execute(select(audit)).all())
        assert code not in kept.replace("-", "")

    def test_each_step_is_on_the_trail(self, db: Connection, place: dict[str, int], code: str):
        invites.redeem(db, "main", code, place["somsri"], NOW)
        invites.redeem(db, "main", code, place["somsak"], NOW)
        trail = db.execute(select(audit.c.action, audit.c.person_id).where(audit.c.channel_id == "main")).all()
        assert [tuple(step) for step in trail] == [
            ("invite.created", None), ("invite.redeemed", place["somsri"]), ("invite.refused", place["somsak"]),
        ]  # fmt: skip


class TestGuessing:
    def wrong(self, db: Connection, place: dict[str, int], times: int, now: datetime = NOW) -> Refused:
        said = [invites.redeem(db, "main", f"AB{n:08}", place["somsri"], now) for n in range(times)][-1]
        assert isinstance(said, Refused)
        return said

    def test_the_fifth_wrong_code_brings_a_pause_in_which_even_a_right_one_waits(self, db, place, code):
        assert self.wrong(db, place, 4) == Refused(Reason.UNKNOWN)
        pause = Refused(Reason.TOO_MANY, NOW + timedelta(minutes=15))
        assert self.wrong(db, place, 1) == pause
        assert invites.redeem(db, "main", code, place["somsri"], NOW + timedelta(minutes=14)) == pause
        assert isinstance(invites.redeem(db, "main", code, place["somsak"], NOW), Redeemed)

    def test_the_pauses_grow_to_a_day(self, db, place):
        now, pauses = NOW, []
        for _ in range(9):
            said = self.wrong(db, place, 5, now)
            assert said.again_at is not None
            pauses.append((said.again_at - now) / timedelta(minutes=15))
            now = said.again_at
        assert pauses == [1, 2, 4, 8, 16, 32, 64, 96, 96]

    def test_a_right_code_starts_the_count_anew_but_only_once(self, db, place, code):
        self.wrong(db, place, 4)
        assert isinstance(invites.redeem(db, "main", code, place["somsri"], NOW), Redeemed)
        assert self.wrong(db, place, 4).reason == Reason.UNKNOWN
        assert isinstance(invites.redeem(db, "main", code, place["somsri"], NOW), Redeemed)
        assert self.wrong(db, place, 1).reason == Reason.TOO_MANY


class TestGiving:
    def test_each_role_has_its_place(self, db, place):
        invites.create(db, "main", school_id=place["school"], role=Role.DELEGATE, now=NOW)
        invites.create(db, "main", agency_id=place["agency"], role=Role.VERIFIER, now=NOW)
        invites.create(db, "main", role=Role.COORDINATOR, now=NOW)
        invites.create(db, "main", agency_id=place["agency"], role=Role.COORDINATOR, now=NOW)
        invites.create(db, "main", agency_id=place["agency"], role=Role.VIEWER, now=NOW)

    @pytest.mark.parametrize(
        ("role", "at"),
        [
            (Role.DIRECTOR, {}),
            (Role.VERIFIER, {"school_id": "school"}),
            (Role.COORDINATOR, {"school_id": "school"}),
            (Role.OPERATOR, {"agency_id": "agency"}),
            (Role.VERIFIER, {}),
        ],
    )
    def test_and_no_other(self, db, place, role, at):
        with pytest.raises(WrongBorder):
            invites.create(db, "main", role=role, now=NOW, **{key: place[name] for key, name in at.items()})

    def test_no_school_across_the_border(self, db, place):
        theirs = db.scalar(select(schools.c.id).where(schools.c.channel_id == "noise"))
        with pytest.raises(WrongBorder):
            invites.create(db, "main", school_id=theirs, role=Role.DIRECTOR, now=NOW)

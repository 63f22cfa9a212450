"""Who is invited where, and the links that open the chat."""

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import segno
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from bot import join, links
from bot.roster_files import DEMO, read_table
from handlers import invites, inviting, roster
from handlers.inviting import NotFound, Place
from models.people import Role, schools
from models.programme import MAIN
from models.store import Store

NOW = datetime(2026, 6, 22, 2, 10, tzinfo=UTC)


def test_every_role_has_a_place():
    places = {role: inviting.place_of(role) for role in Role}
    assert [role for role, place in places.items() if place is Place.SCHOOL] == [
        Role.DIRECTOR, Role.ACTING, Role.DELEGATE,
    ]  # fmt: skip
    assert [role for role, place in places.items() if place is Place.AGENCY] == [Role.VERIFIER]


def test_a_code_for_each_school_of_an_agency(store: Store):
    with store.write() as db:
        roster.import_roster(db, MAIN, roster.read(read_table(DEMO)), NOW)
        issued = inviting.issue(db, MAIN, Role.ACTING, NOW, agency="อปท.")
        assert [one.school for one in issued] == ["3031997001", "3031997002", "3031997003"]
        assert all(invites.looks_like_code(one.code) for one in issued)
        with pytest.raises(NotFound, match="9999999999"):
            inviting.issue(db, MAIN, Role.DIRECTOR, NOW, school="9999999999")


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.VERIFIER, Role.VIEWER])
@pytest.mark.parametrize("words", ["สพป.บุรีรัมย์ เขต 1", "บร1", "สพป บร ๑"])
def test_an_agency_is_named_as_people_do(store: Store, role: Role, words: str):
    with store.write() as db:
        roster.import_roster(db, MAIN, roster.read(read_table(DEMO)), NOW)
        (issued,) = inviting.issue(db, MAIN, role, NOW, agency=words)
    assert (issued.school, issued.name, issued.role) == (None, "สพป.บุรีรัมย์ เขต 1", role)


def test_an_agency_in_doubt_is_none_and_the_known_ones_are_told(store: Store):
    with store.write() as db:
        roster.import_roster(db, MAIN, roster.read(read_table(DEMO)), NOW)
        for words in ("สพป.", "สพป.สุรินทร์ เขต 1", "บ้านหนองสมมติ"):
            with pytest.raises(NotFound, match=r"สพป\.บุรีรัมย์ เขต 4"):
                inviting.issue(db, MAIN, Role.COORDINATOR, NOW, agency=words)


def test_nobody_is_invited_to_a_closed_school(store: Store):
    with store.write() as db:
        roster.import_roster(db, MAIN, roster.read(read_table(DEMO)), NOW)
        db.execute(schools.update().where(schools.c.code == "3031997001").values(closed_at=NOW))
        issued = inviting.issue(db, MAIN, Role.DIRECTOR, NOW, agency="อปท.")
        assert [one.school for one in issued] == ["3031997002", "3031997003"]
        with pytest.raises(NotFound, match="a closed one is not"):
            inviting.issue(db, MAIN, Role.DIRECTOR, NOW, school="3031997001")


class TestLinks:
    def test_into_the_chat_with_the_code_typed_in(self):
        url = links.invite_url("RG-ABCDE-12345", "@999raing", "https://raingan.example")
        assert url == "https://line.me/R/oaMessage/%40999raing/?RG-ABCDE-12345"

    @given(st.text(min_size=1), st.text(min_size=1))
    def test_nothing_in_them_breaks_out(self, code: str, basic_id: str):
        parts = urlsplit(links.invite_url(code, basic_id, "https://raingan.example"))
        assert (parts.scheme, parts.netloc, parts.fragment) == ("https", "line.me", "")
        assert unquote(parts.query) == code.encode("utf-8", "replace").decode()

    def test_to_our_own_page_while_the_account_is_not_known(self):
        assert links.invite_url("RG-ABCDE-12345", None, "https://raingan.example") == (
            "https://raingan.example/join/RG-ABCDE-12345"
        )

    def test_the_picture_is_that_of_the_link(self, tmp_path: Path):
        url = links.invite_url(invites.new_code(), "@999raing", "https://raingan.example")
        links.draw_qr(url, tmp_path / "a.png")
        drawn = (tmp_path / "a.png").read_bytes()
        assert drawn.startswith(b"\x89PNG")
        segno.make(url, error="q", micro=False).save(str(tmp_path / "b.png"), scale=8, border=4)
        assert drawn == (tmp_path / "b.png").read_bytes()


class TestThePage:
    @pytest.fixture
    def browser(self):
        app = Flask("test")
        join.add_to(app)
        return app.test_client()

    def test_says_what_to_do_with_the_code(self, browser):
        shown = browser.get("/join/rg-abcde-12345")
        assert shown.status_code == 200
        assert "RG-ABCDE-12345" in shown.text
        assert "ในไลน์" in shown.text
        assert shown.headers["Cache-Control"] == "no-store"

    @pytest.mark.parametrize("code", ["x", "1031991001", "<script>", "%3Cscript%3E"])
    def test_shows_nothing_else(self, browser, code: str):
        shown = browser.get(f"/join/{code}")
        assert shown.status_code == 404
        assert "โปรดเปิดลิงก์" in shown.text
        assert "<output>" not in shown.text

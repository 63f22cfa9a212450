"""A verifier sees the photos and files of a topic, by a link of a few minutes; nobody else, and not a moment longer."""

from datetime import datetime, timedelta
from itertools import product
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import select, update

from bot import files_page
from bot.links import FileLinks
from bot.media import MediaStore, fetch_due
from handlers import shown_files
from handlers.heard import Kind
from handlers.inbox import House
from handlers.messages.values import Act
from handlers.shown_files import Grant
from models.audit import audit
from models.people import Role, agencies, memberships, people
from models.programme import question_sets
from models.report import parts, reports, sendings
from models.store import Store
from tests.media_scene import JPEG, MP4, Line, docx, ok
from tests.province import MAIN, NOISE, Person, Province
from tests.test_talk_requests import office
from tests.whole_report import LONG

SECRETS = {MAIN: ("new secret", "old secret"), NOISE: ("another secret",)}
HOST = "https://bot.example.org"


def secrets_of(channel: str) -> tuple[str, ...]:
    return SECRETS[channel]


@pytest.fixture
def links() -> FileLinks:
    return FileLinks(HOST, secrets_of)


@pytest.fixture
def province(store: Store, now: datetime, links: FileLinks) -> Province:
    return Province(store, now, house=House("test", ack_wait=0.0, link_to=links.make))


@pytest.fixture
def folder(tmp_path: Any) -> str:
    return str(tmp_path / "media")


@pytest.fixture
def web(province: Province, links: FileLinks, folder: str) -> FlaskClient:
    app = Flask("test")
    files_page.add_to(app, links, province.store, folder, lambda: province.now)
    return app.test_client()


@pytest.fixture
def warunee(province: Province, folder: str) -> Person:
    """A director whose topic 1 holds a photo, a film and a document, and topic 2 a photo only the province sees."""
    warunee = province.director()
    warunee.says("รายงาน").says(LONG).sends(Kind.IMAGE).sends(Kind.VIDEO)
    warunee.sends(Kind.FILE, file_name="แผน <b>ปี 69</b>.docx").says("ต่อไป").says(LONG).says("ต่อไป").says("ข้าม")
    for _ in range(4):
        warunee.says(LONG).says("ต่อไป").says(LONG).says("ต่อไป").says("ข้าม")
    warunee.says("เรื่องที่อยากบอกเฉพาะจังหวัด").sends(Kind.IMAGE).says("ให้เห็นเฉพาะจังหวัด").says("ต่อไป")
    fetches(province, folder)
    return warunee.says("ส่ง").says("ยืนยัน").hears("เลขรับ")


def fetches(province: Province, folder: str) -> None:
    """Let the files come from LINE."""
    line, bodies = Line(province.store), {"image": JPEG, "video": MP4, "file": docx()}
    for row in province.rows(parts):
        if row.kind in bodies:
            line.will(row.line_message_id, ok(bodies[row.kind]), channel=row.channel_id)
    fetch_due(province.store, line, MediaStore(folder), lambda: province.now + timedelta(minutes=1))


def link_of(person: Person) -> str:
    """Return the path of the link that the person was given last."""
    address = next(one.action["uri"] for one in person.buttons() if one.action["type"] == "uri")
    assert address.startswith(f"{HOST}/files/")
    return urlsplit(address).path


def opens(person: Person) -> str:
    """Ask for the files of topic 1."""
    return link_of(person.says("คิว").says("1").says("ดูรูป 1").hears("รูปและไฟล์", "1 รูป", "10 นาที"))


def part(province: Province, kind: str, number: int = 0) -> int:
    return int([row.id for row in province.rows(parts) if row.kind == kind][number])


def trail(province: Province) -> list[str]:
    return [row.action for row in province.rows(audit) if row.action.startswith("files.")]


def test_the_photos_of_a_topic_are_shown_as_they_are(
    province: Province, web: FlaskClient, warunee: Person, pranee: Person
) -> None:
    path = opens(pranee)
    page = web.get(path)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store, private"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    words = page.text
    assert "ประเด็นที่ 1 · คุณภาพผู้เรียน" in words
    assert "บ้านสวายตัวอย่าง" in words
    assert "แผน &lt;b&gt;ปี 69&lt;/b&gt;.docx" in words
    photo = web.get(f"{path}/{part(province, 'image')}")
    assert (photo.data, photo.content_type, photo.headers["X-Content-Type-Options"]) == (JPEG, "image/jpeg", "nosniff")
    assert photo.headers["Cache-Control"] == "no-store, private"
    document = web.get(f"{path}/{part(province, 'file')}")
    assert document.data == docx()
    assert document.headers["Content-Disposition"].startswith('attachment; filename="raingan-')
    assert trail(province) == ["files.linked", "files.viewed", "files.viewed", "files.viewed"]


def test_a_film_comes_in_the_pieces_that_a_player_asks_for(
    province: Province, web: FlaskClient, warunee: Person, pranee: Person
) -> None:
    path = f"{opens(pranee)}/{part(province, 'video')}"
    piece = web.get(path, headers={"Range": "bytes=4-11"})
    assert (piece.status_code, piece.data, piece.content_type) == (206, MP4[4:12], "video/mp4")
    assert piece.headers["Content-Range"] == f"bytes 4-11/{len(MP4)}"
    assert web.get(path, headers={"Range": "bytes=9999999-"}).data == MP4


def test_a_button_of_the_topic_does_the_same(province: Province, warunee: Person, pranee: Person) -> None:
    pranee.says("คิว").says("1").says("1").hears("พิมพ์ “ดูรูป”").taps("ดูรูป").hears("1 รูป", "1 วิดีโอ", "1 ไฟล์")
    pranee.says("2").hears_not("ดูรูป").says("ดูรูป").hears("ไม่ได้ส่งรูปหรือไฟล์")
    assert "ดูรูป" not in [button.label for button in pranee.buttons()]


def test_the_address_is_only_on_the_button(province: Province, warunee: Person, pranee: Person) -> None:
    opens(pranee)
    (message,) = [message for message in pranee.turns[-1] if message["type"] == "flex"]
    assert HOST not in message["altText"]


def test_where_the_bot_has_no_address_it_says_so_kindly(province: Province, warunee: Person, pranee: Person) -> None:
    province.house = House("test", ack_wait=0.0)
    pranee.says("คิว").says("1").says("ดูรูป 1").hears("ยังไม่ได้ตั้งที่อยู่เว็บ", "ยังเก็บไว้ครบ")
    assert trail(province) == []


def test_a_file_still_on_its_way_is_said_to_be(province: Province, pranee: Person, web: FlaskClient) -> None:
    warunee = province.director().says("รายงาน").says(LONG)
    warunee.sends(Kind.IMAGE).says("ต่อไป")
    for _ in range(5):
        warunee.says(LONG).says("ต่อไป").says("ข้าม").says(LONG).says("ต่อไป")
    warunee.says("ไม่มี").says("ส่ง").says("ยืนยัน")
    pranee.says("คิว").says("1").says("ดูรูป 1").hears("กำลังรับจากไลน์")


# What a link does not do --------------------------------------------------------------------------------------------


def refused(web: FlaskClient, path: str) -> None:
    answer = web.get(path)
    assert answer.status_code == 410
    assert "พิมพ์ “ดูรูป” อีกครั้ง" in answer.text
    assert b"<img" not in answer.data
    assert JPEG not in answer.data


def test_a_link_ends_after_its_minutes(province: Province, web: FlaskClient, warunee: Person, pranee: Person) -> None:
    path = opens(pranee)
    photo = f"{path}/{part(province, 'image')}"
    province.later(minutes=9)
    assert web.get(photo).status_code == 200
    province.later(minutes=1)
    refused(web, path)
    refused(web, photo)


def test_who_verifies_no_more_sees_no_more(
    province: Province, web: FlaskClient, warunee: Person, pranee: Person
) -> None:
    path = opens(pranee)
    with province.store.write() as db:
        db.execute(update(memberships).where(memberships.c.role == Role.VERIFIER).values(until=province.now))
    refused(web, path)
    refused(web, f"{path}/{part(province, 'image')}")
    assert trail(province)[-1] == "files.refused"


def test_who_came_to_belong_to_the_school_sees_no_more(
    province: Province, web: FlaskClient, warunee: Person, pranee: Person
) -> None:
    path = opens(pranee)
    with province.store.write() as db:
        number = db.execute(select(people.c.id).where(people.c.line_user_id == pranee.user)).scalar_one()
        row = {"channel_id": MAIN, "person_id": number, "school_id": province.school("1031992003")}
        db.execute(memberships.insert(), row | {"role": Role.DELEGATE, "since": province.now})
    refused(web, path)


def test_a_report_put_back_and_withdrawn_shows_nothing(
    province: Province, web: FlaskClient, warunee: Person, pranee: Person
) -> None:
    path = opens(pranee)
    pranee.says("วางไว้ก่อน").hears("คืนคิว")
    warunee.says("ถอนคืน").says("ยืนยัน").hears("ถอนคืนเรียบร้อย")
    refused(web, path)
    warunee.says("ส่ง").says("ยืนยัน")  # another sending: what was granted was the one before
    refused(web, path)


def test_an_unsent_photo_is_gone_at_once(province: Province, web: FlaskClient, warunee: Person, pranee: Person) -> None:
    path = opens(pranee)
    photo = part(province, "image")
    mark = next(row.line_message_id for row in province.rows(parts) if row.id == photo)
    assert web.get(f"{path}/{photo}").data == JPEG
    warunee.unsends(mark)
    refused(web, f"{path}/{photo}")
    assert f"/{photo}" not in web.get(path).text
    assert web.get(f"{path}/{part(province, 'file')}").status_code == 200


def test_a_number_is_only_taken_from_what_the_link_shows(
    province: Province, web: FlaskClient, warunee: Person, pranee: Person
) -> None:
    path = opens(pranee)
    refused(web, f"{path}/{part(province, 'image', 1)}")  # of topic 6, for the province only
    refused(web, f"{path}/{part(province, 'text')}")
    refused(web, f"{path}/9999999")
    for strange in ("..%2F..%2Fetc%2Fpasswd", "../../secret", "1e3", "-1"):
        assert web.get(f"{path}/{strange}").status_code in (404, 405)
    pranee.says("ดูรูป 6").hears_not("1 รูป")


def test_a_link_of_another_channel_or_changed_by_hand_is_none(
    province: Province, web: FlaskClient, warunee: Person, pranee: Person, links: FileLinks
) -> None:
    _, _, channel, token = opens(pranee).split("/")
    refused(web, f"/files/{NOISE}/{token}")
    refused(web, f"/files/nowhere/{token}")
    grant = links.read(channel, token)
    assert grant is not None
    assert FileLinks(HOST, lambda _: ("a guessed secret",)).make(grant) != links.make(grant)
    assert links.read(channel, str(FileLinks(HOST, lambda _: ("guess",)).make(grant)).rpartition("/")[2]) is None
    assert trail(province) == ["files.linked"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=some.integers(0, 400), letter=some.characters(codec="ascii", categories=("L", "N")))
def test_no_changed_letter_is_taken(links: FileLinks, now: datetime, at: int, letter: str) -> None:
    grant = Grant(MAIN, 1, 2, 3, 4, "learners", now.replace(microsecond=0))
    token = str(links.make(grant)).rpartition("/")[2]
    at %= len(token)
    changed = token[:at] + letter + token[at + 1 :]
    found = links.read(MAIN, changed)
    assert found == grant if changed == token else found in (None, grant)  # the last letter of base64 has spare bits


def test_a_link_made_before_the_secret_was_changed_still_holds(links: FileLinks, now: datetime) -> None:
    grant = Grant(MAIN, 1, 2, 3, 4, "learners", now)
    before = FileLinks(HOST, lambda _: ("old secret",)).make(grant)
    assert links.read(MAIN, str(before).rpartition("/")[2]) == grant


@pytest.mark.parametrize(("host", "secret"), [("", "secret"), (HOST, "")])
def test_without_address_or_secret_there_is_no_link(now: datetime, host: str, secret: str) -> None:
    assert FileLinks(host, lambda _: (secret,)).make(Grant(MAIN, 1, 2, 3, 4, "learners", now)) is None


def test_even_a_grant_of_anything_shows_only_what_its_person_may_see(
    province: Province, warunee: Person, pranee: Person
) -> None:
    """Links are signed; should one ever be made for something else, what it shows is decided when it is used."""
    province.verifier("นายไกล ผู้ตรวจสมมติ", "สพป.บุรีรัมย์ เขต 1")
    office(province, Role.COORDINATOR, None)
    topics = [topic["key"] for topic in province.rows(question_sets)[0].body["topics"]]
    of_all = product(
        (MAIN, NOISE),
        [row.id for row in province.rows(people)],
        [row.id for row in province.rows(agencies)],
        [row.id for row in province.rows(reports)],
        [row.id for row in province.rows(sendings)],
        [*topics, "nothing"],
    )
    until = province.now + timedelta(minutes=1)
    with province.store.write() as db:
        shown = [one for one in of_all if shown_files.used(db, Grant(*one, until), province.now)]
    number = next(row.id for row in province.rows(people) if row.line_user_id == pranee.user)
    (sending,) = province.rows(sendings)
    agency = province.agency("สพป.บุรีรัมย์ เขต 2")
    assert shown == [(MAIN, number, agency, sending.report_id, sending.id, topic) for topic in topics[:5]]


def test_only_a_verifier_gets_a_link(province: Province, warunee: Person, pranee: Person) -> None:
    pranee.says("คิว").says("1")
    number = int(pranee.data()[0].partition("r=")[2].partition("&")[0])
    far = province.verifier("นายไกล ผู้ตรวจสมมติ", "สพป.บุรีรัมย์ เขต 1")
    far.posts_back(Act("files", number, "learners").data()).hears("เปิดรายงานนี้ไม่ได้")
    warunee.posts_back(Act("files", number, "learners").data()).hears_not("เปิดดู")
    province.director("นายสุรเดช สมมติบุตร", "1031993002").posts_back(Act("files", number, "learners").data())
    assert trail(province) == []

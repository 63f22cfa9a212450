"""The same over real HTTP: our own connections to LINE's content endpoint, as the stand-in serves it."""

from collections.abc import Iterator

import pytest

from bot import media as fetching
from bot.line.content import ContentGateway
from bot.line.gateway import Gateway
from bot.media import MediaStore, fetch_due
from bot.simulator import TOKEN, Phone, Platform, Server, serve
from bot.simulator.faults import Fault, error, hang, rate_limited, reset_before
from handlers.media import MediaState, Reason
from models.report import PartKind
from models.store import Store
from tests.media_scene import JPEG, VOICE, Clock, Scene, docx

KEPT, GONE, REFUSED = MediaState.KEPT, MediaState.GONE, MediaState.REFUSED


def ignored(path: str, body: bytes, headers: object) -> int:
    """Take a webhook and do nothing: these tests begin when the part is stored."""
    return 200


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def platform(clock: Clock) -> Platform:
    return Platform(webhook=ignored, now=clock)


@pytest.fixture
def server(platform: Platform) -> Iterator[Server]:
    with serve(platform) as server:
        yield server


@pytest.fixture
def phone(platform: Platform) -> Phone:
    phone = platform.phone()
    phone.acts.follow()
    return phone


@pytest.fixture
def files() -> MediaStore:
    return MediaStore("memory://")


@pytest.fixture
def tick(store: Store, server: Server, files: MediaStore, clock: Clock) -> "Tick":
    line = ContentGateway(Gateway(lambda channel: TOKEN, host=server.url, timeouts=(1.0, 0.3)))
    return Tick(store, line, files, clock)


class Tick:
    """A worker that looks for work when it is told so."""

    def __init__(self, store: Store, line: ContentGateway, files: MediaStore, clock: Clock) -> None:
        self.store, self.line, self.files, self.clock = store, line, files, clock

    def __call__(self, minutes: float = 0) -> dict[str, int]:
        self.clock.forward(minutes=minutes)
        return dict(fetch_due(self.store, self.line, self.files, self.clock))


@pytest.fixture
def scene(store: Store) -> Scene:
    return Scene(store)


def test_a_photo_travels_from_the_phone_to_the_store(scene: Scene, phone: Phone, tick: Tick, files: MediaStore) -> None:
    part = scene.sends(phone.acts.media("image", JPEG))
    assert tick() == {"kept": 1}
    row = scene.row(part)
    assert (row.state, row.size, b"".join(files.chunks(row.path))) == (KEPT, len(JPEG), JPEG)


def test_a_file_is_counted_as_it_comes(
    scene: Scene, phone: Phone, tick: Tick, files: MediaStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = docx()
    monkeypatch.setitem(fetching.LIMITS, PartKind.FILE, len(content))
    fits = scene.sends(phone.acts.media("file", content, name="../../etc/passwd"), PartKind.FILE)
    too_big = scene.sends(phone.acts.media("file", content + b"\0", name="b.docx"), PartKind.FILE)
    assert tick() == {"kept": 1, "refused": 1}
    assert scene.state(too_big) == (REFUSED, Reason.TOO_BIG)
    assert files.paths() == [f"main/2026-01/{fits}.docx"]


def test_a_voice_note_is_waited_for_until_line_has_prepared_it(scene: Scene, phone: Phone, tick: Tick) -> None:
    part = scene.sends(phone.acts.media("audio", VOICE), PartKind.AUDIO)
    assert tick() == {"again": 1}
    assert tick(minutes=1) == {"kept": 1}
    assert scene.row(part).path.endswith(".m4a")


def test_what_was_unsent_is_not_given(scene: Scene, phone: Phone, tick: Tick) -> None:
    message = phone.acts.media("image", JPEG)
    part = scene.sends(message)
    phone.acts.unsend(message)
    assert tick() == {"gone": 1}
    assert scene.state(part) == (GONE, Reason.UNSENT)


def test_what_line_does_not_know_is_not_asked_for_again(scene: Scene, platform: Platform, tick: Tick) -> None:
    part = scene.sends("999999999")
    assert tick() == {"gone": 1}
    assert scene.state(part) == (GONE, Reason.UNKNOWN)
    assert tick(minutes=600) == {}


@pytest.mark.parametrize(
    "fault",
    [error(500), error(503), rate_limited(), reset_before(), hang(1.0)],
    ids=["500", "503", "429", "cut", "hang"],
)
def test_trouble_on_the_way_costs_only_time(
    fault: Fault, scene: Scene, phone: Phone, platform: Platform, tick: Tick
) -> None:
    part = scene.sends(phone.acts.media("image", JPEG))
    platform.faults.queue("content", fault)
    assert tick() == {"again": 1}
    assert tick(minutes=1) == {"kept": 1}
    assert scene.state(part) == (KEPT, None)


def test_a_changed_access_token_costs_only_time(scene: Scene, phone: Phone, platform: Platform, tick: Tick) -> None:
    part = scene.sends(phone.acts.media("image", JPEG))
    platform.main.token = "another"
    assert tick() == {"again": 1}
    platform.main.token = TOKEN
    assert tick(minutes=1) == {"kept": 1}
    assert scene.state(part) == (KEPT, None)

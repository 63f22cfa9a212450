"""Files that people send: fetched once, whatever LINE answers and whoever dies on the way."""

import re
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import IO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import media as fetching
from bot.media import LIMITS, MediaStore, delete_due, fetch_due, path_of
from handlers import media
from handlers.media import LONGEST_WAIT, MOST_TRIES, MediaState, Reason
from models.report import PartKind, answers, parts
from models.store import Store
from tests.media_scene import (
    JPEG,
    MP4,
    START,
    VOICE,
    Answer,
    Clock,
    Killed,
    Line,
    Scene,
    docx,
    new_answer,
    ok,
    raising,
    timeout,
)

KEPT, REFUSED, GONE, WAITING = MediaState.KEPT, MediaState.REFUSED, MediaState.GONE, MediaState.WAITING
SLOW = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def scene(store: Store) -> Scene:
    return Scene(store)


@pytest.fixture
def line(store: Store) -> Line:
    return Line(store)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def files() -> MediaStore:
    return MediaStore("memory://")


class Worker:
    """A worker's life: ticks, with time between them."""

    def __init__(self, store: Store, line: Line, files: MediaStore, clock: Clock) -> None:
        self.store, self.line, self.files, self.clock = store, line, files, clock

    def tick(self, limit: int = fetching.BATCH) -> Counter[str]:
        done = fetch_due(self.store, self.line, self.files, self.clock, limit)
        assert self.line.open == 0
        return done

    def survive(self) -> None:
        try:
            self.tick()
        except Killed:
            self.line.open = 0

    def go_on(self, ticks: int = MOST_TRIES + 2) -> None:
        for _ in range(ticks):
            self.clock.forward(hours=4)
            self.survive()
        delete_due(self.store, self.files, self.clock)


@pytest.fixture
def worker(store: Store, line: Line, files: MediaStore, clock: Clock) -> Worker:
    return Worker(store, line, files, clock)


def body(files: MediaStore, path: str) -> bytes:
    return b"".join(files.chunks(path))


def test_a_photo_is_fetched_and_kept_once(scene: Scene, line: Line, worker: Worker, files: MediaStore) -> None:
    line.will("100", ok(JPEG))
    part = scene.sends("100")

    assert worker.tick() == {"kept": 1}
    assert worker.tick() == {}

    row = scene.row(part)
    assert (row.state, row.content_type, row.size) == (KEPT, "image/jpeg", len(JPEG))
    assert files.paths() == [row.path] == [f"main/2026-01/{part}.jpg"]
    assert body(files, row.path) == JPEG


@pytest.mark.parametrize(
    ("kind", "content", "extension"),
    [
        (PartKind.VIDEO, MP4, "mp4"),
        (PartKind.AUDIO, VOICE, "m4a"),
        (PartKind.AUDIO, MP4, "m4a"),
        (PartKind.FILE, docx(), "docx"),
    ],
)
def test_voice_video_and_files_are_kept_under_their_true_type(
    kind: PartKind, content: bytes, extension: str, scene: Scene, line: Line, worker: Worker
) -> None:
    line.will("100", ok(content))
    part = scene.sends("100", kind)
    worker.tick()
    assert scene.row(part).path == f"main/2026-01/{part}.{extension}"


def test_provinces_keep_apart(scene: Scene, line: Line, worker: Worker, files: MediaStore) -> None:
    line.will("100", ok(JPEG))
    line.will("200", ok(JPEG + b"\0"), channel="sakaeo")
    ours, theirs = scene.sends("100"), scene.sends("200", channel="sakaeo")
    worker.tick()
    assert files.paths() == [f"main/2026-01/{ours}.jpg", f"sakaeo/2026-01/{theirs}.jpg"]


def test_what_line_is_still_preparing_is_asked_for_again_soon(
    scene: Scene, line: Line, worker: Worker, clock: Clock
) -> None:
    line.will("100", Answer(202), Answer(202), ok(VOICE))
    part = scene.sends("100", PartKind.AUDIO)

    assert worker.tick() == {"again": 1}
    assert worker.tick() == {}
    clock.forward(seconds=7)
    assert worker.tick() == {"again": 1}
    clock.forward(seconds=13)
    assert worker.tick() == {"kept": 1}
    assert scene.state(part) == (KEPT, None)


@pytest.mark.parametrize(
    ("status", "reason"),
    [(404, Reason.UNKNOWN), (410, Reason.UNSENT), (400, Reason.REJECTED), (405, Reason.REJECTED)],
)
def test_a_lasting_no_is_not_asked_twice(status: int, reason: Reason, scene: Scene, line: Line, worker: Worker) -> None:
    line.will("100", Answer(status))
    part = scene.sends("100")
    worker.go_on(3)
    assert scene.state(part) == (GONE, reason)
    assert line.asked["100"] == 1


@pytest.mark.parametrize(
    "answer",
    [
        *map(Answer, (401, 403, 408, 429, 500, 502, 503, 301)),
        timeout(),
        Answer(200, (JPEG[:50],), then=raising(fetching.Unreachable("cut"))),
        Answer(200, (JPEG[:50],), length=len(JPEG)),
    ],
)
def test_a_passing_no_is_tried_again(
    answer: Answer, scene: Scene, line: Line, worker: Worker, files: MediaStore
) -> None:
    line.will("100", answer, ok(JPEG))
    part = scene.sends("100")
    assert worker.tick() == {"again": 1}
    assert files.paths() == []
    worker.go_on(1)
    assert scene.state(part) == (KEPT, None)


def test_after_two_days_of_trouble_it_gives_up(scene: Scene, line: Line, worker: Worker) -> None:
    line.will("100", Answer(500))
    part = scene.sends("100")
    worker.go_on()
    assert scene.state(part) == (GONE, Reason.UNREACHABLE)
    assert line.asked["100"] == MOST_TRIES


def test_waits_double_up_to_three_hours_and_add_up_to_two_days() -> None:
    waits = [media.wait(tries, 0.5) for tries in range(1, MOST_TRIES)]
    assert waits[:3] == [timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20)]
    assert max(waits) == LONGEST_WAIT
    assert timedelta(hours=36) < sum(waits, timedelta()) < timedelta(hours=48)


@given(tries=st.integers(1, 10_000), chance=st.floats(0, 1, exclude_max=True))
def test_chance_spreads_a_wait_by_a_quarter_at_most(tries: int, chance: float) -> None:
    middle = media.wait(tries, 0.5)
    assert middle * 0.74 < media.wait(tries, chance) < middle * 1.26


def test_a_store_that_is_full_is_tried_again(
    scene: Scene, line: Line, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    line.will("100", ok(JPEG))
    part = scene.sends("100")
    with monkeypatch.context() as broken:
        broken.setattr("obstore.put", full)
        assert worker.tick() == {"again": 1}
    worker.go_on(1)
    assert scene.state(part) == (KEPT, None)


def test_one_file_that_breaks_us_does_not_stop_the_others(
    scene: Scene, line: Line, worker: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    line.will("100", Answer(200, then=raising(ZeroDivisionError())), ok(JPEG))
    line.will("101", ok(JPEG))
    first, second = scene.sends("100"), scene.sends("101")

    assert worker.tick() == {"broken": 1, "kept": 1}
    assert "ZeroDivisionError" in caplog.text
    assert scene.state(second) == (KEPT, None)
    worker.go_on(1)
    assert scene.state(first) == (KEPT, None)


def test_a_file_that_kills_every_worker_is_given_up(scene: Scene, line: Line, worker: Worker) -> None:
    line.will("100", Answer(200, then=raising(Killed())))
    part = scene.sends("100")
    worker.go_on()
    assert scene.state(part) == (GONE, Reason.UNREACHABLE)
    assert line.asked["100"] == MOST_TRIES


# --- refused ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "content", "reason"),
    [
        (PartKind.IMAGE, b"", Reason.EMPTY),
        (PartKind.FILE, b"", Reason.EMPTY),
        (PartKind.IMAGE, docx(), Reason.MISTYPED),
        (PartKind.FILE, b"MZ\x90\x00\x03\x00", Reason.TYPE),
        (PartKind.IMAGE, JPEG + docx(), Reason.POLYGLOT),
    ],
)
def test_what_we_do_not_take_is_refused_with_its_reason_and_leaves_nothing(
    kind: PartKind, content: bytes, reason: Reason, scene: Scene, line: Line, worker: Worker, files: MediaStore
) -> None:
    line.will("100", ok(content))
    part = scene.sends("100", kind, name="photo.jpg")
    assert worker.tick() == {"refused": 1}
    worker.go_on(1)
    assert scene.state(part) == (REFUSED, reason)
    assert files.paths() == []
    assert line.asked["100"] == 1


def test_a_file_announced_as_too_big_is_not_even_read(scene: Scene, line: Line, worker: Worker) -> None:
    line.will("100", replace(ok(JPEG), length=LIMITS[PartKind.IMAGE] + 1))
    part = scene.sends("100")
    worker.tick()
    assert scene.state(part) == (REFUSED, Reason.TOO_BIG)
    assert line.given == 0


@SLOW
@given(sizes=st.lists(st.integers(0, 400), max_size=12), announced=st.booleans())
def test_never_more_than_the_limit_is_kept(
    sizes: list[int], announced: bool, scene: Scene, line: Line, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.clear()
    monkeypatch.setitem(fetching.LIMITS, PartKind.FILE, 1000)
    files, total = MediaStore("memory://"), sum(sizes)
    line.will("100", Answer(200, tuple(b"a" * size for size in sizes), total if announced else None))
    part, before = scene.sends("100", PartKind.FILE), line.given

    fetch_due(scene.store, line, files, clock)

    expected = (REFUSED, Reason.TOO_BIG) if total > 1000 else (KEPT, None) if total else (REFUSED, Reason.EMPTY)
    assert scene.state(part) == expected
    assert line.given - before <= 1000 + 400
    assert [len(body(files, path)) for path in files.paths()] == ([total] if expected[0] is KEPT else [])


def test_a_trickle_is_cut_off(scene: Scene, line: Line, worker: Worker) -> None:
    line.will("100", Answer(200, (JPEG,) * 9, then=raising(AssertionError("read on for ever"))))
    part = scene.sends("100")
    worker.clock = Ticking()
    assert worker.tick() == {"again": 1}
    assert line.given == 3 * len(JPEG)
    assert scene.state(part) == (WAITING, None)


class Ticking(Clock):
    """Forty seconds pass between any two looks at the clock."""

    def __call__(self) -> datetime:
        self.forward(seconds=40)
        return super().__call__()


def test_what_there_is_no_time_left_for_is_not_begun(scene: Scene, line: Line, worker: Worker, clock: Clock) -> None:
    line.will("100", Answer(200, (JPEG,), then=lambda: clock.forward(minutes=7)))
    scene.sends("100")
    scene.sends("101")
    assert worker.tick() == {"kept": 1, "again": 1}
    assert line.asked == {"100": 1}


# --- never used as a path -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:\\x.txt", "ผลสอบ ๒๕๖๘.csv", "."])
def test_a_name_is_never_used_as_a_path(
    name: str, scene: Scene, line: Line, clock: Clock, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("media") / "deep" / "er"
    line.will("100", ok(b"words"))
    part = scene.sends("100", PartKind.FILE, name=name)
    fetch_due(scene.store, line, MediaStore(str(folder)), clock)
    extension = "csv" if name.endswith("csv") else "txt"
    kept = [path for path in folder.parent.parent.rglob("*") if path.is_file()]
    assert kept == [folder / f"main/2026-01/{part}.{extension}"]


@given(channel=st.text(min_size=1, max_size=40), name=st.text(), part=st.integers(1, 2**63))
def test_no_path_leaves_its_channels_folder(channel: str, name: str, part: int) -> None:
    job = media.Job(part, channel, "1", PartKind.FILE, name, START, 1, None, START)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,40}/2026-01/[0-9]+\.txt", path_of(job, "txt"))
    assert len(path_of(job, "docx")) <= 200


@given(one=st.text(min_size=1, max_size=40), other=st.text(min_size=1, max_size=40))
def test_no_two_channels_share_a_folder(one: str, other: str) -> None:
    jobs = [media.Job(1, channel, "1", PartKind.FILE, None, START, 1, None, START) for channel in (one, other)]
    assert len({path_of(job, "txt") for job in jobs}) == len({one, other})


# --- unsent -------------------------------------------------------------------------------------


def test_unsent_before_it_was_fetched_is_never_fetched(scene: Scene, line: Line, worker: Worker) -> None:
    part = scene.sends("100")
    scene.unsends(part)
    worker.go_on(1)
    assert scene.state(part) == (GONE, Reason.UNSENT)
    assert line.asked == {}


def test_unsent_after_it_was_kept_is_deleted(scene: Scene, line: Line, worker: Worker, files: MediaStore) -> None:
    line.will("100", ok(JPEG))
    line.will("101", ok(JPEG))
    part, other = scene.sends("100"), scene.sends("101")
    worker.tick()
    scene.unsends(part)
    worker.go_on(1)
    assert scene.state(part) == (GONE, Reason.UNSENT)
    assert scene.row(part).path is None
    assert files.paths() == [scene.row(other).path]


class Interrupted(MediaStore):
    """A store in whose hands something else happens first."""

    def __init__(self, before: object = None, after: object = None) -> None:
        super().__init__("memory://")
        self.before, self.after = before, after

    def keep(self, path: str, file: IO[bytes]) -> None:
        before, self.before = self.before, None
        if callable(before):
            before()
        super().keep(path, file)
        after, self.after = self.after, None
        if callable(after):
            after()


def test_unsent_while_it_is_being_fetched_is_not_even_for_a_moment_kept(scene: Scene, line: Line, clock: Clock) -> None:
    part = scene.sends("100")
    line.will("100", Answer(200, (JPEG,), then=lambda: scene.unsends(part)))
    files = Interrupted(before=raising(AssertionError("kept what was unsent")))
    assert fetch_due(scene.store, line, files, clock) == {"overtaken": 1}
    assert scene.state(part) == (GONE, Reason.UNSENT)


def test_unsent_while_it_is_being_kept_is_deleted_at_once(scene: Scene, line: Line, clock: Clock) -> None:
    line.will("100", ok(JPEG))
    part = scene.sends("100")
    files = Interrupted(before=lambda: scene.unsends(part))
    assert fetch_due(scene.store, line, files, clock) == {"overtaken": 1}
    assert files.paths() == []


def test_unsent_and_killed_while_it_was_being_kept_is_deleted_later(scene: Scene, line: Line, clock: Clock) -> None:
    line.will("100", ok(JPEG))
    part = scene.sends("100")
    files = Interrupted(before=lambda: scene.unsends(part), after=raising(Killed()))
    with pytest.raises(Killed):
        fetch_due(scene.store, line, files, clock)
    assert len(files.paths()) == 1
    assert delete_due(scene.store, files, clock) == 0, "somebody may still be writing it"
    clock.forward(minutes=11)
    assert delete_due(scene.store, files, clock) == 1
    assert files.paths() == []
    assert delete_due(scene.store, files, clock) == 0


def test_a_part_that_was_replaced_meanwhile_is_not_fetched(scene: Scene, line: Line, worker: Worker) -> None:
    part = scene.sends("100")
    with scene.store.write() as db:
        db.execute(parts.update().where(parts.c.id == part).values(removed_at=START))
    assert worker.tick() == {}
    assert scene.state(part) == (GONE, Reason.REMOVED)
    assert line.asked == {}


# --- several workers, and restarts --------------------------------------------------------------


def test_many_workers_fetch_each_file_once(scene: Scene, line: Line, files: MediaStore, clock: Clock) -> None:
    ids = [str(number) for number in range(100, 130)]
    for one in ids:
        line.will(one, ok(JPEG))
        scene.sends(one)
    done: Counter[str] = Counter()

    def work() -> None:
        while found := fetch_due(scene.store, line, files, clock, limit=3):
            done.update(found)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert done == {"kept": len(ids)}
    assert line.asked == dict.fromkeys(ids, 1)
    assert len(files.paths()) == len(ids)


def test_claims_of_two_open_transactions_never_meet(new_postgresql_url: Callable[[], str], clock: Clock) -> None:
    scene = Scene(Store(new_postgresql_url()))  # SQLite has one writer at a time
    for one in range(6):
        scene.sends(str(one))
    with scene.store.write() as first, scene.store.write() as second:
        mine = media.due(first, clock(), 4)
        theirs = media.due(second, clock(), 4)
    assert (len(mine), len(theirs)) == (4, 2)
    assert not {job.part_id for job in mine} & {job.part_id for job in theirs}
    scene.store.dispose()


def test_a_worker_that_took_too_long_is_overtaken_and_spoils_nothing(
    scene: Scene, line: Line, worker: Worker, files: MediaStore, clock: Clock
) -> None:
    part = scene.sends("100")

    def the_lease_runs_out() -> None:
        clock.forward(minutes=11)
        assert fetch_due(scene.store, line, files, clock) == {"kept": 1}

    line.will("100", Answer(200, (JPEG,), then=the_lease_runs_out), ok(JPEG))
    assert worker.tick() == {"overtaken": 1}
    assert scene.state(part) == (KEPT, None)
    assert body(files, scene.row(part).path) == JPEG


@pytest.mark.parametrize("mark", [media.gone, media.refused])
def test_a_mark_without_the_claim_changes_nothing(mark: object, scene: Scene, line: Line, clock: Clock) -> None:
    part = scene.sends("100")
    with scene.store.write() as db:
        (old,) = media.due(db, clock(), 1)
        clock.forward(minutes=11)
        (new,) = media.due(db, clock(), 1)
        assert callable(mark)
        assert not mark(db, old, Reason.UNKNOWN)
        assert not media.again(db, old, clock(), 0.5)
        assert not media.planned(db, old, "main/x")
        assert not media.kept(db, old, "image/jpeg", 1)
        assert media.planned(db, new, "main/y")
    assert scene.state(part) == (WAITING, None)


def test_other_content_at_a_later_try_does_not_leave_two_files(scene: Scene, line: Line, clock: Clock) -> None:
    line.will("100", ok(docx()), ok(b"words"))
    part = scene.sends("100", PartKind.FILE)
    files = Interrupted(after=raising(Killed()))
    with pytest.raises(Killed):
        fetch_due(scene.store, line, files, clock)
    clock.forward(minutes=11)
    fetch_due(scene.store, line, files, clock)
    assert files.paths() == [f"main/2026-01/{part}.txt"]


def test_refused_at_a_later_try_leaves_no_file(scene: Scene, line: Line, clock: Clock) -> None:
    line.will("100", ok(JPEG), ok(b""))
    scene.sends("100")
    files = Interrupted(after=raising(Killed()))
    with pytest.raises(Killed):
        fetch_due(scene.store, line, files, clock)
    clock.forward(minutes=11)
    assert fetch_due(scene.store, line, files, clock) == {"refused": 1}
    clock.forward(minutes=11)
    delete_due(scene.store, files, clock)
    assert files.paths() == []


PASSING = ("202", "429", "500", "timeout", "cut", "killed fetching", "killed before keeping", "killed after keeping")
LASTING = ("404", "410", "unsend")


@SLOW
@given(
    script=st.lists(st.sampled_from((*PASSING, *LASTING)), max_size=12),
    seconds=st.lists(st.floats(0, 20_000), min_size=12, max_size=12),
)
def test_whatever_happens_each_file_ends_kept_once_or_gone_for_a_reason(
    script: list[str], seconds: list[float], scene: Scene, line: Line, clock: Clock
) -> None:
    scene.clear()
    files = Interrupted()
    worker = Worker(scene.store, line, files, clock)
    part = scene.sends("100", at=clock())
    path = f"main/{clock():%Y-%m}/{part}.jpg"
    line.will("101", ok(JPEG + b"\0"))
    other = scene.sends("101", at=clock())

    for step, pause in zip(script, seconds, strict=False):
        _happen(step, part, scene, line, files)
        worker.survive()
        clock.forward(seconds=pause)
    line.will("100", ok(JPEG))
    files.before = files.after = None
    worker.go_on()

    state, reason = scene.state(part)
    lasting = set(LASTING) & set(script)
    assert state in ((KEPT, GONE) if lasting else (KEPT,))
    assert (state == GONE) == (reason is not None)
    if "unsend" in script:
        assert (state, reason) == (GONE, Reason.UNSENT)
    mine = [path] if state == KEPT else []
    assert [one for one in files.paths() if one != scene.row(other).path] == mine
    assert all(body(files, one) == JPEG for one in mine)
    assert scene.state(other) == (KEPT, None)


def _happen(step: str, part: int, scene: Scene, line: Line, files: Interrupted) -> None:
    line.will("100", ok(JPEG))
    files.before = files.after = None
    match step:
        case "unsend":
            scene.unsends(part)
        case "timeout":
            line.will("100", timeout())
        case "cut":
            line.will("100", replace(ok(JPEG), chunks=(JPEG[:9],)))
        case "killed fetching":
            line.will("100", Answer(200, (JPEG,), then=raising(Killed())))
        case "killed before keeping":
            files.before = raising(Killed())
        case "killed after keeping":
            files.after = raising(Killed())
        case status:
            line.will("100", Answer(int(status)))


# --- the card, and the cost ---------------------------------------------------------------------


def test_the_card_counts_files_by_question_kind_and_state(scene: Scene, line: Line, worker: Worker) -> None:
    line.will("100", ok(JPEG))
    line.will("101", ok(b""))
    line.will("102", ok(VOICE))
    line.will("900", ok(JPEG), channel="sakaeo")
    scene.sends("100")
    scene.sends("101")
    scene.sends("102", PartKind.AUDIO)
    scene.sends("900", channel="sakaeo")
    worker.tick()
    taken_back, report = scene.sends("103"), scene.report()
    scene.unsends(taken_back)
    with scene.store.write() as db:
        scene.answers["main"] = new_answer(db, "main", report, "voice.open")
    for one in ("104", "105"):
        scene.sends(one)

    with scene.store.read() as db:
        assert media.counts(db, "main", report) == {
            "learners.now": {
                (PartKind.IMAGE, KEPT): 1,
                (PartKind.IMAGE, REFUSED): 1,
                (PartKind.AUDIO, KEPT): 1,
            },
            "voice.open": {(PartKind.IMAGE, WAITING): 2},
        }
        assert media.counts(db, "sakaeo", report) == {}


def test_the_card_counts_the_current_revision_only(scene: Scene) -> None:
    scene.sends("100")
    with scene.store.write() as db:
        db.execute(answers.update().where(answers.c.id == scene.answers["main"]).values(revision=2))
        assert media.counts(db, "main", scene.report()) == {}


def test_looking_for_work_reads_only_what_waits(new_sqlite_url: Callable[[], str]) -> None:
    store = Store(new_sqlite_url())
    claim = media._CLAIM.compile(store.engine)
    values = {**claim.params, "now": "2026", "lease": "2026", "most": 1}
    with store.read() as db:
        order = [values[name] for name in claim.positiontup or ()]
        plan = db.exec_driver_sql(f"EXPLAIN QUERY PLAN {claim}", tuple(order)).all()
    store.dispose()
    assert "ix_media_due" in str(plan)

"""A meeting of a whole programme: its notice to everybody, and everybody checking in within two minutes.

The notice goes through the project's own delivery to a stand-in for LINE that counts calls and who got what. Then each
director sends the code that is shown at that moment to the server of the Procfile, over HTTP, on SQLite and PostgreSQL;
what the database holds afterwards must be everybody, once.
"""

import random
import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, func, select

from bot.app import assemble
from bot.settings import Settings
from handlers import checkin_codes, meetings, meetings_calling, quota
from handlers.audiences import Audience
from handlers.meetings import Meeting
from handlers.meetings_drafts import Draft
from models.meetings import checkins as rows
from models.meetings import invitees
from models.programme import MAIN
from models.store import Store
from tests.bench import contestants, ours
from tests.bench.clock import postman
from tests.bench.contestants import Place
from tests.bench.databases import Places, PostgreSQL, settings, sqlite_places
from tests.bench.load import Load, Step, Turn
from tests.bench.measure import Result, Run, Shape, fresh

WITHIN = 120.0
"""Seconds in which everybody checks in."""
LIMIT = 1000.0
"""Milliseconds: 99 of 100 webhooks are answered sooner."""
DELAY = 0.05
"""Seconds that LINE takes to answer a reply."""
DONE = "ลงชื่อเข้าประชุมเรียบร้อยแล้ว"


@dataclass
class Told:
    """What the notice took. calls: to LINE, of any kind; lost, twice: people."""

    people: int
    calls: int
    lost: int
    twice: int


@dataclass
class CheckedIn:
    """What came of one run. kept: people whom the database holds; twice: more rows than people."""

    database: str
    people: int
    told: Told
    kept: int
    twice: int
    result: Result

    @property
    def holds(self) -> bool:
        """Tell whether all is as it is promised."""
        least = -(-self.people // 500)
        fine = self.told.calls == least and not (self.told.lost or self.told.twice)
        once = self.kept == self.people and not (self.twice or self.result.lost or self.result.wrong)
        free = not self.result.other_calls
        return fine and once and free and self.result.webhook_p99 < LIMIT and not self.result.problems

    def line(self) -> str:
        """Return it in one line."""
        told, one = self.told, self.result
        pieces = [
            f"{self.people} people, {self.database}",
            f"notice in {told.calls} calls, {told.lost} lost, {told.twice} twice",
            f"check-ins in {one.all_replied:.0f} s: {self.kept} kept, {self.twice} twice, {one.lost} without a reply",
            f"{one.wrong} answered otherwise, {one.not_200} delivered again, paid calls {one.other_calls or 0}",
            f"webhook p50 {one.webhook_p50:.0f} ms, p99 {one.webhook_p99:.0f} ms, most {one.webhook_max:.0f} ms",
            f"reply p99 {one.reply_p99:.0f} ms, {one.memory:.0f} MB",
        ]
        return "; ".join([*pieces, *one.problems, *([] if self.holds else ["NOT REACHED"])])


class CheckInTalk:
    """What a check-in is answered with; what is said depends on the moment, so the run says it."""

    def turns(self, person: int) -> Iterator[Turn]:
        yield [Step("เช็กอิน")]

    def mark(self, messages: list[dict[str, Any]]) -> str:
        words = str(messages[0].get("text", ""))
        return "in" if DONE in words else words[:60]


class CheckInRun(Run):
    """Everybody sends, at a random moment, the code that is shown then."""

    def _burst(self, load: Load, place: Place, people: Sequence[int]) -> None:
        meeting = _meeting(place.url)

        def enter(person: int, due: float) -> None:
            shown = checkin_codes.codes(meeting, datetime.now(UTC))
            code = shown.room if person % 2 else shown.call
            load.say(person, Step(f"เช็กอิน {code}", "in"), lambda: None, due=due)

        def all_settled() -> bool:
            return len(load.flights) == len(people) and all(one.settled for one in load.flights)

        def act() -> None:
            chance, start = random.Random(2566), time.monotonic() + 0.05
            for person in people:
                due = start + chance.random() * self.shape.within
                self.loop.at(due, partial(enter, person, due))
            self.loop.run(start + self.shape.within)
            deadline = time.monotonic() + 20
            while not all_settled() and time.monotonic() < deadline:
                self.loop.run(time.monotonic() + 0.1)

        began, ended = self._charged(place, act)
        self._rates([one for one in load.flights if one.settled], ended - began)


def play(people: int, within: float) -> Generator[CheckedIn, None, None]:
    """Play it on both databases; on one where there is no PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="raingan-bench-") as name:
        folder = Path(name)
        told: list[Told] = []
        prepare = partial(_prepare, people=people, folder=folder, told=told)
        yield _played("SQLite", sqlite_places(folder / "base.db", prepare), people, within, folder, told)
        try:
            server = PostgreSQL.start()
        except ImportError as error:
            print(f"PostgreSQL is left out: {error}")
            return
        try:
            yield _played("PostgreSQL", server.places(prepare), people, within, folder, told)
        finally:
            server.stop()


def _prepare(url: str, *, people: int, folder: Path, told: list[Told]) -> None:
    """Make a database in which everybody is invited to a meeting that begins in ten minutes, and has been told."""
    ours.prepare(url, people)
    store, now = Store(url, patience=30), datetime.now(UTC)
    draft = Draft(
        title="ประชุมพื้นที่นวัตกรรมทั้งจังหวัด", starts_at=now + timedelta(minutes=10), ends_at=now + timedelta(hours=3),
        place="หอประชุมสมมติ", online_url="https://meet.example/1", audience=Audience(), urgent=True,
    )  # fmt: skip
    with store.write() as db:
        quota.learn(db, MAIN, now, allowed=None, used=0)
        meetings_calling.call(db, MAIN, meetings_calling.make(db, MAIN, draft, None, None, now), None, now)
    store.dispose()
    told.append(_tell(url, people, folder))


def _tell(url: str, people: int, folder: Path) -> Told:
    """Let the notice go out by the project's own delivery, and count."""
    with postman() as line:
        env = settings(url, folder) | {"LINE_API_HOST": line.url}
        later = timedelta(minutes=1)  # a notice waits a moment, so that it can be taken back
        works = assemble(Settings.load(env), clock=lambda: datetime.now(UTC) + later, threads=8)
        began = time.monotonic()
        while len(line.got) < people and time.monotonic() - began < 60:
            works.delivery.deliver_due()
            time.sleep(0.2)
        works.stop()
        return Told(people, len(line.keys), people - len(line.got), sum(times - 1 for times in line.got.values()))


def _played(database: str, places: Places, people: int, within: float, folder: Path, told: list[Told]) -> CheckedIn:
    contestant = contestants.ours(f"raingan, {database}", CheckInTalk(), places, people)
    shape = Shape(f"{people} check-ins in {within:.0f} s", DELAY, burst=people, within=within)
    run = CheckInRun(contestant, shape, fresh(folder / "run"), None)
    try:
        with contestant.place(folder / "run") as place:
            run.perform(place, range(1, people + 1), {})
            kept, entries = _kept(place.url)
    finally:
        run.close()
    return CheckedIn(database, people, told[-1], kept, entries - kept, run.result)


def _meeting(url: str) -> Meeting:
    with create_engine(url).connect() as db:
        found = meetings.found(db, MAIN, 1)
    assert found is not None
    return found


def _kept(url: str) -> tuple[int, int]:
    """Return how many of the invited have checked in, and how many rows say so."""
    with create_engine(url).connect() as db:
        kept = db.execute(
            select(func.count(func.distinct(invitees.c.school_id))).join(rows, rows.c.invitee_id == invitees.c.id)
        ).scalar_one()
        return int(kept), int(db.execute(select(func.count()).select_from(rows)).scalar_one())


def main(people: int, within: float = WITHIN) -> bool:
    """Play the meeting and print what came of it; True where all is as it is promised."""
    results = []
    for one in play(people, within):
        results.append(one)
        print(one.line(), flush=True)
    return all(one.holds for one in results)

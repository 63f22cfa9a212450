"""Builds the cast and lets each match be played; looks into the project's database afterwards."""

import ssl
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.bench import certificates, contestants, filling, ours
from tests.bench.contestants import Contestant, Place
from tests.bench.databases import Places, PostgreSQL, sqlite_places
from tests.bench.events import user_id
from tests.bench.load import Load
from tests.bench.measure import Result, Run, Shape, fresh
from tests.bench.plan import Cast, Match

DIRECTORS = 3000


@dataclass
class Stage:
    """Folders and certificates of one bench. ``marks`` are those of an undisturbed report."""

    folder: Path
    cast: Cast
    marks: list[str]

    def __post_init__(self) -> None:
        self._tls, self._trusting = certificates.make(self.folder)

    def play(self, match: Match) -> Result:
        """One run in a fresh folder."""
        contestant = match.contestant
        if isinstance(contestant.talk, ours.ReportTalk):
            contestant = replace(contestant, talk=ours.ReportTalk(self.marks, at_once=match.at_once))
        tls, env = (self._tls, self._trusting) if match.shape.tls else (None, {})
        try:
            result, _ = play(contestant, match.shape, self.folder / "run", tls=tls, env=env)
        except RuntimeError as error:  # the others are still worth knowing
            result = Result(contestant.name, match.shape.name, problems=[str(error)])
        return result


def play(
    contestant: Contestant,
    shape: Shape,
    folder: Path,
    *,
    tls: ssl.SSLContext | None = None,
    env: dict[str, str] | None = None,
) -> tuple[Result, Load]:
    """Run one contestant; whatever the project then has stored must be what was said."""
    run = Run(contestant, shape, fresh(folder), tls)
    try:
        with contestant.place(folder) as place:
            load = run.perform(place, _people(contestant), env or {})
            if isinstance(contestant.talk, ours.ReportTalk):
                run.result.problems.extend(_differences(place, load))
    finally:
        run.close()
    return run.result, load


def _people(contestant: Contestant) -> Iterator[int]:
    return iter(range(1, contestant.people + 1))


def _differences(place: Place, load: Load) -> Iterator[str]:
    """Compare the answers in the database with the answers that were sent and accepted."""
    rows = ours.stored(place.url)
    kept = Counter((user, text) for user, _, text in rows)
    said = Counter(
        (user_id(one.event.person), one.step.text)
        for one in load.flights
        if ours.is_answer(one.step.text) and 200 in one.statuses
    )
    for name, difference in (("answers lost", said - kept), ("answers nobody gave, or twice", kept - said)):
        if difference:
            yield f"{difference.total()} {name}, as {next(iter(difference))}"
    misfiled = [text for _, question, text in rows if not ours.is_filed_well(text, question)]
    if misfiled:
        yield f"{len(misfiled)} answers under another question, as {misfiled[0]}"


def first_report(place: Places, folder: Path) -> list[str]:
    """The marks of one director's report with nobody else about; raises where it does not get to the receipt."""
    alone = contestants.ours("alone", ours.ReportTalk(), place, 1)
    result, load = play(alone, Shape("alone", directors=1, seconds=60, warm=0.01, once=True), folder)
    marks = [one.mark or "" for one in load.flights]
    problems = [*result.problems, *(["lost replies"] if result.lost else [])]
    if problems or not marks or "receipt" not in marks[-1]:
        raise RuntimeError(f"a single director does not get through a report: {problems} {marks}")
    return marks


@contextmanager
def staged(*, groups: tuple[str, ...], stored: int, directors: int = DIRECTORS) -> Iterator[Stage]:
    """Make everything the groups need, and clear it away in the end."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="raingan-bench-")))
        sqlite = sqlite_places(folder / "base.db", lambda url: ours.prepare(url, directors))
        marks = first_report(sqlite, folder / "run")
        cast = Cast(
            contestants.ECHO,
            contestants.README_ECHO,
            contestants.TUTORIAL,
            contestants.TUTORIAL_DEDUPE,
            _ours("raingan, SQLite", sqlite, directors),
            choices=contestants.server_choices() if "servers" in groups else [],
        )
        if {"loop", "burst", "twice", "crowd"} & set(groups):
            cast = replace(cast, postgresql=_on_postgresql(stack, directors))
        if "flat" in groups:
            few, many = (_filled(folder, directors, answers) for answers in (min(1000, stored), stored))
            cast = replace(cast, sqlite_few=few, sqlite_many=many)
        yield Stage(folder, cast, marks)


def _ours(name: str, places: Places, directors: int) -> Contestant:
    return contestants.ours(name, ours.ReportTalk(), places, directors)


def _on_postgresql(stack: ExitStack, directors: int) -> Contestant | None:
    try:
        server = PostgreSQL.start()
    except ImportError as error:
        print(f"PostgreSQL is left out: {error}")
        return None
    stack.callback(server.stop)
    return _ours("raingan, PostgreSQL", server.places(lambda url: ours.prepare(url, directors)), directors)


def _filled(folder: Path, directors: int, answers: int) -> Contestant:
    def prepare(url: str) -> None:
        ours.prepare(url, directors)
        filling.fill(url, answers)

    print(f"storing {answers:,} answers", flush=True)
    places = sqlite_places(folder / f"stored{answers}.db", prepare)
    return _ours(f"raingan, {answers:,} answers stored", places, directors)

"""The servers that are compared, and how people talk to each."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.bench.events import SECRET, TOKEN
from tests.bench.load import Step, Talk, Turn
from tests.bench.servers import procfile

QUESTIONS = 11
_QUESTION = re.compile(r"ข้อ (\d+) จาก")


@dataclass(frozen=True)
class Place:
    """What one run stands on: settings for the server, and the database server to be charged beside it."""

    env: Mapping[str, str]
    database_pid: int | None = None
    url: str = ""


@dataclass(frozen=True)
class Contestant:
    """``place`` gives each run a fresh state in the folder it is handed."""

    name: str
    command: Callable[[int], list[str]]
    talk: Talk
    place: Callable[[Path], AbstractContextManager[Place]]
    replies: bool = True
    people: int = 1_000_000  # how many may talk before somebody must talk twice


class EchoTalk:
    """Endless: each person says one sentence after another and hears it again."""

    def turns(self, person: int) -> Iterator[Turn]:
        for number in range(45):
            text = f"{person}-{number} นักเรียนอ่านคล่องขึ้นมาก เหลือ 9 คนที่ยังต้องช่วย ส่วนใหญ่ขาดเรียนช่วงตัดอ้อย"
            yield [Step(text, text)]

    def mark(self, messages: list[dict[str, Any]]) -> str:
        return str(messages[0]["text"])


class TutorialTalk:
    """Answers the tutorial bot's questions; each reply must ask the next one."""

    def turns(self, person: int) -> Iterator[Turn]:
        for number in range(45):
            yield [Step(f"{person}-{number} นักเรียนอ่านคล่องขึ้นมาก เหลือ 9 คน", str(number % QUESTIONS + 1))]

    def mark(self, messages: list[dict[str, Any]]) -> str:
        found = _QUESTION.search(messages[0]["text"])
        return found[1] if found else ""


def gunicorn(app: str, workers: int = 2, threads: int = 8) -> Callable[[int], list[str]]:
    """gthread with the application loaded before the fork."""
    return lambda port: [
        *("gunicorn", "--no-control-socket", "--preload", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"),
        *("--workers", str(workers), "--threads", str(threads), "--backlog", "4096", app),
    ]


def granian(app: str, workers: int = 2, threads: int = 8, *more: str) -> Callable[[int], list[str]]:
    return lambda port: [
        *("granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws", "--http", "1"),
        *("--workers", str(workers), "--blocking-threads", str(threads), "--backlog", "4096", *more, app),
    ]


def credentials() -> dict[str, str]:
    return {"LINE_CHANNEL_SECRET": SECRET, "LINE_CHANNEL_ACCESS_TOKEN": TOKEN}


@contextmanager
def nowhere(folder: Path) -> Iterator[Place]:
    yield Place(credentials())


@contextmanager
def own_sqlite(folder: Path) -> Iterator[Place]:
    yield Place(credentials() | {"DATABASE_URL": f"sqlite:///{folder}/tutorial.db"})


@contextmanager
def own_sqlite_and_dedupe(folder: Path) -> Iterator[Place]:
    with own_sqlite(folder) as place:
        yield replace(place, env={**place.env, "BENCH_DEDUPE": "1"})


_REFERENCES = "tests.bench.references"
ECHO = Contestant("echo, one client", gunicorn(f"{_REFERENCES}.echo:app"), EchoTalk(), nowhere)
README_ECHO = Contestant("echo of the README", gunicorn(f"{_REFERENCES}.readme_echo:app"), EchoTalk(), nowhere)
TUTORIAL = Contestant("tutorial bot", gunicorn(f"{_REFERENCES}.tutorial:app"), TutorialTalk(), own_sqlite)
TUTORIAL_DEDUPE = Contestant(
    "tutorial bot, dedupe", gunicorn(f"{_REFERENCES}.tutorial:app"), TutorialTalk(), own_sqlite_and_dedupe
)


def server_choices() -> list[Contestant]:
    """Web servers and thread counts, each with an echo and with an application that only answers 200."""
    ways = {
        "gunicorn 2x8": (gunicorn, 2, 8),
        "gunicorn 2x4": (gunicorn, 2, 4),
        "gunicorn 2x2": (gunicorn, 2, 2),
        "granian 2x8": (granian, 2, 8),
        "granian 2x2": (granian, 2, 2),
        "granian 2x1": (granian, 2, 1),
    }
    found = []
    for name, (server, workers, threads) in ways.items():
        echo = server(f"{_REFERENCES}.echo:app", workers, threads)
        ack = server(f"{_REFERENCES}.ack:app", workers, threads)
        found.append(Contestant(f"{name} echo", echo, EchoTalk(), nowhere))
        found.append(Contestant(f"{name} ack", ack, EchoTalk(), nowhere, replies=False))
    return found


def ours(name: str, talk: Talk, place: Callable[[Path], AbstractContextManager[Place]], people: int) -> Contestant:
    """The project itself, started by the Procfile's line."""
    return Contestant(name, lambda port: procfile("web"), talk, place, people=people)

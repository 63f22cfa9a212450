"""`python -m bot demo`: the bot, a stand-in for LINE and a phone in the browser, in one process on this machine.

The bot is the very one that serves LINE: real HTTP both ways, real signatures, the real SDK. Only the clock is the
stand-in's, so that it can be moved on the page.
"""

import errno
import fcntl
import hashlib
import logging
import shutil
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import cycle
from pathlib import Path

import click
import structlog
from sqlalchemy import Connection, func, select
from werkzeug.serving import BaseWSGIServer, make_server

from bot.app import Works, assemble, create_app
from bot.chores import Chores
from bot.heart import Heart
from bot.line.menus import MenuLine
from bot.menu_maker import CannotMake, MenuMaker
from bot.menu_pictures import Pictures
from bot.roster_files import read_table
from bot.settings import Settings
from bot.simulator import SECRET, TOKEN, Platform, serve
from bot.simulator.memory import Memory
from bot.simulator.people import Person
from handlers import inviting, roster
from models import migrations
from models.inbox import inbox
from models.people import Role, contacts, memberships, people, schools
from models.programme import MAIN
from models.store import Busy

log = structlog.get_logger(__name__)

ROSTER = Path(__file__).parent / "simulator" / "data" / "roster.csv"
PROVINCE = "ทั้งจังหวัด"
COORDINATOR = "นางสาวประสาน จังหวัดสมมติ"
VERIFIERS = (
    "นายตรวจตรา ตัวอย่างเขต",
    "นางปรานี ผู้ตรวจสมมติ",
    "นายเที่ยงตรง ทดสอบกิจ",
    "นางสาวละเอียด จำลองงาน",
    "นายเมตตา สมมติเกณฑ์",
)
TICK = 1.0
"""Seconds between looks for what is left to do."""


@click.command()
@click.option("--port", default=8000, show_default=True, envvar="PORT", help="Where the page is.")
@click.option("--folder", default=".demo", show_default=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--fresh", is_flag=True, help="Forget what was said before.")
def demo(port: int, folder: Path, fresh: bool) -> None:
    """Everything is kept in one folder; a second start goes on where the first one stopped."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # a line for each webhook would push the address away
    folder.mkdir(parents=True, exist_ok=True)
    with _alone_in(folder), _started(folder, port, fresh) as running:
        signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
        click.echo(f"Open {running.url} in a browser. Stop with Ctrl-C.")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            click.echo("Stopped.")


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Keep other demos out of a folder: each would undo what the other does. One that is gone keeps nobody out."""
    with (folder / "lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"Another demo is at work in {folder}. Stop it, or give this one a folder of its own: --folder"
            raise click.ClickException(message) from None
        yield


def _started(folder: Path, port: int, fresh: bool) -> "Demo":
    try:
        return Demo(folder, port, fresh=fresh)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise click.ClickException(f"Something else answers at port {port}. Try another: make demo PORT=8001") from None


class Demo:
    """A running demo: ``url`` is the page's address; leaving the ``with`` stops it."""

    def __init__(self, folder: Path, port: int = 0, *, fresh: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        file, phones = folder / "raingan.db", folder / "phones"
        if fresh:
            for old in folder.glob("raingan.db*"):
                old.unlink()
        if not file.exists():  # else the phones would show what the bot has never heard
            shutil.rmtree(phones, ignore_errors=True)
        database = f"sqlite:///{file.absolute()}"
        migrations.upgrade(database)
        bot_port = _free_port()
        self.platform = Platform(webhook=f"http://127.0.0.1:{bot_port}/callback", background=True)
        self._memory = Memory(self.platform, phones)
        self._memory.recall()
        self._line = serve(self.platform, port)
        self.url = self._line.url
        self.works = assemble(_settings(database, folder, self.url, bot_port), clock=self.platform.now)
        self._catch_up()
        self._people()
        self._web = _Web(self.works, bot_port)
        self._chores = _Ticking(self.works, folder / "menus", self._memory)

    def _catch_up(self) -> None:
        """Move the clock to what was heard last: where that was not kept, every word would come too late."""
        with self.works.store.read() as db:
            newest = db.scalar(select(func.max(inbox.c.received_at)))
        if newest is not None and newest > self.platform.now():
            self.platform.forward((newest - self.platform.now()).total_seconds())

    def _people(self) -> None:
        """Import the demo's schools, and give a phone to everybody of the circle; those not joined get a code."""
        with self.works.store.write() as db:
            roster.import_roster(db, MAIN, roster.read(read_table(ROSTER)), self.works.clock())
            joined = {row.line_user_id for row in db.execute(_JOINED)}
            people = [*_directors(db, self.works.clock()), *_staff(db, self.works.clock())]
        for person in people:
            person.code = None if person.user in joined else person.code
            self.platform.people[person.user] = person

    def __enter__(self) -> "Demo":
        return self

    def __exit__(self, *exception: object) -> None:
        self._chores.stop()
        self._web.stop()
        self.works.stop()
        self._line.stop()
        self._memory.keep()


def _directors(db: Connection, now: datetime) -> list[Person]:
    """Return the director of each school, with a fresh code."""
    codes = {one.school: one.code for one in inviting.issue(db, MAIN, Role.DIRECTOR, now)}
    return [
        Person(user_of(row.code), row.director or row.name, row.name, Role.DIRECTOR, codes[row.code])
        for row in db.execute(_DIRECTORS)
    ]


def _staff(db: Connection, now: datetime) -> list[Person]:
    """Return a verifier for each agency and one coordinator of the province, with fresh codes."""
    issued = inviting.issue(db, MAIN, Role.VERIFIER, now)
    verifiers = [
        Person(user_of(one.name), name, one.name, Role.VERIFIER, one.code)
        for one, name in zip(issued, cycle(VERIFIERS), strict=False)
    ]
    (of_all,) = inviting.issue(db, MAIN, Role.COORDINATOR, now)
    return [*verifiers, Person(user_of(PROVINCE), COORDINATOR, PROVINCE, Role.COORDINATOR, of_all.code)]


_DIRECTORS = (
    schools.select()
    .with_only_columns(schools.c.code, schools.c.name, contacts.c.name.label("director"))
    .outerjoin_from(schools, contacts, contacts.c.school_id == schools.c.id)
    .order_by(schools.c.code)
)
_JOINED = people.select().where(people.c.id.in_(memberships.select().with_only_columns(memberships.c.person_id)))


def user_of(place: str) -> str:
    """Return the LINE user id of a person in the demo, the same at every start.

    place: a school's code for its director, an agency's name for its verifier, ``PROVINCE`` for the coordinator.
    """
    return "U" + hashlib.sha256(place.encode()).hexdigest()[:32]


def _settings(database: str, folder: Path, line: str, port: int) -> Settings:
    return Settings.load(
        {
            "RAINGAN_ENV": "demo",
            "DATABASE_URL": database,
            "LINE_CHANNEL_SECRET": SECRET,
            "LINE_CHANNEL_ACCESS_TOKEN": TOKEN,
            "LINE_API_HOST": line,
            "MEDIA_URL": str((folder / "media").absolute()),
            "PORT": str(port),
        }
    )


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class _Web:
    """The bot's web application, served from a thread."""

    def __init__(self, works: Works, port: int) -> None:
        self._server: BaseWSGIServer = make_server("127.0.0.1", port, create_app(works=works), threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever, name="bot", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Ticking:
    """What the worker process does elsewhere, on the demo's own clock."""

    def __init__(self, works: Works, pictures: Path, memory: Memory) -> None:
        self._works = works
        self._memory = memory
        self._pictures = Pictures(pictures)
        self._chores = Chores(works)
        self._heart = Heart(works.store, works.clock)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="chores", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self._make_menus()
        while not self._stop.wait(TICK):
            self._chores.run(self._heart.came)
            self._beat()
            self._memory.keep()

    def _beat(self) -> None:
        """Let the health pages know that somebody keeps time."""
        try:
            self._heart.beat()
        except Busy:
            log.warning("no sign of life")

    def _make_menus(self) -> None:
        """Do what `python -m bot rich-menu` does: a stand-in that has just started knows no menus."""
        works = self._works
        maker = MenuMaker(works.store, MenuLine(works.gateway), MAIN, works.clock, self._pictures)
        try:
            for _ in maker.make():
                if self._stop.is_set():
                    return
        except (CannotMake, Busy):
            log.exception("no rich menus")

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

"""A meeting in a small province: made, called, changed; what each person is told of it."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select, update

from bot.simulator.bubbles import words_of
from bot.simulator.validate import check
from handlers import meetings, meetings_answers, meetings_calling, meetings_changes, meetings_clock
from handlers.meetings import Invitee, Meeting, invitee_of
from handlers.meetings_answers import Answer, Outcome
from handlers.meetings_drafts import Draft
from handlers.thai import BANGKOK
from models.meetings import Mode, Reply, invitees
from models.outbox import Sending
from models.outbox import outbox as sayings
from models.people import people
from tests.province import MAIN, Person, Province

KANCHANA, SURADEJ = "1031991002", "1031993002"
"""Codes of schools, by the names of their directors."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STARTS = datetime.combine(date(2026, 1, 22), time(9), BANGKOK)
"""A Thursday; tests begin on Monday the 5th, at nine."""
ENDS = STARTS.replace(hour=12)
LINK = "https://zoom.example/j/2569"
DRAFT = Draft(
    title="ประชุมชี้แจงพื้นที่นวัตกรรมสมมติ",
    starts_at=STARTS,
    ends_at=ENDS,
    number="ครั้งที่ 1/2569",
    place="ห้องประชุม สพป.บุรีรัมย์ เขต 1",
    map_url="https://maps.example/hall",
    online_url=LINK,
    chair="ผอ.เขตสมมติ",
    agenda="1 ประธานแจ้ง\n2 วิเคราะห์ 6 ประเด็น",
    letter="ศธ 04001/ว 12",
    letter_url="https://letters.example/12.pdf",
    contact="นายประสาน สมมติ 044000099",
)


def draft(**given: Any) -> Draft:
    """Return the usual meeting, but for what is given."""
    return replace(DRAFT, **given)


def make(province: Province, agency: int | None = None, by: int | None = None, **given: Any) -> int:
    """Make a meeting that is not called yet; return its number."""
    with province.store.write() as db:
        return meetings_calling.make(db, MAIN, draft(**given), by, agency, province.now)


def call(province: Province, agency: int | None = None, by: int | None = None, **given: Any) -> int:
    """Make and call a meeting; return its number."""
    number = make(province, agency, by, **given)
    with province.store.write() as db:
        assert meetings_calling.call(db, MAIN, number, by, province.now)
    return number


def change(province: Province, number: int, **given: Any) -> int:
    """Change some of a called meeting; return its version then."""
    with province.store.write() as db:
        was = Draft.of(stands_in(db, number))
        return meetings_changes.change(db, MAIN, number, replace(was, **given), None, province.now)


def cancel(province: Province, number: int, why: str | None = "ประธานติดราชการ") -> bool:
    """Cancel a meeting."""
    with province.store.write() as db:
        return meetings_changes.cancel(db, MAIN, number, None, why, province.now)


def stands(province: Province, number: int) -> Meeting:
    """Return a meeting as it stands."""
    with province.store.read() as db:
        return stands_in(db, number)


def stands_in(db: Any, number: int) -> Meeting:
    """Return a meeting as it stands, in a transaction."""
    found = meetings.found(db, MAIN, number)
    assert found is not None
    return found


def rows(province: Province, number: int) -> list[Any]:
    """Return what was written to be told of a meeting, in its order; everything is checked as LINE would."""
    with province.store.read() as db:
        mine = sayings.c.once_key.startswith(f"meeting:{number}:")
        found = list(db.execute(select(sayings).where(mine).order_by(sayings.c.id)))
    for row in found:
        assert check(row.messages) == [], row.messages
    return found


def waits(province: Province, number: int, person: Person | None = None) -> list[str]:
    """Return the words of what still waits to be told of a meeting."""
    return [
        "\n".join(words_of(message) for message in row.messages)
        for row in rows(province, number)
        if row.state in (Sending.QUEUED, Sending.HELD) and (person is None or row.recipient == person.user)
    ]


def invited(province: Province, number: int, code: str) -> Invitee:
    """Return the invited school of a code."""
    school = province.school(code)
    (row,) = [row for row in province.rows(invitees) if (row.meeting_id, row.school_id) == (number, school)]
    return invitee_of(row)


def answer(
    province: Province, number: int, person: Person, code: str = "1031992003", *, mode: Mode | None = Mode.ROOM,
    reply: Reply = Reply.COMING, **more: Any,
) -> Outcome:  # fmt: skip
    """Let somebody answer for a school: they come, unless said otherwise."""
    mine = invited(province, number, code)
    with province.store.write() as db:
        meeting = meetings.locked(db, MAIN, number)
        assert meeting is not None
        given = Answer(reply, mode if reply in (Reply.COMING, Reply.DELEGATE) else None, **more)
        by = id_of(province, person)
        return meetings_answers.answer(db, meeting, mine, given, by, province.now, None, province.now)


def id_of(province: Province, person: Person) -> int:
    """Return somebody's row number."""
    return next(row.id for row in province.rows(people) if row.line_user_id == person.user)


def ticks(province: Province) -> int:
    """Let the clock look for what is due of meetings; return how many are told of something."""
    with province.store.write() as db:
        return meetings_clock.queue(db, province.now)


def passes(province: Province, until: datetime, *, minutes: int = 30) -> dict[str, list[tuple[datetime, str]]]:
    """Let the clock tick, and push, every so often until a moment; return what each has heard when, by name."""
    heard: dict[str, list[tuple[datetime, str]]] = {}
    while province.now <= until:
        ticks(province)
        for name, said in push(province).items():
            heard.setdefault(name, []).extend((province.now.astimezone(BANGKOK), words) for words in said)
        province.later(minutes=minutes)
    return heard


def push(province: Province) -> dict[str, list[str]]:
    """Push what is due now and still waits; return what each has heard, by name, and put it on their screens."""
    heard: dict[str, list[str]] = {}
    with province.store.write() as db:
        is_due = (sayings.c.state == Sending.QUEUED, sayings.c.due_at <= province.now, sayings.c.channel_id == MAIN)
        due = db.execute(select(sayings).where(*is_due).order_by(sayings.c.id)).all()
        for row in due:
            sent = {"state": Sending.SENT, "sent_at": province.now, "tries": 1}
            db.execute(update(sayings).where(sayings.c.id == row.id).values(**sent))
    for row in due:
        assert check(row.messages) == []
        person = province.people[row.recipient]
        person.turns.append(row.messages)
        person.answered = 1
        heard.setdefault(person.name, []).append(person.words)
    return heard


def acts(person: Person) -> set[str]:
    """Return what the buttons on somebody's screen do."""
    return {button.action["data"] for button in person.buttons() if "data" in button.action}


def told_at(moment: datetime) -> str:
    """Return a moment as its day and time in Thailand."""
    return f"{moment.astimezone(BANGKOK):%d %H:%M}"


def at(province: Province, day: date, clock: time = time(9)) -> Province:
    """Move the clock to a moment in Thailand."""
    province.now = datetime.combine(day, clock, BANGKOK)
    return province

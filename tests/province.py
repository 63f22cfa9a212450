"""A small province to talk to: schools, people with names, and a noisy second province beside it.

The talk runs through the front door (handlers.inbox) on a real database; every word said passes the validator.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Self

from sqlalchemy import delete, select

from bot.simulator.bubbles import Button, buttons_of, quick_replies_of, words_of
from bot.simulator.validate import check
from handlers import invites, outbox, questions, roster, rounds
from handlers.heard import Heard, Kind
from handlers.inbox import House, receive
from handlers.outbox import Fate, Outgoing
from handlers.questions import QuestionSet
from handlers.roster import Entry
from models.json_text import to_json
from models.outbox import Sending
from models.people import Role, agencies, schools
from models.place import places
from models.programme import channels
from models.programme import rounds as table
from models.report import answers, parts, reports
from models.store import Store

MAIN, NOISE = "main", "noise"
SCHOOLS = (
    Entry(2, "1031992003", "บ้านสวายตัวอย่าง", "สพป.บุรีรัมย์ เขต 2", "กระสัง", 168, "นางวารุณี ตัวอย่างทอง", "044000010"),
    Entry(3, "1031991002", "บ้านหนองสมมติ", "สพป.บุรีรัมย์ เขต 1", "ลำปลายมาศ", 87, "นางสาวกาญจนา สมมติสกุล", "044000002"),
    Entry(4, "1031993002", "บ้านหนองสมมติ", "สพป.บุรีรัมย์ เขต 3", "นางรอง", 134, "นายสุรเดช สมมติบุตร", "044000016"),
)


_TAKEN: set[int] = set()
"""Messages that LINE would take: most are said in hundreds of tests, and to look at one takes as long as to say it."""


def refused(messages: list[dict[str, Any]]) -> list[str]:
    """Return what LINE would refuse in the messages of one call, each kind of message looked at once in a process."""
    fresh = {hash(to_json(message)) for message in messages} - _TAKEN
    problems = check(messages) if fresh or not 1 <= len(messages) <= outbox.MOST else []
    if not problems:
        _TAKEN.update(fresh)
    return problems


@dataclass
class Province:
    """One database with two provinces in it; its clock moves when people speak or when told to."""

    store: Store
    now: datetime
    house: House = field(default_factory=lambda: House(owner="test", ack_wait=0.0))
    events: Any = field(default_factory=lambda: count(1))
    people: dict[str, "Person"] = field(default_factory=dict)
    _schools: dict[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with self.store.write() as db:
            db.execute(channels.insert(), {"id": NOISE, "name": NOISE, "created_at": self.now})
            for channel in (MAIN, NOISE):
                roster.import_roster(db, channel, SCHOOLS, self.now)
        self.later(minutes=1)
        self._make_noise()

    def _make_noise(self) -> None:
        """Let somebody of the other province, with the same school code, have a report with words in it."""
        noisy = self.person("นายเสียงดัง ทดสอบ", channel=NOISE).joins("1031992003")
        noisy.says("รายงาน").says("เสียงจากอีกจังหวัด ไม่ควรมีใครที่นี่ได้ยิน")

    def later(self, **much: float) -> None:
        """Move the clock."""
        self.now += timedelta(**much)

    def person(self, name: str, channel: str = MAIN) -> "Person":
        """Return somebody with a LINE account who has not joined."""
        user = f"U{len(self.people) + 1:032x}"
        self.people[user] = Person(self, name, user, channel)
        return self.people[user]

    def director(self, name: str = "นางวารุณี ตัวอย่างทอง", code: str = "1031992003") -> "Person":
        """Return a director who has joined a school and read the notice."""
        return self.person(name).joins(code)

    def verifier(self, name: str = "นางปรานี ผู้ตรวจสมมติ", agency: str = "สพป.บุรีรัมย์ เขต 2") -> "Person":
        """Return a verifier who has joined an agency and read the notice."""
        with self.store.write() as db:
            code = invites.create(db, MAIN, agency_id=self.agency(agency), role=Role.VERIFIER, now=self.now)
        return self.person(name).says(code).hears("ใช่หรือไม่").says("ใช่").hears("ประกาศ").says("รับทราบ")

    def code(self, school: str, role: Role = Role.DIRECTOR, channel: str = MAIN) -> str:
        """Return a fresh invite code for a school."""
        with self.store.write() as db:
            return invites.create(db, channel, school_id=self.school(school, channel), role=role, now=self.now)

    def school(self, code: str, channel: str = MAIN) -> int:
        """Return a school's row number."""
        if (code, channel) not in self._schools:
            with self.store.read() as db:
                where = (schools.c.code == code, schools.c.channel_id == channel)
                self._schools[code, channel] = int(db.execute(select(schools.c.id).where(*where)).scalar_one())
        return self._schools[code, channel]

    def agency(self, name: str) -> int:
        """Return an agency's row number."""
        with self.store.read() as db:
            where = (agencies.c.name == name, agencies.c.channel_id == MAIN)
            return int(db.execute(select(agencies.c.id).where(*where)).scalar_one())

    def answer(self, question: str, code: str = "1031992003", channel: str = MAIN) -> list[str | None]:
        """Return what stands in the current revision of an answer, in its order."""
        with self.store.read() as db:
            rows = db.execute(
                select(parts.c.text)
                .join(answers, answers.c.id == parts.c.answer_id)
                .join(reports, reports.c.id == answers.c.report_id)
                .join(schools, schools.c.id == reports.c.school_id)
                .where(
                    schools.c.code == code,
                    schools.c.channel_id == channel,
                    answers.c.question == question,
                    parts.c.revision == answers.c.revision,
                    parts.c.removed_at.is_(None),
                )
                .order_by(parts.c.said_at, parts.c.id)
            )
            return [row.text for row in rows]

    def everything(self, code: str = "1031992003") -> list[str | None]:
        """Return all words in the current revisions of a school's report."""
        questions_asked = {row.question for row in self.rows(answers)}
        return [words for question in sorted(questions_asked) for words in self.answer(question, code)]

    def state(self, code: str = "1031992003") -> str:
        """Return the state of a school's report."""
        with self.store.read() as db:
            where = (reports.c.school_id == self.school(code),)
            return str(db.execute(select(reports.c.state).where(*where)).scalar_one())

    def rows(self, table: Any) -> list[Any]:
        """Return all rows of a table, in the order of their keys."""
        with self.store.read() as db:
            return list(db.execute(select(table).order_by(*table.primary_key)))

    def forget_places(self) -> None:
        """Lose where everybody stands, as a crash or a deploy might."""
        with self.store.write() as db:
            db.execute(delete(places))

    def load_questions(self, question_set: QuestionSet) -> None:
        """Let the running rounds have another question set, as a deploy that changes it would."""
        with self.store.write() as db:
            number = questions.save(db, MAIN, question_set, self.now)
            db.execute(table.update().where(table.c.channel_id == MAIN).values(question_set_id=number))

    def open_round(self, **given: Any) -> None:
        """Open one more round."""
        with self.store.write() as db:
            rounds.open_round(db, MAIN, now=self.now, **given)


@dataclass
class Person:
    """Somebody with LINE: says, taps, sends; hears what the bot says in return."""

    province: Province
    name: str
    user: str
    channel: str = MAIN
    turns: list[list[dict[str, Any]]] = field(default_factory=list)  # what the bot said, a list a sending
    sent: list[str] = field(default_factory=list)  # ids of one's own bubbles
    last: Heard | None = None
    answered: int = 0  # sendings since one's last act
    ids: dict[str, dict[str, Any]] = field(default_factory=dict)  # the bot's messages by LINE id

    def joins(self, school: str, role: Role = Role.DIRECTOR) -> Self:
        """Join a school by invite, from code to notice."""
        code = self.province.code(school, role, self.channel)
        return self.says(code).hears("ใช่หรือไม่").says("ใช่").hears("ประกาศ").says("รับทราบ").hears("เรียบร้อยแล้ว")

    def says(self, words: str, *, quote: str | None = None, at: datetime | None = None) -> Self:
        """Type a bubble."""
        mark = f"m{next(self.province.events)}"
        self.sent.append(mark)
        return self.does(Kind.TEXT, text=words, message_id=mark, quoted_id=quote, at=at)

    def sends(self, kind: Kind, **more: Any) -> Self:
        """Send a photo, file, voice note, video, sticker or place."""
        mark = f"m{next(self.province.events)}"
        self.sent.append(mark)
        return self.does(kind, message_id=mark, **more)

    def unsends(self, mark: str) -> Self:
        """Take a bubble back."""
        return self.does(Kind.UNSEND, message_id=mark, token=None)

    def taps(self, label: str, *, turn: int = -1) -> Self:
        """Tap a button of the newest turn, or of an older one that is still on the screen."""
        for button in self.buttons(turn):
            if label in button.names():
                return self.does(Kind.POSTBACK, data=button.action["data"])
        raise AssertionError(f"no button {label!r}; there are {[button.label for button in self.buttons(turn)]}")

    def posts_back(self, data: str) -> Self:
        """Send postback data made by hand."""
        return self.does(Kind.POSTBACK, data=data)

    def does(self, kind: Kind, *, at: datetime | None = None, token: str | None = "?", **more: Any) -> Self:
        """Let an event of this person arrive."""
        self.province.later(seconds=1)
        number = next(self.province.events)
        heard = Heard(
            id=f"e{number}",
            kind=kind,
            at=at or self.province.now,
            user=self.user,
            token=f"t{number}" if token else None,
            raw={"number": number, "words": str(more.get("text", ""))},
            **more,
        )
        return self.arrives(heard)

    def arrives(self, heard: Heard) -> Self:
        """Let an event arrive, once more perhaps."""
        self.last = heard
        with self.province.store.write() as db:
            said = receive(db, self.channel, heard, self.province.house, self.province.now)
        self.answered = len(said)
        for outgoing in said:
            self._reads(outgoing)
        return self

    def again(self) -> Self:
        """Let LINE deliver this person's last event once more."""
        assert self.last is not None
        return self.arrives(replace(self.last, raw={**self.last.raw, "again": True}))

    def _reads(self, outgoing: Outgoing) -> None:
        assert refused(outgoing.messages) == []
        assert outgoing.recipient in (self.user, "")  # nobody, of one just forgotten: the reply token finds the way
        if outgoing.reply_token is None:  # nothing can be said now: it waits for the next visit
            self._mark(outgoing, Sending.HELD)
            self.answered = 0
            return
        self.turns.append(outgoing.messages)
        quotable = []
        for message, about in zip(outgoing.messages, outgoing.about, strict=True):
            mark = f"b{next(self.province.events)}"
            self.ids[mark] = message
            if about:
                row = {"channel_id": self.channel, "line_message_id": mark}
                quotable.append({**row, "report_id": about[0], "question": about[1]})
        self._mark(outgoing, Sending.SENT, quotable)

    def _mark(self, outgoing: Outgoing, state: Sending, quotable: list[dict[str, Any]] | None = None) -> None:
        with self.province.store.write() as db:
            outbox.mark(db, [Fate(outgoing.id, state, self.province.now, 1)], quotable or [])

    @property
    def words(self) -> str:
        """All words of the newest turn, without what stands on its quick replies."""
        return "\n".join(words_of(message, buttons=False) for message in self.turns[-1])

    def buttons(self, turn: int = -1) -> list[Button]:
        """Return the buttons of a turn."""
        messages = self.turns[turn] if self.turns else []
        return [*(quick_replies_of(messages[-1]) if messages else []), *(b for m in messages for b in buttons_of(m))]

    def data(self) -> list[str]:
        """Return the postback data of the newest turn's buttons."""
        return [button.action["data"] for button in self.buttons()]

    def hears(self, *words: str) -> Self:
        """Check that the answer to one's last act holds all of these words."""
        assert self.answered == 1, f"{self.answered} answers"
        missing = [word for word in words if word not in self.words]
        assert not missing, f"not heard: {missing}\n{self.words}"
        return self

    def hears_not(self, *words: str) -> Self:
        """Check that the answer holds none of these words."""
        found = [word for word in words if word in self.words]
        assert not found, f"heard: {found}\n{self.words}"
        return self

    def hears_nothing(self) -> Self:
        """Check that nothing was said."""
        assert self.answered == 0, self.words
        return self

    def bot_message(self, words: str) -> str:
        """Return the LINE id of the newest message of the bot that holds these words."""
        return next(mark for mark, message in reversed(self.ids.items()) if words in words_of(message))


def office(province: Province, role: Role, agency: str | None = None) -> Person:
    """Return somebody of an agency, or without one of the whole province, who has joined and read the notice."""
    place = province.agency(agency) if agency else None
    with province.store.write() as db:
        code = invites.create(db, MAIN, agency_id=place, role=role, now=province.now)
    return province.person(f"{role}").says(code).says("ใช่").says("รับทราบ")

"""One report as a verifier looks at it: what was sent, what was sent before, and what has been decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select

from handlers import questions, reviews, rulings, sendings
from handlers.answer_rows import Part
from handlers.cached import cached_property
from handlers.questions import Question, QuestionSet, Topic
from handlers.reviews import Case, Scope
from handlers.rulings import Explanation, Ruling
from handlers.sendings import Sent
from models.report import PartKind, answers, plan_checks
from models.review import Decision

Words = Mapping[str, list[Part]]
"""Parts by question."""


@dataclass(frozen=True)
class View:
    """A report under review. ``sent`` holds every sending, the last of which is looked at."""

    db: Connection
    case: Case
    questions: QuestionSet
    sent: list[Sent]
    made: list[Ruling]
    explained: dict[int, list[Explanation]]

    @property
    def last(self) -> Sent:
        """Return the sending that is looked at."""
        return self.sent[-1]

    @cached_property
    def words(self) -> Words:
        """Return what was sent, without what only the province may see."""
        return _visible(self.last, sendings.words_sent(self.db, self.last))

    def is_private(self, question: str) -> bool:
        """Tell whether an answer is for the province only."""
        return _is_private(self.last, question)

    def shown(self, topic: Topic) -> list[Question]:
        """Return the questions of a topic that the agency sees."""
        return [one for one in topic.questions if not self.is_private(one.key)]

    @cached_property
    def topics(self) -> list[Topic]:
        """Return the topics that the agency decides on: those of which it sees anything."""
        return [topic for topic in self.questions.topics if self.shown(topic)]

    @cached_property
    def hidden(self) -> int:
        """Return how many answers are for the province only."""
        return sum(self.is_private(one.key) for one in self.questions.questions)

    def topic(self, key: str | None, number: int | None = None) -> Topic | None:
        """Return a topic that the agency decides on, by its key or its number."""
        return next((one for one in self.topics if one.key == key or one.number == number), None)

    def standing(self, topic: Topic) -> Ruling | None:
        """Return the decision that holds for a topic now."""
        return rulings.standing(self.made, self.sent, topic.key, [one.key for one in topic.questions])

    def latest(self, topic: Topic) -> Ruling | None:
        """Return the newest decision on a topic, of whatever sending."""
        return rulings.latest(self.made, topic.key)

    def seen(self, topic: Topic) -> int:
        """Return what a button carries of a topic: the newest decision on it."""
        found = self.latest(topic)
        return found.id if found else 0

    def open(self) -> list[Topic]:
        """Return the topics still to be decided; a visit that is planned leaves its topic open."""
        made = {topic.key: self.standing(topic) for topic in self.topics}
        return [topic for topic in self.topics if not _is_decided(made[topic.key])]

    def untouched(self) -> list[Topic]:
        """Return the open topics for which no visit is planned either."""
        return [topic for topic in self.open() if self.standing(topic) is None]

    @property
    def begun(self) -> bool:
        """Tell whether anything was decided on what was sent last."""
        return any(one.sending == self.last.id for one in self.made)

    def sending_before(self, topic: Topic) -> Sent | None:
        """Return the sending of which a topic was returned, where another was sent since."""
        back = [one for one in self.made if one.topic == topic.key and one.decision == Decision.RETURNED]
        return next((one for one in self.sent[:-1] if back and one.id == back[-1].sending), None)

    def returned(self, topic: Topic) -> Ruling | None:
        """Return the newest return of a topic, of this sending or of one before."""
        back = [one for one in self.made if one.topic == topic.key and one.decision == Decision.RETURNED]
        return back[-1] if back else None

    def words_before(self, topic: Topic) -> Words | None:
        """Return what a returned topic held before; None where nothing of it was returned, or nothing changed."""
        before = self.sending_before(topic)
        keys = [one.key for one in topic.questions]
        if before is None or rulings.held(before, keys) == rulings.held(self.last, keys):
            return None
        return _visible(before, sendings.words_sent(self.db, before))

    @cached_property
    def last_round(self) -> Words:
        """Return what the school had sent in the round before."""
        number = reviews.report_before(self.db, self.case)
        sent = sendings.of(self.db, number) if number is not None else []
        return _visible(sent[-1], sendings.words_sent(self.db, sent[-1])) if sent else {}

    @cached_property
    def kept(self) -> set[str]:
        """Return the questions whose answer was kept from the round before ("เหมือนเดิม"), and not changed since."""
        marked = self.db.execute(_KEPT, {"report": self.case.report}).scalars()
        return {key for key in marked if _typed(self.words.get(key, [])) == _typed(self.last_round.get(key, []))}

    @cached_property
    def plans(self) -> dict[str, str]:
        """Return what the school says became of its plans of the round before, by question."""
        return {row.question: row.state for row in self.db.execute(_PLANS, {"report": self.case.report})}

    def stamp(self) -> tuple[int, int]:
        """Return what changes with every sending and every decision: a conclusion is for what was shown."""
        return self.last.id, max((one.id for one in self.made), default=0)


_KEPT = select(answers.c.question).where(answers.c.report_id == bindparam("report"), answers.c.kept_from.is_not(None))


_PLANS = select(plan_checks.c.question, plan_checks.c.state).where(plan_checks.c.report_id == bindparam("report"))


def _typed(found: list[Part]) -> list[str | None]:
    """Return the words and choices of an answer; files are not kept from one round to the next."""
    return [part.text for part in found if part.kind in (PartKind.TEXT, PartKind.CHOICE)]


def _is_decided(found: Ruling | None) -> bool:
    return found is not None and found.decision in (Decision.VERIFIED, Decision.RETURNED)


def _is_private(sent: Sent, question: str) -> bool:
    answer: Mapping[str, Any] = sent.answers.get(question, {})
    return bool(answer.get("private"))


def _visible(sent: Sent, found: Words) -> Words:
    return {key: parts for key, parts in found.items() if not _is_private(sent, key)}


def load(db: Connection, scope: Scope, report: int) -> View | None:
    """Return a report of the scope with all that was decided, locked until the transaction ends; None for others."""
    if reviews.find(db, scope, report) is None:
        return None
    reviews.lock(db, report)
    case = reviews.find(db, scope, report)  # once more: it may have moved while the lock was waited for
    sent = sendings.of(db, report) if case else []
    if case is None or not sent:
        return None
    asked = questions.load(db, case.question_set, case.digest)
    return View(db, case, asked, sent, rulings.rulings(db, report), rulings.explained(db, report))

"""One turn of a talk: what was heard, by whom, standing where; and what is said back."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from handlers import answer_rows, questions, reports, rulings
from handlers.answer_rows import Answer, Part
from handlers.cached import cached_property
from handlers.dialog import Flow
from handlers.finding import Found
from handlers.flows.report import report_flow
from handlers.heard import Heard, Kind
from handlers.meetings_pages import MakePage
from handlers.messages.values import Act, Message
from handlers.questions import Question, QuestionSet
from handlers.shown_files import MakeLink
from handlers.standing import HOME, Person, Place, Standing
from handlers.words import Intent, Order, Understood, order
from handlers.words.meeting_words import MeetingWords
from models.outbox import Policy
from models.report import AnswerState, State

SWITCHING = "switching"
"""Where one stands while it is asked which school or hat is meant."""
LAPSE = timedelta(hours=1)
"""After this a word no longer answers what was asked or shown: the talk has gone on, or the day has."""
_LONGEST_ORDER = 60  # characters


@dataclass(frozen=True, slots=True)
class Turn:
    """What is said back. wait: seconds during which a newer turn may take its place."""

    said: tuple[Message, ...]
    kind: str = "turn"
    wait: float = 0.0
    policy: Policy = Policy.HOLD


def turn(*said: Message | None, policy: Policy = Policy.HOLD) -> Turn:
    """Return a turn that says the messages that there are, at once."""
    return Turn(tuple(message for message in said if message is not None), policy=policy)


@dataclass
class Talk:
    """The transaction's view of one person's talk. Reads are made when first needed."""

    db: Connection
    channel: str
    heard: Heard
    person: Person
    place: Place
    standings: list[Standing]
    ack_wait: float
    now: datetime
    in_ticket: bool = True  # a talk with an officer may be open
    link_to: MakeLink | None = None
    page_to: MakePage | None = None
    late: bool = False
    read_before: tuple[int, dict[str, Answer]] | None = None  # a report, and its answers
    understood: Understood = field(default_factory=lambda: Understood(Intent.UNKNOWN))
    act: Act | None = None
    order: Order | None = None
    found: Found | None = None  # schools that the words may name
    meeting: MeetingWords | None = None  # what was said of a meeting
    moved: bool = False
    asked: list[tuple[int, str]] = field(default_factory=list)  # what was put to the person: report and question

    def says_only(self, name: str, *, button: str | None = None, among: str = "") -> bool:
        """Tell whether what was heard is nothing but an order: its button, or a short message of its words alone.

        button: what its button does, where that is called otherwise. among: what stands in all words for it, so that
        other messages are not looked through.
        """
        if self.heard.kind == Kind.POSTBACK:
            act = Act.read(self.heard.data)
            return act is not None and act.do == (button or name)
        text = self.heard.text
        if self.heard.kind != Kind.TEXT or len(text) > _LONGEST_ORDER or among not in text:
            return False
        found = order(text, asking=True)
        return found is not None and found.name == name and found.number is None

    @cached_property
    def standing(self) -> Standing | None:
        """Return what the person speaks for now: of the hat worn the school or agency chosen, or the only one."""
        writers = [one for one in self.standings if one.may_write]
        return next(iter(self.worn or writers or self.standings), None)

    @property
    def worn(self) -> list[Standing]:
        """Return the standings that where one stands may mean: one where it is clear, none in no flow of a hat."""
        hat = [one for one in self.standings if one.flow == self.place.flow]
        return [one for one in hat if self._chosen(one)] or hat

    def _chosen(self, one: Standing) -> bool:
        if one.may_write:
            return one.school == self.place.school
        return one.agency_id == self.place.memo.get("agency")

    @property
    def stand(self) -> Standing:
        """Return the standing where there must be one."""
        if self.standing is None:
            raise LookupError("no standing")
        return self.standing

    @cached_property
    def questions(self) -> QuestionSet:
        """Return the question set of the running round."""
        number, digest = self.stand.question_set, self.stand.digest
        if number is None:
            raise LookupError("no running round")
        return questions.load(self.db, number, digest)

    @property
    def flow(self) -> Flow:
        """Return the step table of the running round."""
        return report_flow(self.questions, self.stand.digest or "", self.returned)

    @cached_property
    def report(self) -> int:
        """Return the school's report in the running round, begun if there was none."""
        at = self.stand
        if at.report is not None:
            return at.report
        if at.round is None or at.school is None:
            raise LookupError("no running round")
        number, begun = reports.open_draft(self.db, self.channel, at.round, at.school, self.now)
        if begun:
            self.read_before = number, {}  # nothing was said in it yet
        return number

    @cached_property
    def answers(self) -> dict[str, Answer]:
        """Return the answers there are, by question."""
        report = self.report
        read, self.read_before = self.read_before, None
        return read[1] if read is not None and read[0] == report else answer_rows.answers_of(self.db, report)

    @property
    def writable(self) -> bool:
        """Tell whether this person may change the report as it stands."""
        at = self.stand
        return at.may_write and at.round is not None and (at.state is None or at.state in reports.WRITABLE)

    @property
    def question(self) -> Question | None:
        """Return the question that is open to this person now."""
        if self.place.step == HOME or self.standing is None or self.stand.question_set is None:
            return None
        return None if self.locked(self.place.step) else self.questions.question(self.place.step)

    @cached_property
    def returned(self) -> frozenset[str] | None:
        """Return the questions that a returned report has open; None for all others, where none is locked."""
        at = self.stand
        if at.state != State.RETURNED or at.report is None:
            return None
        return rulings.questions_returned(self.db, at.report, self.questions)

    @property
    def lapsed(self) -> bool:
        """Tell whether one has stood here for so long that a word no longer answers what was asked."""
        return self.place.since is not None and self.heard.at - self.place.since > LAPSE

    def locked(self, question: str) -> bool:
        """Tell whether an answer stays as it is while others of a returned report may be changed."""
        return self.returned is not None and question not in self.returned

    def answer(self, question: str) -> Answer:
        """Return the answer to a question, begun if there was none."""
        found = self.answers.get(question)
        if found is None:
            found = self.answers[question] = answer_rows.begin(self.db, self.channel, self.report, question)
        return found

    def parts(self) -> dict[str, list[Part]]:
        """Return the parts of the report by question, as they are now: a turn may have added some."""
        return reports.parts_of(self.db, self.report)

    def parts_of(self, question: str) -> list[Part]:
        """Return the parts of one answer, as they are now; none where it was not begun."""
        answer = self.answers.get(question)
        return reports.parts_of_answer(self.db, answer) if answer is not None else []

    @property
    def done(self) -> set[str]:
        """Return the questions answered or skipped."""
        return {key for key, answer in self.answers.items() if answer.state != AnswerState.OPEN}

    def go(self, step: str, **memo: Any) -> None:
        """Move to a step of the report flow; a question moved to is noted as asked."""
        if step not in (self.place.step, HOME) and self.questions.question(step):
            self.asked.append((self.report, step))
        school = self.stand.school
        memo = self._waiting() | memo
        self.place = Place("report", step, school, self.report if self.stand.round else None, memo, self.heard.at)
        self.moved = True

    def _waiting(self) -> dict[str, Any]:
        """Return the memo of words not yet filed: they go along until they are filed or let go."""
        waiting = self.place.memo.get("waiting")
        return {"waiting": waiting} if waiting else {}

    def speak_for(self, report: int) -> bool:
        """Speak for the school of another report of one's own; False where it is none."""
        found = next((one for one in self.standings if one.report == report and one.may_write), None)
        if found is None:
            return False
        self.place.flow, self.place.school = found.flow, found.school
        self.forget_report()
        return True

    def leave_other_report(self) -> None:
        """Stand at no question where the place is of another school's report, or of another round's."""
        if self.place.report is not None and self.place.report != self.stand.report:
            self.place = Place("report", HOME, self.stand.school, None, self._waiting())
            self.moved = True

    @property
    def several(self) -> bool:
        """Tell whether the person has several schools or hats: then each is named."""
        return len(self.standings) > 1

    def note(self, **memo: Any) -> None:
        """Remember small things until the next move; a change of an answer that was begun is left."""
        kept = {key: value for key, value in self.place.memo.items() if key != "edit"}
        self.place.memo = kept | memo
        self.moved = True

    def go_home(self, **memo: Any) -> None:
        """Stand at rest in the flow of the hat worn; no question is open."""
        if not self.stand.may_write:
            self.wear(self.stand)
            return
        memo = self._waiting() | memo
        self.place = Place("report", HOME, self.stand.school, self.stand.report, memo, self.heard.at)
        self.moved = True

    def wear(self, hat: Standing) -> None:
        """Speak from now on as one of one's own standings: its school or agency, its flow, at rest."""
        agency = {"agency": hat.agency_id} if not hat.may_write and hat.agency_id is not None else {}
        worn = {} if hat.may_write else {"worn": self.heard.at.isoformat()}
        self.place = Place(hat.flow, HOME, hat.school, None, self._waiting() | agency | worn, self.heard.at)
        self.forget_report()
        self.moved = True

    def choose_hat(self) -> None:
        """Stand before the choice of a school or hat: none is spoken for yet."""
        self.place = Place(SWITCHING, HOME, None, None, self._waiting(), self.heard.at)
        self.forget_report()
        self.moved = True

    def forget_report(self) -> None:
        """Forget what was read of one report: another school may be spoken for now."""
        for read in ("standing", "questions", "report", "answers", "returned"):
            self.__dict__.pop(read, None)

    def stand_at(self, flow: str, step: str, **memo: Any) -> None:
        """Move to a step of a flow that is not about one's own report; the agency spoken for stays the same."""
        if flow == self.place.flow:
            memo = {key: self.place.memo[key] for key in ("agency", "worn") if key in self.place.memo} | memo
        self.place = Place(flow, step, None, None, self._waiting() | memo, self.heard.at)
        self.moved = True

    def join(self, step: str, **memo: Any) -> None:
        """Move to a step of the joining flow; who has joined already goes back to the hat worn before."""
        memo = {"before": self._before()} | memo if self.standings else memo
        self.place = Place("joining", step, None, None, memo, self.heard.at)
        self.forget_report()
        self.moved = True

    def _before(self) -> list[Any]:
        if self.place.flow == "joining":
            before: list[Any] = self.place.memo.get("before") or ["", None, None]
            return before
        return [self.place.flow, self.place.school, self.place.memo.get("agency")]

    def leave_joining(self) -> None:
        """Go back to the hat worn before joining one more school or agency."""
        flow, school, agency = self._before()
        memo = {"agency": agency} if agency is not None else {}
        self.place = Place(flow or "report", HOME, school, None, memo, self.heard.at)
        self.forget_report()
        self.moved = True

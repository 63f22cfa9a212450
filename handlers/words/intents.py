"""What a person may mean: the answers of ``understand``."""

from dataclasses import dataclass
from enum import StrEnum


class Intent(StrEnum):
    """What a message is about. ANSWER and UNKNOWN are what is left while a question is open, or not."""

    REPORT = "report"
    START = "start"
    NEXT = "next"
    SKIP = "skip"
    BACK = "back"
    SUMMARY = "summary"
    EDIT = "edit"
    APPEND = "append"
    DELETE = "delete"
    DELETE_LAST = "delete_last"
    REPLACE = "replace"
    CANCEL = "cancel"
    RESTORE = "restore"
    SWITCH = "switch"
    TOPIC = "topic"
    SUBMIT = "submit"
    CONFIRM = "confirm"
    NOT_YET = "not_yet"
    WITHDRAW = "withdraw"
    EXPLAIN = "explain"
    YES = "yes"
    NO = "no"
    ACKNOWLEDGE = "acknowledge"
    STATUS = "status"
    DEADLINE = "deadline"
    EXTEND = "extend"
    PAUSE = "pause"
    SNOOZE = "snooze"
    STOP_REMINDERS = "stop_reminders"
    PROBLEM = "problem"
    MENU = "menu"
    HELP = "help"
    NONE = "none"
    PRIVATE = "private"
    PUBLIC = "public"
    HUMAN = "human"
    COMPLAIN = "complain"
    THANKS = "thanks"
    GREETING = "greeting"
    SMALLTALK = "smalltalk"
    MY_DATA = "my_data"
    WRONG_PERSON = "wrong_person"
    DELEGATE = "delegate"
    RATING = "rating"
    CODE = "code"
    OUT_OF_SCOPE = "out_of_scope"
    SCAM = "scam"
    SENSITIVE = "sensitive"
    COORDINATOR = "coordinator"
    MEETING = "meeting"
    ANSWER = "answer"
    UNKNOWN = "unknown"


CONSENTS = frozenset({Intent.YES, Intent.CONFIRM, Intent.ACKNOWLEDGE})
"""What binds whoever says it."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What ``understand`` made of a message.

    topic: the number said with it ("ข้อ 3"), from 1, not checked against the question set.
    part: "now", "next" or "needs" where one was named.
    rest: the words that follow the command, as typed ("เพิ่มเติมข้อ 1 …").
    sure: False where the words were guessed (a typo, a missing tone mark, a clue in a sentence):
    ask before anything weighty.
    act: what a confirmation names: "ยืนยันลบ" agrees to a DELETE and to nothing else.
    """

    intent: Intent
    topic: int | None = None
    part: str | None = None
    rest: str = ""
    sure: bool = True
    act: Intent | None = None

    @property
    def binding(self) -> Intent:
        """Return what counts where "are you sure?" is asked of what has no name of its own."""
        return self.binding_to(None)

    def binding_to(self, act: Intent | None) -> Intent:
        """Return what counts where "are you sure?" is asked of an act.

        A consent that was only guessed at, or names another act, is asked for again.
        """
        guessed = not self.sure and self.intent in CONSENTS | {Intent.SUBMIT}
        return Intent.SMALLTALK if guessed or self.act not in (None, act) else self.intent

    @property
    def at_rest(self) -> Intent:
        """Return what counts where nothing is to be confirmed: who confirms an act by its name asks for it."""
        return self.act or self.intent

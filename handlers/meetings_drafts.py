"""What a coordinator says of a meeting before it is called or changed, and everything that may be wrong with it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from handlers.audiences import Audience
from handlers.meetings import Meeting
from handlers.messages import limits
from handlers.texts import say
from handlers.thai import moment
from handlers.web_links import is_link, link_of

TITLE_GRAPHEMES = 200
MOST_GRAPHEMES: Mapping[str, int] = {
    "title": TITLE_GRAPHEMES,
    "number": 40,
    "place": 200,
    "chair": 200,
    "agenda": 4000,
    "letter": 100,
    "dress": 100,
    "contact": 200,
}
"""How long words may be, in what a reader calls characters."""
_CODE_POINTS = 5
"""Of one grapheme on average at the most: the columns hold that."""
LINKS = ("map_url", "online_url", "broadcast_url", "letter_url")
LONGEST = timedelta(days=1)
MOST_SEATS = 100_000
_MOMENTS = ("starts_at", "ends_at", "answer_by")


class Trouble(StrEnum):
    """Why a meeting cannot be so. The words are texts: ``words``."""

    NO_TITLE = "no_title"
    TITLE_LONG = "title_long"
    WORDS_LONG = "words_long"
    PAST = "past"
    END_BEFORE_START = "end_before_start"
    TOO_LONG = "too_long"
    NOWHERE = "nowhere"
    NO_LINK = "no_link"
    ANSWER_BY_LATE = "answer_by_late"
    ANSWER_BY_PAST = "answer_by_past"
    SEATS_FEW = "seats_few"
    SEATS_WITHOUT_ROOM = "seats_without_room"
    NO_AUDIENCE = "no_audience"
    NOBODY = "nobody"
    OTHER_AUDIENCE = "other_audience"
    NOT_CALLED = "not_called"
    STARTED = "started"


class BadMeeting(ValueError):
    """A meeting that cannot be so, and everything that is wrong with it."""

    def __init__(self, *troubles: Trouble) -> None:
        super().__init__(", ".join(troubles))
        self.troubles = troubles


@dataclass(frozen=True, slots=True)
class Draft:
    """A meeting as a coordinator wants it. All moments are UTC; empty words count as none."""

    title: str
    starts_at: datetime
    ends_at: datetime
    number: str | None = None
    place: str | None = None
    map_url: str | None = None
    online_url: str | None = None
    broadcast_url: str | None = None
    chair: str | None = None
    agenda: str | None = None
    letter: str | None = None
    letter_url: str | None = None
    dress: str | None = None
    contact: str | None = None
    answer_by: datetime | None = None
    seats: int | None = None
    urgent: bool = False
    audience: Audience = field(default_factory=Audience)

    @staticmethod
    def of(meeting: Meeting) -> "Draft":
        """Return what is said of a meeting as it stands."""
        return Draft(**{one.name: getattr(meeting, one.name) for one in fields(Draft)})

    def values(self) -> dict[str, Any]:
        """Return the values of a row: words without needless spaces, links as LINE takes them."""
        made = {one.name: getattr(self, one.name) for one in fields(self)}
        made |= {name: " ".join((made[name] or "").split()) or None for name in MOST_GRAPHEMES if name != "agenda"}
        made |= {name: link_of(made[name] or "") or (made[name] or "").strip() or None for name in LINKS}
        made["agenda"] = (made["agenda"] or "").strip() or None
        return made | {"title": made["title"] or "", "audience": self.audience.data()}

    def data(self) -> dict[str, Any]:
        """Return it as JSON holds it: moments as ISO 8601 in UTC."""
        made = self.values()
        return made | {name: made[name] and made[name].astimezone(UTC).isoformat() for name in _MOMENTS}

    @staticmethod
    def read(data: Mapping[str, Any]) -> "Draft":
        """Return one that ``data`` gave."""
        moments = {name: data[name] and datetime.fromisoformat(data[name]) for name in _MOMENTS}
        return Draft(**{**data, **moments, "audience": Audience.read(data["audience"])})


def check(draft: Draft, now: datetime) -> list[Trouble]:
    """Return everything that is wrong with a meeting, the most telling first; whom it reaches is not looked at."""
    return [*_wrong_words(draft), *_wrong_times(draft, now), *_wrong_places(draft)]


def _wrong_words(draft: Draft) -> Iterator[Trouble]:
    if not draft.title.strip():
        yield Trouble.NO_TITLE
    elif is_long("title", draft.title):
        yield Trouble.TITLE_LONG
    if any(is_long(name, getattr(draft, name)) for name in MOST_GRAPHEMES if name != "title"):
        yield Trouble.WORDS_LONG
    if not draft.audience.roles:
        yield Trouble.NO_AUDIENCE


def is_long(name: str, words: str | None) -> bool:
    """Tell whether the words of a field are longer than it may be."""
    most = MOST_GRAPHEMES[name]
    return words is not None and (len(words) > most * _CODE_POINTS or limits.graphemes(words.strip()) > most)


def _wrong_times(draft: Draft, now: datetime) -> Iterator[Trouble]:
    if draft.starts_at <= now:
        yield Trouble.PAST
    if draft.ends_at <= draft.starts_at:
        yield Trouble.END_BEFORE_START
    elif draft.ends_at - draft.starts_at > LONGEST:
        yield Trouble.TOO_LONG
    if draft.answer_by is not None and draft.answer_by > draft.starts_at:
        yield Trouble.ANSWER_BY_LATE
    elif draft.answer_by is not None and draft.answer_by <= now < draft.starts_at:
        yield Trouble.ANSWER_BY_PAST


def _wrong_places(draft: Draft) -> Iterator[Trouble]:
    has_place = bool((draft.place or "").strip())
    if not has_place and not draft.online_url and not draft.broadcast_url:
        yield Trouble.NOWHERE
    if any(not is_link(link) for name in LINKS if (link := getattr(draft, name))):
        yield Trouble.NO_LINK
    if draft.seats is not None and not 1 <= draft.seats <= MOST_SEATS:
        yield Trouble.SEATS_FEW
    elif draft.seats is not None and not has_place:
        yield Trouble.SEATS_WITHOUT_ROOM


def words(trouble: Trouble, draft: Draft) -> str:
    """Return what to do about a trouble, in Thai."""
    long = [name for name in MOST_GRAPHEMES if name != "title" and is_long(name, getattr(draft, name))]
    bad = [name for name in LINKS if (link := getattr(draft, name)) and not is_link(link)]
    return say(
        f"bad_meeting.{trouble}",
        title_has=limits.graphemes(draft.title.strip()),
        title_may=TITLE_GRAPHEMES,
        fields=", ".join(say(f"meeting.field.{name}") for name in long),
        most=min((MOST_GRAPHEMES[name] for name in long), default=0),
        links=", ".join(say(f"meeting.field.{name}") for name in bad),
        starts=moment(draft.starts_at),
        ends=moment(draft.ends_at),
        answer_by=moment(draft.answer_by) if draft.answer_by else "",
    )

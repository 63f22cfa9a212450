"""The channels' secrets and tokens: the main channel's from the environment, all others' from the database, sealed.

A secret that was replaced is accepted a while longer, because LINE signs with the new one at once while events
signed with the old one are still on their way. The keys that seal can be replaced as well: the newest seals,
every one of them opens.
"""

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Connection, Row, bindparam, insert, select, update

from bot.settings import NOT_PLAIN, Settings, is_plain
from handlers import channels as known
from handlers.audit import note
from handlers.channels import NoChannel
from models.programme import MAIN, channels
from models.store import Store

log = structlog.get_logger(__name__)

FRESH = timedelta(seconds=30)
"""How long another process may not notice a new channel or a new secret."""
UNKNOWN_FRESH = timedelta(seconds=1)
"""How soon an unknown channel is looked for again; anybody can ask for one."""
OVERLAP = timedelta(hours=24)
"""How long a replaced secret is accepted unless said otherwise."""
ID = re.compile("[a-z0-9][a-z0-9-]{1,39}")


class BadChannel(ValueError):
    """A channel that cannot be added, and why."""


class NoKey(ValueError):
    """RAINGAN_KEY is missing, or none of its keys opens what is kept."""


# Sealing ----------------------------------------------------------------------------------------------------------


class Seal:
    """Seals with the first key, opens with any."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self._box = MultiFernet([Fernet(key) for key in keys]) if keys else None

    def close(self, text: str) -> str:
        """Return the text sealed. May raise NoKey."""
        return self._opened_box().encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Return what was sealed. May raise NoKey."""
        try:
            return self._opened_box().decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise NoKey("no key in RAINGAN_KEY opens what is kept: add the key it was sealed with") from None

    def again(self, sealed: str) -> str:
        """Return the same, sealed with the newest key. May raise NoKey."""
        return self.close(self.open(sealed))

    def _opened_box(self) -> MultiFernet:
        if self._box is None:
            raise NoKey("RAINGAN_KEY is missing: make one with `python -m bot seal-key`")
        return self._box


def new_key() -> str:
    """Return a fresh key for RAINGAN_KEY."""
    return Fernet.generate_key().decode()


# Looking up -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Credentials:
    """One channel's. Nothing of it shows in repr."""

    secret: str = field(repr=False)
    token: str = field(repr=False)
    previous: tuple[str, ...] = field(default=(), repr=False)
    previous_until: datetime | None = None

    def secrets(self, now: datetime) -> tuple[str, ...]:
        """Return the secrets with which a webhook may be signed now."""
        if self.previous_until is None or self.previous_until <= now:
            return (self.secret,)
        return self.secret, *self.previous


_ROWS = select(channels).where(channels.c.secret.is_not(None))


class Channels:
    """All channels' credentials, read again every FRESH seconds. Safe among threads, and after a fork.

    clock: tells the time, in UTC.
    """

    def __init__(self, settings: Settings, store: Store, clock: Callable[[], datetime] = lambda: datetime.now(UTC)):
        self._main = settings.line_channel_secrets, settings.line_channel_access_token.get_secret_value()
        self._seal = Seal(settings.sealing_keys)
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._known: Mapping[str, Credentials] = {}
        self._read_at = datetime.min.replace(tzinfo=UTC)

    def secrets_of(self, channel: str) -> tuple[str, ...]:
        """Return the secrets with which a channel's webhooks may be signed, the newest first. May raise NoChannel."""
        if channel == MAIN:
            return self._main[0]
        return self._find(channel).secrets(self._clock())

    def secrets_anew(self, channel: str) -> tuple[str, ...]:
        """Return them as they are now, read again at most once a second: one may have been replaced a moment ago.

        Raises:
            NoChannel: as ``secrets_of`` does.
        """
        with self._lock:
            if channel != MAIN and self._clock() - self._read_at > UNKNOWN_FRESH:
                self._read()
        return self.secrets_of(channel)

    def token_of(self, channel: str) -> str:
        """Return a channel's access token. May raise NoChannel."""
        if channel == MAIN:
            return self._main[1]
        return self._find(channel).token

    def ids(self) -> list[str]:
        """Return all channels that have credentials, the main one first, opened or not."""
        with self._store.read() as db:
            return [MAIN, *sorted(row.id for row in db.execute(_ROWS) if row.id != MAIN)]

    def _find(self, channel: str) -> Credentials:
        if self._is_old(channel):
            with self._lock:
                if self._is_old(channel):
                    self._read()
        if channel not in self._known:
            raise NoChannel(f"no channel {channel} whose secret can be opened")
        return self._known[channel]

    def _is_old(self, channel: str) -> bool:
        return self._clock() - self._read_at > (FRESH if channel in self._known else UNKNOWN_FRESH)

    def _read(self) -> None:
        with self._store.read() as db:
            self._known = dict(self._opened(db))
        self._read_at = self._clock()

    def _opened(self, db: Connection) -> Iterator[tuple[str, Credentials]]:
        for row in db.execute(_ROWS):
            try:
                yield row.id, _credentials(row, self._seal)
            except NoKey as error:  # that province is silent, the others are not
                log.error("channel not opened", channel=row.id, reason=str(error))


def _credentials(row: Row[tuple[object, ...]], seal: Seal) -> Credentials:
    return Credentials(
        seal.open(row.secret), seal.open(row.access_token), _previous(row, seal), row.previous_secret_until
    )


def _previous(row: Row[tuple[object, ...]], seal: Seal) -> tuple[str, ...]:
    """Return the replaced secrets, the newest first; those that cannot be opened keep no channel from its own."""
    try:
        return tuple(seal.open(row.previous_secret).split(_AND)) if row.previous_secret else ()
    except NoKey:
        return ()


# Changing ---------------------------------------------------------------------------------------------------------

_AND = ","  # between secrets that are sealed together; none has one
_ADD = insert(channels)
_CHANGE = update(channels).where(channels.c.id == bindparam("channel"))
_ROW = select(channels).where(channels.c.id == bindparam("channel")).with_for_update(key_share=True)


def add(db: Connection, seal: Seal, channel: str, name: str, *, secret: str, token: str, now: datetime) -> None:
    """Add a channel.

    Raises:
        BadChannel: its id cannot be part of a webhook address, or is taken; or the secret or token cannot be one.
        NoKey: there is no key to seal with.
    """
    if not ID.fullmatch(channel) or channel == MAIN:
        raise BadChannel(f"{channel!r}: a channel's id has 2 to 40 of a-z, 0-9 and -, and is not {MAIN}")
    if db.execute(_ROW, {"channel": channel}).one_or_none() is not None:
        raise BadChannel(f"there is already a channel {channel}: `rotate-secret` changes its secret")
    db.execute(_ADD, {"id": channel, "name": name, "created_at": now, **_sealed(seal, secret, token)})
    note(db, channel, "channel.added", now)


def rotate(
    db: Connection,
    seal: Seal,
    channel: str,
    *,
    secret: str,
    token: str | None,
    now: datetime,
    overlap: timedelta = OVERLAP,
) -> datetime:
    """Replace a channel's secret, and its token where one is given; return until when the old secret is accepted.

    Old secrets that are still accepted stay so for as long: who mends a mistyped one has not given up the one before.

    Raises:
        BadChannel: that is the secret already, or it cannot be one.
        NoChannel: there is none with a secret in the database; the main one's is in the environment.
        NoKey: there is no key to seal with, or none of them opens what is kept: sealed with it, all would fall silent
            (``start_over`` where the key is lost).
    """
    if channel == MAIN:
        raise NoChannel("the main channel's secret is in LINE_CHANNEL_SECRET: write NEW,OLD there for a while")
    known.ensure(db, channel, now)
    row = db.execute(_ROW, {"channel": channel}).one()
    if row.secret is None:
        raise NoChannel(f"{channel} has no secret: it was not made by `add-channel`")
    present, fresh, until = _credentials(row, seal), _pasted(secret), now + overlap
    if fresh == present.secret and not token:
        raise BadChannel(f"this is the secret of {channel} already")
    older = [one for one in present.secrets(now) if one != fresh]
    changes = {
        "secret": seal.close(fresh),
        "previous_secret": seal.close(_AND.join(older)) if older else None,
        "previous_secret_until": until,
    }
    if token:
        changes["access_token"] = seal.close(_pasted(token))
    db.execute(_CHANGE, {"channel": channel, **changes})
    note(db, channel, "channel.rotated", now)
    return until


def start_over(db: Connection, seal: Seal, channel: str, *, secret: str, token: str, now: datetime) -> None:
    """Give a channel a secret and a token anew, because the key that sealed its own is lost.

    Raises:
        BadChannel: its own can be opened, nothing is lost; or one of the new cannot be one.
        NoChannel: there is none with a secret in the database.
        NoKey: there is no key to seal with.
    """
    row = db.execute(_ROW, {"channel": channel}).one_or_none()
    if row is None or row.secret is None:
        raise NoChannel(f"{channel} has no secret: it was not made by `add-channel`")
    sealed = _sealed(seal, secret, token)
    if _is_open(row, seal):
        raise BadChannel(f"RAINGAN_KEY opens the secret of {channel}: nothing is lost, leave --key-is-lost out")
    db.execute(_CHANGE, {"channel": channel, **sealed, "previous_secret": None, "previous_secret_until": None})
    note(db, channel, "channel.started_over", now)


def _is_open(row: Row[tuple[object, ...]], seal: Seal) -> bool:
    try:
        _credentials(row, seal)
    except NoKey:
        return False
    return True


def reseal(db: Connection, seal: Seal, now: datetime) -> int:
    """Seal everything with the newest key and return for how many channels; the older keys may then go."""
    rows = db.execute(_ROWS.with_for_update(key_share=True)).all()
    for row in rows:
        is_over = row.previous_secret_until is None or row.previous_secret_until <= now
        previous = None if is_over else row.previous_secret
        kept = {"secret": row.secret, "previous_secret": previous, "access_token": row.access_token}
        again = {field: seal.again(sealed) if sealed else None for field, sealed in kept.items()}
        db.execute(_CHANGE, {"channel": row.id, **again})
        note(db, row.id, "channel.resealed", now)
    return len(rows)


def _sealed(seal: Seal, secret: str, token: str) -> dict[str, str]:
    return {"secret": seal.close(_pasted(secret)), "access_token": seal.close(_pasted(token))}


def _pasted(text: str) -> str:
    if not text.strip():
        raise BadChannel("the secret and the access token must not be empty")
    if not is_plain(text.strip()) or _AND in text:
        raise BadChannel(f"the secret or the access token {NOT_PLAIN}")
    return text.strip()

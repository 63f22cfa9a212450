"""Identifiers in the shapes LINE gives them."""

import random
from datetime import datetime

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def milliseconds(at: datetime) -> int:
    """Return a moment as LINE's timestamps have it."""
    return int(at.timestamp() * 1000)


class Ids:
    """Makes identifiers; with a seed, the same ones in the same order. The platform's lock guards it."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.Random(seed)  # noqa: S311 — a stand-in keeps no secrets
        self._last_message = 0

    def message(self, at: datetime) -> str:
        """Return a message id: 18 digits, growing."""
        self._last_message = max(self._last_message + 1, milliseconds(at) * 100_000)
        return str(self._last_message)

    def event(self, at: datetime) -> str:
        """Return a webhookEventId, which is a ULID: 48 bits of time and 80 of chance."""
        number = (milliseconds(at) << 80) | self._random.getrandbits(80)
        return "".join(CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))

    def token(self) -> str:
        """Return a reply token: 32 hexadecimal digits."""
        return f"{self._random.getrandbits(128):032x}"

    def long_token(self) -> str:
        """Return a token of the kind used for quoting and for marking as read."""
        return "".join(self._random.choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", k=64))

    def uuid(self) -> str:
        """Return a UUID's text, as request ids are."""
        digits = self.token()
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def user(self) -> str:
        """Return a user id: U and 32 hexadecimal digits (REF Common properties)."""
        return "U" + self.token()

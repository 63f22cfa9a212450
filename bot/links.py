"""Links: those that open the chat with an invite code typed in, also as QR pictures; those to a topic's files, and to
the pages of a meeting."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from itsdangerous import BadData, URLSafeSerializer

from handlers.meetings_pages import Page, Pass
from handlers.shown_files import Grant

FILES = "files"
"""Where the pages of files are."""
MEETINGS = "meetings"
"""Where the pages of meetings are."""
SecretsOf = Callable[[str], Sequence[str]]
"""Returns a channel's secrets, the newest first; raises LookupError for a channel that has none."""


def invite_url(code: str, basic_id: str | None, public_url: str) -> str:
    """Return the link for a code (DOC using-line-url-scheme: oaMessage), or where the account's id is not known
    the address of our own page that says what to do."""
    if basic_id:
        return f"https://line.me/R/oaMessage/{quote(basic_id, safe='')}/?{quote(code)}"
    return f"{public_url}/join/{quote(code)}"


def draw_qr(url: str, file: Path) -> None:
    """Draw a QR code as PNG, 8 pixels a module; a quarter of it may be damaged on paper and it still reads."""
    import segno  # only commands draw; the web need not load it

    segno.make(url, error="q", micro=False).save(str(file), scale=8, border=4)


class _Signed:
    """Signs what a link says with the channel's own secret: no link can be changed into another's, and all die with
    the secret."""

    def __init__(self, public_url: str, path: str, secrets_of: SecretsOf) -> None:
        self._address = f"{public_url}/{path}" if public_url else ""
        self._salt = f"raingan.{path}"
        self._secrets_of = secrets_of

    def make(self, channel: str, known: list[Any]) -> str | None:
        """Return the link; None where the bot has no address or the channel no secret."""
        signer = self._signer(channel)
        if not self._address or signer is None:
            return None
        return f"{self._address}/{quote(channel, safe='')}/{signer.dumps([channel, *known])!s}"

    def read(self, channel: str, token: str) -> list[Any] | None:
        """Return what a link says, over or not; None where we did not make it for this channel."""
        signer = self._signer(channel)
        if signer is None:
            return None
        try:
            of, *known = signer.loads(token)
        except BadData:
            return None
        return known if of == channel else None

    def _signer(self, channel: str) -> URLSafeSerializer | None:
        try:
            secrets = [secret for secret in self._secrets_of(channel) if secret]
        except LookupError:
            return None
        # itsdangerous signs with the last key and accepts all.
        return URLSafeSerializer(secrets[::-1], salt=self._salt) if secrets else None


class FileLinks:
    """Makes and reads the links at which a grant of ``handlers.shown_files`` is used."""

    def __init__(self, public_url: str, secrets_of: SecretsOf) -> None:
        self._signed = _Signed(public_url, FILES, secrets_of)

    def make(self, grant: Grant) -> str | None:
        """Return a grant's link; None where the bot has no address or the channel no secret."""
        until = int(grant.until.timestamp())
        known = [grant.person, grant.agency, grant.report, grant.sending, grant.topic, until]
        return self._signed.make(grant.channel, known)

    def read(self, channel: str, token: str) -> Grant | None:
        """Return the grant of a link as it was made, over or not; None where we did not make it."""
        known = self._signed.read(channel, token)
        if known is None:
            return None
        person, agency, report, sending, topic, until = known
        return Grant(channel, person, agency, report, sending, topic, datetime.fromtimestamp(until, UTC))


class MeetingLinks:
    """Makes and reads the links at which a pass of ``handlers.meetings_pages`` is used."""

    def __init__(self, public_url: str, secrets_of: SecretsOf) -> None:
        self._signed = _Signed(public_url, MEETINGS, secrets_of)

    def make(self, one: Pass) -> str | None:
        """Return a pass's link; None where the bot has no address or the channel no secret.

        LINE opens it in the phone's own browser (DOC using-line-url-scheme): its built-in one keeps no files.
        """
        link = self._signed.make(one.channel, [one.person, one.meeting, one.page, int(one.until.timestamp())])
        return f"{link}?openExternalBrowser=1" if link else None

    def read(self, channel: str, token: str) -> Pass | None:
        """Return the pass of a link as it was made, over or not; None where we did not make it."""
        known = self._signed.read(channel, token)
        if known is None:
            return None
        person, meeting, page, until = known
        return Pass(channel, person, meeting, Page(page), datetime.fromtimestamp(until, UTC))

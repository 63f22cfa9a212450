"""Links: those that open the chat with an invite code typed in, also as QR pictures, and those to a topic's files."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from itsdangerous import BadData, URLSafeSerializer

from handlers.shown_files import Grant

FILES = "files"
"""Where the pages of files are."""


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


class FileLinks:
    """Makes and reads the links at which a grant of ``handlers.shown_files`` is used.

    A link is signed with the channel's own secret: it cannot be changed into another's, and dies with the secret.

    secrets_of: returns a channel's secrets, the newest first; raises LookupError for a channel that has none.
    """

    def __init__(self, public_url: str, secrets_of: Callable[[str], Sequence[str]]) -> None:
        self._public_url = public_url
        self._secrets_of = secrets_of

    def make(self, grant: Grant) -> str | None:
        """Return a grant's link; None where the bot has no address or the channel no secret."""
        signer = self._signer(grant.channel)
        if not self._public_url or signer is None:
            return None
        until = int(grant.until.timestamp())
        known = [grant.channel, grant.person, grant.agency, grant.report, grant.sending, grant.topic, until]
        return f"{self._public_url}/{FILES}/{quote(grant.channel, safe='')}/{signer.dumps(known)!s}"

    def read(self, channel: str, token: str) -> Grant | None:
        """Return the grant of a link as it was made, over or not; None where we did not make it."""
        signer = self._signer(channel)
        if signer is None:
            return None
        try:
            of, person, agency, report, sending, topic, until = signer.loads(token)
        except BadData:
            return None
        end = datetime.fromtimestamp(until, UTC)
        return Grant(of, person, agency, report, sending, topic, end) if of == channel else None

    def _signer(self, channel: str) -> URLSafeSerializer | None:
        try:
            secrets = [secret for secret in self._secrets_of(channel) if secret]
        except LookupError:
            return None
        # itsdangerous signs with the last key and accepts all.
        return URLSafeSerializer(secrets[::-1], salt="raingan.files") if secrets else None

"""What people sent, as ``bot.media`` wants to have it."""

from collections.abc import Iterator
from contextlib import contextmanager

from urllib3 import HTTPResponse
from urllib3.exceptions import HTTPError

import bot.line.sdk  # noqa: F401 -- now, not while the first photo is being fetched
from bot.line.answers import Unanswered
from bot.line.gateway import Gateway
from bot.media import Content, Unreachable

PIECE = 64 * 1024


class ContentGateway:
    """LINE's store of photos, films, voices and files."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    @contextmanager
    def content(self, channel: str, message_id: str) -> Iterator[Content]:
        """Open a message's content; every status is handed on.

        Raises:
            Unreachable: no answer, or it broke off.
        """
        try:
            response = self._gateway.open_content(channel, message_id)
        except Unanswered as error:
            raise Unreachable(str(error)) from error
        try:
            yield Content(response.status, _pieces(response), _length(response))
        finally:
            response.close()


def _pieces(response: HTTPResponse) -> Iterator[bytes]:
    try:
        yield from response.stream(PIECE, decode_content=True)
    except (HTTPError, OSError) as error:
        raise Unreachable(type(error).__name__) from error


def _length(response: HTTPResponse) -> int | None:
    """Return the bytes announced; None also where they are counted before unpacking."""
    announced = response.headers.get("content-length", "")
    plain = response.headers.get("content-encoding", "identity") == "identity"
    return int(announced) if plain and announced.isdecimal() else None

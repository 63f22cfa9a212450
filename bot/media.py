"""Files that people send: fetched from LINE in the background, checked, and kept in a folder or in S3.

No network call runs inside a transaction: claim, commit, fetch, write down where to, commit, keep, mark, commit.
A crash anywhere leaves a row that becomes due again, and a file, if any, where the next try puts the same one.
"""

import hashlib
import logging
import os
import random
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Protocol
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, MemoryStore, S3Store

from bot.media_types import FileType, NotTaken, recognise
from handlers import lost_files, media
from handlers.media import Job, Reason
from models.report import PartKind
from models.store import Store

log = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024
LIMITS = {
    PartKind.IMAGE: 20 * MEGABYTE,  # LINE shrinks photos to well below this
    PartKind.AUDIO: 50 * MEGABYTE,  # about an hour of talking
    PartKind.VIDEO: 100 * MEGABYTE,  # LINE cuts videos to five minutes
    PartKind.FILE: 20 * MEGABYTE,
}
"""Bytes, by how the file was sent; more is refused, and never more than this is read."""

BATCH = 4
DOWNLOAD = timedelta(seconds=90)
"""How long one download may take in all."""
STORING = timedelta(minutes=4)
"""What is left of the lease after the last download may end, for keeping the file: more than S3's own retries take."""
IN_MEMORY = MEGABYTE
"""Larger downloads wait on disk while they are checked."""

_PASSING = frozenset({202, 401, 403, 408, 425, 429})  # 401 and 403: a token being changed
_GONE = {404: Reason.UNKNOWN, 410: Reason.UNSENT}
_PLAIN_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")


class Unreachable(Exception):
    """The content could not be had just now; it can be tried again."""


class Lost(Exception):
    """LINE will not give the content, however often it is asked."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Content:
    """LINE's answer to a request for a message's content.

    chunks: the body as it arrives. length: bytes announced, None where LINE does not say.
    """

    status: int
    chunks: Iterator[bytes]
    length: int | None = None


class Gateway(Protocol):
    def content(self, channel: str, message_id: str) -> AbstractContextManager[Content]:
        """Open a message's content at LINE (``GET /v2/bot/message/{id}/content``); leaving the context closes it.

        Every status is handed on, none raises. Chunks are small enough to count as they come.

        Raises:
            Unreachable: no answer, or it broke off; while opening as well as while reading chunks.
        """
        ...


class MediaStore:
    """The place where files are kept: a folder, S3, or memory in tests.

    url: a path, ``file://…``, ``s3://bucket/prefix`` (region, keys and endpoint from the AWS_… variables of the
    environment) or ``memory://``. To be opened after a fork: S3's client has threads of its own.

    Raises:
        ValueError: another kind of address.
    """

    def __init__(self, url: str) -> None:
        self._folder = _folder(url)
        self._files = _opened(url, self._folder)

    def keep(self, path: str, file: IO[bytes]) -> None:
        """Keep a file from its start; all of it or nothing, in the place of what may already be there.

        Raises:
            Unreachable: the store did not take it.
        """
        file.seek(0)
        try:
            obstore.put(self._files, path, file)
            if self._folder is not None:
                _flush(self._folder / path)
        except (BaseError, OSError) as error:
            raise Unreachable(f"media store: {error}") from error

    def chunks(self, path: str) -> Iterator[bytes]:
        """Return a kept file's bytes, piece by piece.

        Raises:
            FileNotFoundError: there is none.
        """
        return map(bytes, obstore.get(self._files, path).stream())

    def piece(self, path: str, begin: int, end: int) -> Iterator[bytes]:
        """Return the bytes of a kept file from ``begin`` up to ``end``, which is not among them.

        Raises:
            FileNotFoundError: there is none.
        """
        return iter([bytes(obstore.get_range(self._files, path, start=begin, end=end))])

    def delete(self, path: str) -> None:
        """Delete a file; one that is not there is as good as deleted.

        Raises:
            Unreachable: the store did not answer.
        """
        try:
            obstore.delete(self._files, path)
        except FileNotFoundError:
            pass
        except (BaseError, OSError) as error:
            raise Unreachable(f"media store: {error}") from error

    def paths(self) -> list[str]:
        """Return the paths of all files, sorted."""
        return sorted(meta["path"] for batch in obstore.list(self._files) for meta in batch)


@dataclass(frozen=True, slots=True)
class Fetcher:
    store: Store
    gateway: Gateway
    files: MediaStore
    clock: Callable[[], datetime]

    def fetch(self, limit: int) -> Counter[str]:
        with self.store.write() as db:
            jobs = media.due(db, self.clock(), limit)
        return Counter(self._one(job) for job in jobs)

    def _one(self, job: Job) -> str:
        """Fetch one file and mark how it went. One that breaks us must not stop the others: its lease runs out."""
        try:
            return self._tried(job)
        except Exception:
            log.exception("media %s of %s", job.part_id, job.channel)
            return "broken"

    def _tried(self, job: Job) -> str:
        try:
            return self._fetched(job)
        except NotTaken as no:
            return self._marked(media.refused, job, no.reason)
        except Lost as no:
            return self._marked(media.gone, job, no.reason)
        except Unreachable as error:
            log.info("media %s of %s waits: %s", job.part_id, job.channel, error)
            return self._again(job)

    def _fetched(self, job: Job) -> str:
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
            size = self._downloaded(job, file)
            found = recognise(file, job.kind, job.name)
            return self._kept(job, file, size, found)

    def _downloaded(self, job: Job, file: IO[bytes]) -> int:
        """Download into ``file`` and return the size in bytes; the connection is free again before we store."""
        now = self.clock()
        end = min(now + DOWNLOAD, job.lease_until - STORING)
        if now >= end:
            raise Unreachable("no time left in this round")
        with self.gateway.content(job.channel, job.message_id) as content:
            _check_status(content.status)
            return self._poured(content, file, LIMITS[job.kind], end)

    def _poured(self, content: Content, file: IO[bytes], limit: int, end: datetime) -> int:
        size = 0
        if (content.length or 0) > limit:
            raise NotTaken(Reason.TOO_BIG)
        for chunk in content.chunks:
            size += len(chunk)
            if size > limit:
                raise NotTaken(Reason.TOO_BIG)
            file.write(chunk)
            if self.clock() > end:
                raise Unreachable("too slow")
        if content.length not in (None, size):
            raise Unreachable(f"{size} of {content.length} bytes")
        return size

    def _kept(self, job: Job, file: IO[bytes], size: int, found: FileType) -> str:
        path = path_of(job, found.extension)
        if job.path not in (None, path):
            self.files.delete(str(job.path))  # an earlier try was given other content
        with self.store.write() as db:
            if not media.planned(db, job, path):
                return "overtaken"
        self.files.keep(path, file)
        with self.store.write() as db:
            if media.kept(db, job, found.content_type, size):
                return "kept"
            wanted = media.wanted(db, job.part_id)
        if not wanted:
            self.files.delete(path)
        return "overtaken"

    def _marked(self, mark: Callable[..., bool], job: Job, reason: Reason) -> str:
        with self.store.write() as db:
            if not mark(db, job, reason):
                return "overtaken"
            lost_files.tell(db, job, reason, self.clock())
            return mark.__name__

    def _again(self, job: Job) -> str:
        chance = random.random()  # noqa: S311 -- spreads the tries, guards nothing
        with self.store.write() as db:
            return "again" if media.again(db, job, self.clock(), chance) else "overtaken"


def fetch_due(
    store: Store, gateway: Gateway, files: MediaStore, clock: Callable[[], datetime], limit: int = BATCH
) -> Counter[str]:
    """Fetch up to ``limit`` waiting files; any number of workers may do so at once.

    clock: returns the present moment (UTC).
    Returns how many were kept, refused, gone, are to be tried again, overtaken (unsent meanwhile) or broken.
    """
    return Fetcher(store, gateway, files, clock).fetch(limit)


def delete_due(store: Store, files: MediaStore, clock: Callable[[], datetime], limit: int = 100) -> int:
    """Delete files of unsent parts from the store; return how many.

    Raises:
        Unreachable: the store did not answer; what is left is deleted the next time.
    """
    with store.read() as db:
        doomed = media.to_delete(db, clock(), limit)
    for one in doomed:
        files.delete(one.path)
        with store.write() as db:
            media.deleted(db, one)
    return len(doomed)


def path_of(job: Job, extension: str) -> str:
    """Return where a file is kept: channel, month, part. The same at every try, and nothing of it typed by anyone."""
    channel = job.channel
    if not _PLAIN_ID.fullmatch(channel):
        channel = "x-" + hashlib.sha256(channel.encode()).hexdigest()[:32]
    return f"{channel}/{job.said_at:%Y-%m}/{job.part_id}.{extension}"


def _check_status(status: int) -> None:
    """Pass for 200. Source: REF Get content, and DOC retrying-api-request for what may pass."""
    if status == 200:
        return
    if status in _GONE:
        raise Lost(_GONE[status])
    if status in _PASSING or status >= 500 or status < 400:
        raise Unreachable(f"LINE answered {status}")
    raise Lost(Reason.REJECTED)


def _folder(url: str) -> Path | None:
    """Return the folder that the address means, or None where it means none."""
    if "://" not in url:
        return Path(url).expanduser().absolute()
    parts = urlsplit(url)
    if parts.scheme != "file":
        return None
    if parts.netloc not in ("", "localhost"):
        raise ValueError(f"a folder on another machine: {url!r}")
    return Path(unquote(parts.path))


def _opened(url: str, folder: Path | None) -> LocalStore | MemoryStore | S3Store:
    if folder is not None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # pictures of children: nobody else's business
        return LocalStore(folder)
    if url.startswith("memory://"):
        return MemoryStore()
    if url.startswith("s3://"):
        # No client options here: they would put AWS_ALLOW_HTTP of the environment out of force. Their timeout is 30 s.
        return S3Store.from_url(url, retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=30)})
    raise ValueError(f"neither a folder nor s3://: {url!r}")


def _flush(path: Path) -> None:
    """Wait until file and folder entry are on the disk: the row that says so will be."""
    for one in (path, path.parent):
        handle = os.open(one, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

"""What a file is, told by its content alone: neither its name nor what LINE says of it is trusted."""

import codecs
import io
import re
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

import filetype
from filetype.types import archive, audio, image, video

from handlers.media import Reason
from models.report import PartKind

HEAD = 8192
"""Bytes at the start that tell the type."""
LONGEST_INDEX = 1 << 20
"""Bytes of a zip's index that we are willing to read; a document's has a few kilobytes."""


class NotTaken(Exception):
    """The file is one we do not take; trying again would not change it."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class FileType:
    extension: str
    content_type: str

    @property
    def family(self) -> str:
        return self.content_type.partition("/")[0]


_OFFICE = "application/vnd.openxmlformats-officedocument."
_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "heic": "image/heic",
    "gif": "image/gif",
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "aac": "audio/aac",
    "ogg": "audio/ogg",
    "wav": "audio/wav",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "pdf": "application/pdf",
    "docx": _OFFICE + "wordprocessingml.document",
    "xlsx": _OFFICE + "spreadsheetml.sheet",
    "pptx": _OFFICE + "presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
}
_FAMILIES = {PartKind.IMAGE: "image", PartKind.AUDIO: "audio", PartKind.VIDEO: "video"}

# M4A before MP4, whose matcher takes it too; the library's own order has it the other way round.
_MATCHERS = (
    *(image.Jpeg(), image.Png(), image.Gif(), image.Webp(), image.Heic()),
    *(audio.M4a(), video.Mov(), video.Mp4()),
    *(audio.Aac(), audio.Mp3(), audio.Ogg(), audio.Wav(), archive.Pdf()),
)
# Where the library is content with three letters, words in a text file would do.
_SURE = {
    "png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "gif": re.compile(rb"GIF8[79]a"),
    "m4a": re.compile(rb"....ftyp", re.DOTALL),
    "mp3": re.compile(rb"ID3[\x02-\x04]|\xff"),
    "ogg": re.compile(rb"OggS\0"),
    "pdf": re.compile(rb"%PDF-\d"),
}

_ZIP, _ZIP_END, _OLE = b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = re.compile(rb"<(script|html|svg|\?php|!doctype html|iframe|body)\b", re.IGNORECASE)
_PROGRAM = re.compile(r"\s*(#!|%!|\{\\rtf|<[a-z!?])", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_THAI = re.compile("[ก-ฮ]")

_MAIN_PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
_STREAMS = {"WordDocument": "doc", "Workbook": "xls", "Book": "xls"}


def recognise(file: IO[bytes], kind: PartKind, name: str | None = None) -> FileType:
    """Return the type of what was sent as ``kind``.

    name: what the person called it; tells .csv from .txt, which have no content of their own to be told by.

    Raises:
        NotTaken: empty, of no type we take, of another type than it was sent as, or of two types at once.
    """
    head = _read(file, 0, HEAD)
    if not head:
        raise NotTaken(Reason.EMPTY)
    media = _media_type(head)
    found = _type(media) if media else _document(file, head, kind, name)
    if media and (_speaks_twice(head, found) or _ends_as_zip(file)):
        raise NotTaken(Reason.POLYGLOT)
    return _as_sent(found, kind)


def _type(extension: str) -> FileType:
    return FileType(extension, _TYPES[extension])


def _read(file: IO[bytes], start: int, size: int = -1) -> bytes:
    file.seek(start)
    return file.read(size)


def _size(file: IO[bytes]) -> int:
    return file.seek(0, io.SEEK_END)


def _as_sent(found: FileType, kind: PartKind) -> FileType:
    """Hold the type against what it was sent as: a voice note may come in any MP4 container."""
    if kind is PartKind.AUDIO and found.extension == "mp4":
        return _type("m4a")
    if _FAMILIES.get(kind, found.family) != found.family:
        raise NotTaken(Reason.MISTYPED)
    return found


def _media_type(head: bytes) -> str | None:
    guess = filetype.match(head, _MATCHERS)
    if guess is None:
        return None
    sure = _SURE.get(guess.extension)
    return str(guess.extension) if sure is None or sure.match(head) else None


def _document(file: IO[bytes], head: bytes, kind: PartKind, name: str | None) -> FileType:
    if kind is not PartKind.FILE:
        raise NotTaken(Reason.MISTYPED)
    if head.startswith(_ZIP):
        return _zipped(file)
    if head.startswith(_OLE):
        return _old_office(file)
    return _text(file, name)


def _speaks_twice(head: bytes, found: FileType) -> bool:
    """Return whether the head of a picture, sound or PDF is also that of a web page, a script or a PDF."""
    start = head[:1024]
    return bool(_MARKUP.search(start)) or (found.extension != "pdf" and b"%PDF-" in start)


def _zip_index(file: IO[bytes]) -> tuple[int, int] | None:
    """Return start and size of the index of a zip that reaches the file's very end, or None.

    Source: PKWARE's APPNOTE 4.3.16. The end record has 22 bytes and a comment of up to 65,535.
    """
    size = _size(file)
    tail = _read(file, max(0, size - 22 - 0xFFFF))
    at = tail.rfind(_ZIP_END)
    if at < 0 or len(tail) - at < 22:
        return None
    index, _, comment = struct.unpack("<LLH", tail[at + 12 : at + 22])
    if at + 22 + comment != len(tail):
        return None
    return size - len(tail) + at - index, index


def _ends_as_zip(file: IO[bytes]) -> bool:
    return _zip_index(file) is not None


def _zipped(file: IO[bytes]) -> FileType:
    """Return the one kind of document a zip is. Only its index is read, nothing is unpacked."""
    index = _zip_index(file)
    if index is None or index[1] > LONGEST_INDEX:
        raise NotTaken(Reason.TYPE)
    try:
        with zipfile.ZipFile(file) as archive_:
            return _type(_zipped_document(archive_))
    except (zipfile.BadZipFile, RuntimeError, ValueError, EOFError, struct.error) as error:
        raise NotTaken(Reason.TYPE) from error  # damaged, or locked with a password


def _zipped_document(zipped: zipfile.ZipFile) -> str:
    names = set(zipped.namelist())
    kinds = {kind for part, kind in _MAIN_PARTS.items() if part in names and "[Content_Types].xml" in names}
    if _is_odt(zipped):
        kinds.add("odt")
    if len(kinds) != 1:
        raise NotTaken(Reason.POLYGLOT if kinds else Reason.TYPE)
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise NotTaken(Reason.MACROS)
    return kinds.pop()


def _is_odt(zipped: zipfile.ZipFile) -> bool:
    """Return whether the zip opens with OpenDocument's ``mimetype``, not compressed (OpenDocument 1.3, part 2, 3.3)."""
    expected = _TYPES["odt"].encode()
    for first in zipped.infolist()[:1]:
        plain = first.compress_type == zipfile.ZIP_STORED and first.file_size == len(expected)
        return first.filename == "mimetype" and plain and zipped.read(first) == expected
    return False


def _old_office(file: IO[bytes]) -> FileType:
    """Tell Word from Excel by the streams named in the directory; an installer (.msi) has the same head."""
    content = _read(file, 0)
    kinds = {kind for stream, kind in _STREAMS.items() if _has_stream(content, stream)}
    if len(kinds) != 1:
        raise NotTaken(Reason.POLYGLOT if kinds else Reason.TYPE)
    return _type(kinds.pop())


def _has_stream(content: bytes, name: str) -> bool:
    """Look for a directory entry: name in UTF-16, its length at 64, type 2 (a stream) at 66 ([MS-CFB] 2.6.1)."""
    wanted = (name + "\0").encode("utf-16-le")
    at = content.find(wanted)
    while at >= 0:
        if at % 128 == 0 and content[at + 64 : at + 67] == struct.pack("<HB", len(wanted), 2):
            return True
        at = content.find(wanted, at + 1)
    return False


def _text(file: IO[bytes], name: str | None) -> FileType:
    text, charset = _decoded(_read(file, 0))
    if _CONTROL.search(text) or _PROGRAM.match(text):
        raise NotTaken(Reason.TYPE)
    if (name or "").lower().endswith(".csv"):
        return FileType("csv", f"text/csv; charset={charset}")
    return FileType("txt", f"text/plain; charset={charset}")


def _decoded(content: bytes) -> tuple[str, str]:
    """Read words as UTF-8, or as the Thai Windows code page where Thai letters come out of it."""
    tries: tuple[tuple[str, str, Callable[[str], object]], ...] = (
        ("utf-8-sig", "utf-8", lambda text: True),
        ("cp874", "windows-874", _THAI.search),
    )
    for codec, charset, believable in tries:
        try:
            text = codecs.decode(content, codec)
        except UnicodeDecodeError:
            continue
        if believable(text):
            return text, charset
    raise NotTaken(Reason.TYPE)

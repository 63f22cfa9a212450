"""A file is what its content says; what is not on the list, or two things at once, is refused with a reason."""

import io
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import media_types
from bot.media_types import NotTaken, recognise
from handlers.media import Reason
from models.report import PartKind
from tests.media_scene import JPEG, MP4, VOICE, docx, ole, zipped

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\0" * 32
GIF = b"GIF89a" + b"\0" * 32
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 " + b"\0" * 32
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\0" * 32
MOV = b"\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00qt  " + b"\0" * 32
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\0" * 32
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"1 0 obj\n" * 20
PPTX = zipped("[Content_Types].xml", "ppt/presentation.xml")
ODT_TYPE = b"application/vnd.oasis.opendocument.text"
ODT = zipped("mimetype", "content.xml", mimetype=ODT_TYPE)
THAI = "นักเรียนอ่านออก,๓๕ คน\r\n"


def xlsx() -> bytes:
    file = io.BytesIO()
    book = openpyxl.Workbook()
    book.save(file)
    return file.getvalue()


def kind_of(content: bytes, kind: PartKind = PartKind.FILE, name: str | None = None) -> tuple[str, str]:
    found = recognise(io.BytesIO(content), kind, name)
    return found.extension, found.content_type


def reason(content: bytes, kind: PartKind = PartKind.FILE, name: str | None = None) -> Reason:
    with pytest.raises(NotTaken) as no:
        recognise(io.BytesIO(content), kind, name)
    return no.value.reason


@pytest.mark.parametrize(
    ("content", "extension", "content_type"),
    [
        (JPEG, "jpg", "image/jpeg"),
        (PNG, "png", "image/png"),
        (GIF, "gif", "image/gif"),
        (WEBP, "webp", "image/webp"),
        (HEIC, "heic", "image/heic"),
        (PDF, "pdf", "application/pdf"),
        (VOICE, "m4a", "audio/mp4"),
        (b"ID3\x04\x00" + b"\0" * 32, "mp3", "audio/mpeg"),
        (b"\xff\xfb\x90\x00" + b"\0" * 32, "mp3", "audio/mpeg"),
        (b"\xff\xf1\x50\x80" + b"\0" * 32, "aac", "audio/aac"),
        (b"OggS\x00\x02" + b"\0" * 32, "ogg", "audio/ogg"),
        (WAV, "wav", "audio/wav"),
        (MP4, "mp4", "video/mp4"),
        (MOV, "mov", "video/quicktime"),
        (docx(), "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (xlsx(), "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (PPTX, "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
        (ODT, "odt", "application/vnd.oasis.opendocument.text"),
        (ole("WordDocument", "1Table"), "doc", "application/msword"),
        (ole("Workbook"), "xls", "application/vnd.ms-excel"),
        (ole("Book"), "xls", "application/vnd.ms-excel"),
        (THAI.encode(), "txt", "text/plain; charset=utf-8"),
        (("\ufeff" + THAI).encode(), "txt", "text/plain; charset=utf-8"),
        (THAI.encode("cp874"), "txt", "text/plain; charset=windows-874"),
        (b"GIF 1,2\n", "txt", "text/plain; charset=utf-8"),
        (b"ID3 is a tag", "txt", "text/plain; charset=utf-8"),
        (b"M4A is a sound", "txt", "text/plain; charset=utf-8"),
    ],
)
def test_what_schools_send_is_known_by_its_content(content: bytes, extension: str, content_type: str) -> None:
    assert kind_of(content, name="../../etc/passwd") == (extension, content_type)


@pytest.mark.parametrize(
    ("name", "extension"), [("ผลสอบ.CSV", "csv"), ("ผลสอบ.txt", "txt"), (None, "txt"), ("csv", "txt")]
)
def test_the_name_only_tells_a_table_from_a_text(name: str | None, extension: str) -> None:
    assert kind_of(THAI.encode("cp874"), name=name)[0] == extension
    assert kind_of(JPEG, name=name)[0] == "jpg"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"MZ\x90\x00\x03\x00\x00\x00", id="program"),
        pytest.param(b"\x7fELF\x02\x01\x01\x00", id="elf"),
        pytest.param(b"#!/bin/sh\nrm -rf /\n", id="shell"),
        pytest.param(b"<!DOCTYPE html><script>alert(1)</script>", id="page"),
        pytest.param(b'\xef\xbb\xbf \n<svg onload="alert(1)"/>', id="svg"),
        pytest.param(b"<?php system($_GET[0]);", id="php"),
        pytest.param(b"{\\rtf1 {\\object}}", id="rtf"),
        pytest.param(b"%!PS-Adobe-3.0", id="postscript"),
        pytest.param(b"Rar!\x1a\x07\x00", id="rar"),
        pytest.param(b"\x1f\x8b\x08\x00", id="gzip"),
        pytest.param(zipped("payload.exe"), id="zip"),
        pytest.param(zipped("AndroidManifest.xml", "classes.dex"), id="apk"),
        pytest.param(b"PK\x05\x06" + b"\0" * 18, id="empty zip"),
        pytest.param(docx()[:-30], id="half a docx"),
        pytest.param(ole("\u4840\u3f3f"), id="installer"),
        pytest.param(ole("EncryptedPackage"), id="locked"),
        pytest.param(b"\xff\xfe" + THAI.encode("utf-16-le"), id="utf-16"),
        pytest.param(b"ok\x00\x01\x02", id="zeros"),
        pytest.param(b"caf\xe9 \xa0", id="latin"),
        pytest.param(b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1avif", id="avif"),
        pytest.param(b"BM\x00\x00\x00\x00", id="bmp"),
    ],
)
def test_anything_else_is_refused(content: bytes) -> None:
    assert reason(content, name="report.docx") is Reason.TYPE


@pytest.mark.parametrize("kind", [PartKind.FILE, PartKind.IMAGE, PartKind.AUDIO, PartKind.VIDEO])
def test_nothing_is_nothing(kind: PartKind) -> None:
    assert reason(b"", kind) is Reason.EMPTY


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (PartKind.IMAGE, PDF),
        (PartKind.IMAGE, MP4),
        (PartKind.IMAGE, docx()),
        (PartKind.IMAGE, b"words"),
        (PartKind.AUDIO, JPEG),
        (PartKind.AUDIO, MOV),
        (PartKind.VIDEO, VOICE),
        (PartKind.VIDEO, ole("WordDocument")),
    ],
)
def test_a_photo_that_is_no_photo_is_refused(kind: PartKind, content: bytes) -> None:
    assert reason(content, kind) is Reason.MISTYPED


def test_a_voice_note_may_come_in_a_video_container() -> None:
    assert kind_of(MP4, PartKind.AUDIO) == ("m4a", "audio/mp4")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(JPEG + docx(), id="photo and zip"),
        pytest.param(GIF + zipped("Evil.class", "META-INF/MANIFEST.MF"), id="GIFAR"),
        pytest.param(PDF + zipped("payload.exe"), id="pdf and zip"),
        pytest.param(JPEG[:20] + b"<script>alert(1)</script>" + JPEG, id="photo and page"),
        pytest.param(GIF[:10] + b"/*<SVG onload=1>*/", id="picture and svg"),
        pytest.param(PNG[:20] + b"<?php eval(1)?>", id="picture and php"),
        pytest.param(JPEG[:20] + PDF, id="photo and pdf"),
        pytest.param(MP4[:24] + b"<!doctype html>", id="film and page"),
        pytest.param(zipped("[Content_Types].xml", "word/document.xml", "xl/workbook.xml"), id="two documents"),
        pytest.param(ole("WordDocument", "Workbook"), id="two old documents"),
    ],
)
def test_two_types_at_once_are_refused(content: bytes) -> None:
    assert reason(content) is Reason.POLYGLOT


def test_a_document_attached_inside_a_pdf_makes_it_no_second_type() -> None:
    assert kind_of(PDF + docx() + b"\nendstream\n%%EOF\n")[0] == "pdf"


@pytest.mark.parametrize("before", [JPEG, b"MZ" + b"\0" * 60])
def test_a_document_behind_something_else_is_not_a_document(before: bytes) -> None:
    assert reason(before + docx()) in (Reason.POLYGLOT, Reason.TYPE)


def test_a_document_that_runs_programs_is_refused() -> None:
    assert reason(zipped("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")) is Reason.MACROS


def test_nothing_is_unpacked_and_no_endless_index_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_types, "LONGEST_INDEX", 1000)
    crowd = zipped("[Content_Types].xml", "word/document.xml", *map(str, range(100)))
    assert reason(crowd) is Reason.TYPE
    document = docx()
    monkeypatch.setattr(zipfile.ZipFile, "open", None)
    assert kind_of(document)[0] == "docx"


def verdict(content: bytes, kind: PartKind) -> str:
    """Return the extension, or the reason why not; any other exception goes through."""
    try:
        return recognise(io.BytesIO(content), kind).extension
    except NotTaken as no:
        return no.reason


@given(content=st.binary(max_size=300), kind=st.sampled_from([PartKind.FILE, PartKind.IMAGE, PartKind.AUDIO]))
def test_any_bytes_are_taken_or_refused_and_never_break_us(content: bytes, kind: PartKind) -> None:
    for tried in (
        content,
        b"PK\x03\x04" + content,
        docx() + content,
        ole("WordDocument")[:512] + content,
        JPEG + content,
    ):
        assert verdict(tried, kind)


@given(at=st.integers(0, 400), value=st.integers(0, 255))
def test_a_damaged_document_never_breaks_us(at: int, value: int) -> None:
    content = bytearray(ODT if at % 2 else docx())
    content[at % len(content)] = value
    assert verdict(bytes(content), PartKind.FILE)


@given(words=st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0xFFFD, exclude_categories=["Cs", "Cc"])))
def test_words_are_words_unless_they_begin_like_a_program(words: str) -> None:
    assert kind_of(("ข" + words).encode()) == ("txt", "text/plain; charset=utf-8")

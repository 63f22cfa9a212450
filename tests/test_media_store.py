"""Where files are kept: a folder, S3, or memory; the same to whoever keeps and reads."""

import io
import stat
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot.media import MediaStore, Unreachable

PATH = "main/2026-01/7.jpg"


class Bucket(BaseHTTPRequestHandler):
    """Just enough of S3: put, get and delete of an object, in the bucket named in the path."""

    objects: dict[str, bytes]
    refuse = False

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(403 if self.refuse else status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"1"')
        self.send_header("Last-Modified", "Mon, 05 Jan 2026 02:10:00 GMT")
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self) -> None:
        assert self.headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=key-from-environment/")
        self.objects[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(200)

    def do_GET(self) -> None:
        found = self.objects.get(self.path)
        self._answer(404) if found is None else self._answer(200, found)

    def do_DELETE(self) -> None:
        self.objects.pop(self.path, None)
        self._answer(204)

    def do_POST(self) -> None:
        """Delete several at once, as S3's clients like to."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        key = body.partition("<Key>")[2].partition("</Key>")[0]
        self.objects.pop(f"/bucket/{key}", None)
        self._answer(200, f"<DeleteResult><Deleted><Key>{key}</Key></Deleted></DeleteResult>".encode())


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Bucket]]:
    handler = type("OneBucket", (Bucket,), {"objects": {}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "key-from-environment",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "ap-southeast-7",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
        "AWS_ALLOW_HTTP": "true",
    }.items():
        monkeypatch.setenv(name, value)
    yield handler
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(params=["path", "file", "memory", "s3"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> MediaStore:
    if request.param == "s3":
        request.getfixturevalue("bucket")
    folder = tmp_path / "รูปภาพ และไฟล์"
    urls = {"path": str(folder), "file": folder.as_uri(), "memory": "memory://", "s3": "s3://bucket/photos"}
    return MediaStore(urls[request.param])


def read(files: MediaStore, path: str = PATH) -> bytes:
    return b"".join(files.chunks(path))


def test_what_is_kept_can_be_read(files: MediaStore) -> None:
    file = io.BytesIO(b"photo")
    file.seek(3)
    files.keep(PATH, file)
    assert read(files) == b"photo"


def test_kept_again_it_takes_the_place_of_the_old(files: MediaStore) -> None:
    files.keep(PATH, io.BytesIO(b"first, and longer"))
    files.keep(PATH, io.BytesIO(b"second"))
    assert read(files) == b"second"


def test_deleted_it_is_gone_and_may_be_deleted_again(files: MediaStore) -> None:
    files.keep(PATH, io.BytesIO(b"photo"))
    files.delete(PATH)
    files.delete(PATH)
    with pytest.raises(FileNotFoundError):
        read(files)


def test_in_a_bucket_it_lies_below_the_prefix(bucket: type[Bucket]) -> None:
    MediaStore("s3://bucket/photos").keep(PATH, io.BytesIO(b"photo"))
    assert bucket.objects == {f"/bucket/photos/{PATH}": b"photo"}


def test_a_bucket_that_refuses_can_be_tried_again(bucket: type[Bucket]) -> None:
    files = MediaStore("s3://bucket/photos")
    bucket.refuse = True
    for act in (lambda: files.keep(PATH, io.BytesIO(b"photo")), lambda: files.delete(PATH)):
        with pytest.raises(Unreachable):
            act()


def test_a_folder_that_cannot_be_written_can_be_tried_again(tmp_path: Path) -> None:
    files = MediaStore(str(tmp_path))
    (tmp_path / "main").write_text("a file where a folder should be")
    with pytest.raises(Unreachable):
        files.keep(PATH, io.BytesIO(b"photo"))


def test_a_new_folder_is_for_nobody_else(tmp_path: Path) -> None:
    folder = tmp_path / "media"
    MediaStore(str(folder)).keep(PATH, io.BytesIO(b"photo"))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (folder / PATH).read_bytes() == b"photo"
    assert [file.name for file in folder.rglob("*") if file.is_file()] == ["7.jpg"]


@pytest.mark.parametrize("url", ["gs://bucket", "https://example.com/photos", "ftp://x", "file://elsewhere/media"])
def test_no_other_place_is_known(url: str) -> None:
    with pytest.raises(ValueError, match="folder"):
        MediaStore(url)


@pytest.mark.parametrize("path", ["../secret", "/../../etc/passwd"])
def test_no_path_leaves_the_folder(path: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    files = MediaStore(str(tmp_path / "media"))
    reads: Callable[[], bytes] = lambda: read(files, path)  # noqa: E731
    with pytest.raises((ValueError, OSError)):
        reads()

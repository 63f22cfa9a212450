"""What kind of file some bytes are, told by how they begin; nothing that a browser would run is ever named."""

_BEGINNINGS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
)


def content_type(body: bytes, kind: str) -> str:
    """Return a media type for bytes that were sent as image, video, audio or file."""
    for beginning, name in _BEGINNINGS:
        if body.startswith(beginning):
            return name
    if body[8:12] == b"WEBP":
        return "image/webp"
    if body[4:8] == b"ftyp":
        return "audio/x-m4a" if kind == "audio" else "video/mp4"
    return "application/octet-stream"

"""Links and QR pictures that open the chat with the invite code typed in."""

from pathlib import Path
from urllib.parse import quote

import segno


def invite_url(code: str, basic_id: str | None, public_url: str) -> str:
    """Return the link for a code (DOC using-line-url-scheme: oaMessage), or where the account's id is not known
    the address of our own page that says what to do."""
    if basic_id:
        return f"https://line.me/R/oaMessage/{quote(basic_id, safe='')}/?{quote(code)}"
    return f"{public_url}/join/{quote(code)}"


def draw_qr(url: str, file: Path) -> None:
    """Draw a QR code as PNG, 8 pixels a module; a quarter of it may be damaged on paper and it still reads."""
    segno.make(url, error="q", micro=False).save(str(file), scale=8, border=4)

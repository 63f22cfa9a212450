"""Links to the web that people type: which are links at all, and how LINE takes them."""

from urllib.parse import quote, urlsplit, urlunsplit

from handlers.messages import limits

_AS_IT_IS = "%/:?#[]@!$&'()*+,;=-._~"
"""What stands in a link as it is (RFC 3986)."""


def is_link(words: str) -> bool:
    """Tell whether words are a link that LINE opens: http or https with a host, without spaces."""
    return link_of(words) is not None


def link_of(words: str) -> str | None:
    """Return a link as LINE takes it, Thai letters in it written with percent signs; None where it is none."""
    words = words.strip()
    try:
        parts = urlsplit(words)
        host, port = (parts.hostname or "").encode("idna").decode("ascii"), parts.port
    except ValueError:  # of an address, a port, a name that cannot be
        return None
    if parts.scheme not in ("http", "https") or "." not in host.strip(".") or any(map(_is_unseen, words)):
        return None
    rest = (quote(part, safe=_AS_IT_IS) for part in (parts.path, parts.query, parts.fragment))
    made = urlunsplit((parts.scheme, f"{host}:{port}" if port else host, *rest))
    return made if limits.units(made) <= limits.URI_UNITS else None


def _is_unseen(letter: str) -> bool:
    return letter.isspace() or not letter.isprintable()

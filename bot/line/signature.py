"""Is a webhook's body LINE's? Source: DOC verify-webhook-signature."""

import base64
import hmac
from collections.abc import Iterable


def sign(secret: str, body: bytes) -> str:
    """Return what LINE puts in ``x-line-signature`` for these raw bytes."""
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


def matches(secrets: Iterable[str], body: bytes, signature: str | None) -> bool:
    """Tell whether one of the secrets signed the raw bytes; a missing or odd signature is simply wrong.

    secrets: the current one and, while it is being changed, the previous one. An empty one signs nothing.
    """
    given = (signature or "").encode("utf-8", "replace")  # compare_digest refuses non-ASCII text, not bytes
    return any(hmac.compare_digest(sign(secret, body).encode(), given) for secret in secrets if secret)

"""Requests and answers as values, so that both APIs can be called with and without a socket."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request; header names are in lower case, the path is percent-decoded, the id is LINE's own."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer. ``reset`` cuts the connection instead of answering."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    reset: bool = False


class Refusal(Exception):
    """A request that is answered with an error.

    message and details travel in the body as LINE writes them (REF Error responses).
    """

    def __init__(
        self,
        status: int,
        message: str,
        details: list[dict[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.details = details or []
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})

    def answer(self) -> Answer:
        """Return the answer that carries this refusal."""
        body: dict[str, Any] = {"message": self.message}
        if self.details:
            body["details"] = self.details
        return json_answer({**body, **self.extra}, self.status, self.headers)


def json_answer(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Return an answer with a JSON body in UTF-8."""
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(status, raw, {"content-type": "application/json", **(headers or {})})

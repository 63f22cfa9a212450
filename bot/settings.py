"""Settings from the environment: frozen, checked at once and as a whole, loud about what is missing or malformed."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import SplitResult, urlsplit

from cryptography.fernet import Fernet
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, ValidationInfo
from pydantic_core import ErrorDetails
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

LINE = "https://api.line.me"
"""The only API host for production; demo and tests speak to a stand-in."""
POSTGRESQL = "postgresql+psycopg"
TEMPORARY = ("/tmp", "/var/tmp", "/dev/shm", "/run", tempfile.gettempdir())  # noqa: S108 -- places to stay away from


NOT_PLAIN = "has a space or a sign that LINE's have not: was something pasted with it?"


def is_plain(text: str) -> bool:
    """Tell whether a text may be a secret or a token: an HTTP header takes nothing else."""
    return text.isascii() and text.isprintable() and " " not in text


class BadSettings(ValueError):
    """The environment cannot be used as it is. problems: one sentence each, free of secrets."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("Raingan cannot start with these settings:\n" + "\n".join(f"  - {one}" for one in problems))


def _in_production(info: ValidationInfo) -> bool:
    return info.data.get("env") == "production"


def _needed_in_production(value: SecretStr, info: ValidationInfo) -> SecretStr:
    if _in_production(info) and not _several(value):
        raise ValueError("is missing: production cannot do without it (LINE Developers Console shows it)")
    if not all(map(is_plain, _several(value))):
        raise ValueError(NOT_PLAIN)
    return value


def _database(value: str, info: ValidationInfo) -> str:
    if not value and _in_production(info):
        raise ValueError(f"is missing: give {POSTGRESQL}://… or sqlite:////a/lasting/folder/raingan.db")
    try:
        url = make_url(value or "sqlite:///raingan.db")
    except (ArgumentError, ValueError):  # whose words could hold the password
        raise ValueError("is not a database URL") from None
    if url.drivername in ("postgres", "postgresql", POSTGRESQL):  # hosting platforms say postgres://
        return url.set(drivername=POSTGRESQL).render_as_string(hide_password=False)
    if url.drivername != "sqlite":
        raise ValueError("must be a PostgreSQL or SQLite database")
    if str(url.database).startswith("file:"):  # there is a second file beside it, named after it
        raise ValueError("names SQLite's file as file:…: write its path, sqlite:////a/lasting/folder/raingan.db")
    if _in_production(info) and (url.database in (None, "", ":memory:") or _is_temporary(Path(str(url.database)))):
        raise ValueError("is SQLite in a temporary place, where answers would be lost")
    return url.render_as_string(hide_password=False)


def _is_temporary(path: Path) -> bool:
    return any(path.resolve().is_relative_to(Path(folder).resolve()) for folder in TEMPORARY)


def _split(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:
        raise ValueError("is not an address") from None


def _web(value: str) -> str:
    """Return an http(s) address without the slash at its end, which would make //v2/… of it."""
    address = value.rstrip("/")
    parts = _split(address)
    odd = parts.query or parts.fragment or parts.username or " " in address or not _has_port(parts)
    if parts.scheme not in ("http", "https") or not parts.hostname or odd:
        raise ValueError("must look like https://example.org")
    return address


def _has_port(parts: SplitResult) -> bool:
    """Tell whether an address names no port, or one that there may be."""
    try:
        return parts.port != 0
    except ValueError:
        return False


def _api_host(value: str, info: ValidationInfo) -> str:
    host = _web(value)
    if _in_production(info) and host != LINE:
        raise ValueError(f"must be {LINE} in production")
    return host


def _public(value: str, info: ValidationInfo) -> str:
    if not _in_production(info):
        return _web(value or f"http://127.0.0.1:{info.data.get('port', 8000)}")
    if not value:
        raise ValueError("is missing: the https address at which LINE reaches this bot")
    if _web(value).endswith("/callback"):
        raise ValueError("is the address without /callback, which is added to it")
    if not _web(value).startswith("https://"):
        raise ValueError("must begin with https:// in production, LINE accepts nothing else")
    return _web(value)


def _media(value: str, info: ValidationInfo) -> str:
    """Return a URL for the store of photos and files; a plain path is a folder."""
    if "://" not in value:
        value = Path(value).absolute().as_uri()
    parts = _split(value)
    if parts.scheme == "s3" and not parts.hostname:
        raise ValueError("names no bucket: s3://bucket/prefix")
    if parts.scheme not in ("file", "s3") and (_in_production(info) or parts.scheme != "memory"):
        raise ValueError("must be a folder, file:///a/folder or s3://bucket/prefix")
    if parts.scheme == "file" and _in_production(info) and _is_temporary(Path(parts.path)):
        raise ValueError("is a temporary folder, where photos would be lost")
    return value.rstrip("/")


def _several(value: SecretStr) -> tuple[str, ...]:
    return tuple(one.strip() for one in value.get_secret_value().split(",") if one.strip())


def _keys(value: SecretStr) -> SecretStr:
    for key in _several(value):
        try:
            Fernet(key)
        except ValueError:
            raise ValueError("is not a key made by `python -m bot seal-key` (several: newest first, commas)") from None
    return value


NeededSecret = Annotated[SecretStr, AfterValidator(_needed_in_production)]


class Settings(BaseModel):
    """What the environment says. Secrets never appear in repr, nor in an error."""

    model_config = ConfigDict(frozen=True, validate_default=True, hide_input_in_errors=True)

    env: Literal["demo", "test", "production"] = Field(alias="RAINGAN_ENV")
    port: Annotated[int, Field(ge=1, le=65535)] = Field(8000, alias="PORT")
    database_url: Annotated[str, AfterValidator(_database)] = Field("", alias="DATABASE_URL", repr=False)
    line_channel_secret: NeededSecret = Field(SecretStr(""), alias="LINE_CHANNEL_SECRET")
    line_channel_access_token: NeededSecret = Field(SecretStr(""), alias="LINE_CHANNEL_ACCESS_TOKEN")
    line_api_host: Annotated[str, AfterValidator(_api_host)] = Field(LINE, alias="LINE_API_HOST")
    public_url: Annotated[str, AfterValidator(_public)] = Field("", alias="PUBLIC_URL")
    media_url: Annotated[str, AfterValidator(_media)] = Field("media", alias="MEDIA_URL")
    keys: Annotated[SecretStr, AfterValidator(_keys)] = Field(SecretStr(""), alias="RAINGAN_KEY")
    web_concurrency: Annotated[int, Field(ge=1, le=64)] = Field(2, alias="WEB_CONCURRENCY")
    web_threads: Annotated[int, Field(ge=1, le=64)] = Field(6, alias="WEB_THREADS")
    ack_wait: Annotated[float, Field(ge=0, le=10)] = Field(0.7, alias="ACK_WAIT")

    @classmethod
    def load(cls, environ: Mapping[str, str]) -> Self:
        """Return the settings in an environment; an empty variable counts as absent.

        Raises:
            BadSettings: with everything that is wrong, at once.
        """
        try:
            return cls.model_validate({name: value.strip() for name, value in environ.items() if value.strip()})
        except ValidationError as error:
            raise BadSettings([_problem(one) for one in error.errors(include_input=False)]) from None

    @property
    def line_channel_secrets(self) -> tuple[str, ...]:
        """Return the main channel's secrets, the newest first; while one is replaced there are two."""
        return _several(self.line_channel_secret)

    @property
    def sealing_keys(self) -> tuple[str, ...]:
        """Return the keys that seal further channels' secrets, the newest first."""
        return _several(self.keys)

    def callback_url(self, channel: str | None = None) -> str:
        """Return the webhook address of a channel kept in the database, or of the one in the environment."""
        return f"{self.public_url}/callback" + (f"/{channel}" if channel else "")


_SENTENCES = {
    "missing": "is missing: say demo, test or production",  # all others have a default, checked above
    "int_parsing": "must be a whole number",
    "float_parsing": "must be a number of seconds",
}


def _problem(error: ErrorDetails) -> str:
    place = str(error["loc"][0])  # the variable, or the field's name where the default was checked
    field = Settings.model_fields.get(place)
    sentence = error["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    return f"{field.alias if field else place} {_SENTENCES.get(error['type'], sentence)}"

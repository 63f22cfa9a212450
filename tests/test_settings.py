"""Settings: loud about everything at once, silent about secrets."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.settings import BadSettings, Settings

LIVE = {
    "RAINGAN_ENV": "production",
    "DATABASE_URL": "postgres://raingan:hunter2@db.example:5433/raingan?sslmode=require",
    "LINE_CHANNEL_SECRET": "s3cr3t",
    "LINE_CHANNEL_ACCESS_TOKEN": "t0ken",
    "PUBLIC_URL": "https://raingan.example/",
}


@pytest.fixture(autouse=True)
def lasting_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run as from a lasting folder, wherever this checkout lies: MEDIA_URL's default is a folder below it."""
    monkeypatch.chdir("/")


def problems(environ: dict[str, str]) -> list[str]:
    with pytest.raises(BadSettings) as refusal:
        Settings.load(environ)
    return refusal.value.problems


def test_a_demo_needs_nothing_but_to_be_called_one():
    settings = Settings.load({"RAINGAN_ENV": "demo"})
    assert settings.database_url == "sqlite:///raingan.db"
    assert settings.line_api_host == "https://api.line.me"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.media_url == (Path.cwd() / "media").as_uri()
    assert (settings.port, settings.ack_wait) == (8000, 0.7)


def test_what_platforms_and_people_write_is_made_one():
    settings = Settings.load(
        LIVE | {"LINE_API_HOST": "https://api.line.me/", "MEDIA_URL": "s3://photos/raingan/", "PORT": " 5000 "}
    )
    assert settings.database_url == "postgresql+psycopg://raingan:hunter2@db.example:5433/raingan?sslmode=require"
    assert settings.line_api_host == "https://api.line.me"
    assert settings.media_url == "s3://photos/raingan"
    assert settings.port == 5000
    assert settings.callback_url() == "https://raingan.example/callback"
    assert settings.callback_url("surin") == "https://raingan.example/callback/surin"


@pytest.mark.parametrize("name", [name for name in LIVE if name != "RAINGAN_ENV"])
def test_production_does_without_none_of_these(name: str):
    for without in ({key: value for key, value in LIVE.items() if key != name}, LIVE | {name: "  "}):
        [problem] = problems(without)
        assert problem.startswith(f"{name} is missing")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LINE_API_HOST", "https://api.line.example"),
        ("LINE_API_HOST", "http://api.line.me"),
        ("LINE_API_HOST", "https://api.line.me.example"),
        ("DATABASE_URL", "sqlite:////tmp/raingan.db"),
        ("DATABASE_URL", "sqlite:////var/../tmp/raingan.db"),
        ("DATABASE_URL", "sqlite:////dev/shm/a/raingan.db"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "mysql://db/raingan"),
        ("DATABASE_URL", "raingan.db"),
        ("PUBLIC_URL", "http://raingan.example"),
        ("PUBLIC_URL", "raingan.example"),
        ("PUBLIC_URL", "https://rain gan.example"),
        ("PUBLIC_URL", "https://raingan.example:99999"),
        ("PUBLIC_URL", "https://raingan.example:x"),
        ("PUBLIC_URL", "https://raingan.example/callback/"),
        ("PUBLIC_URL", "https://raingan.example?a=1"),
        ("DATABASE_URL", "sqlite:////var/tmp/raingan.db"),
        ("DATABASE_URL", "sqlite:///file:/dev/shm/raingan.db?uri=true"),
        ("DATABASE_URL", "sqlite:///file::memory:?cache=shared&uri=true"),
        ("DATABASE_URL", "sqlite:////run/raingan.db"),
        ("LINE_CHANNEL_SECRET", " , "),
        ("MEDIA_URL", "/tmp/photos"),
        ("MEDIA_URL", "ftp://photos"),
        ("PORT", "0"),
        ("PORT", "http"),
        ("ACK_WAIT", "-1"),
        ("ACK_WAIT", "nan"),
        ("RAINGAN_KEY", "secret"),
        ("LINE_CHANNEL_SECRET", "two words,old"),
        ("LINE_CHANNEL_ACCESS_TOKEN", "โทเคน"),
        ("LINE_CHANNEL_ACCESS_TOKEN", "zero\u200bwidth"),
        ("LINE_CHANNEL_ACCESS_TOKEN", "line\nbreak"),
        ("MEDIA_URL", "s3://"),
        ("MEDIA_URL", "s3:///prefix"),
        ("WEB_CONCURRENCY", "x"),
        ("WEB_CONCURRENCY", "0"),
        ("WEB_THREADS", "-3"),
        ("WEB_THREADS", "0"),
    ],
)
def test_production_refuses(name: str, value: str):
    [problem] = problems(LIVE | {name: value})
    assert problem.startswith(name + " ")


def test_demo_and_tests_may_speak_to_a_stand_in():
    for env in ("demo", "test"):
        settings = Settings.load({"RAINGAN_ENV": env, "LINE_API_HOST": "http://127.0.0.1:9000/"})
        assert settings.line_api_host == "http://127.0.0.1:9000"


@pytest.mark.parametrize("environ", [{}, {"RAINGAN_ENV": ""}, {"RAINGAN_ENV": "prod"}])
def test_nobody_guesses_whether_it_is_serious(environ: dict[str, str]):
    [problem] = problems(environ)
    assert problem.startswith("RAINGAN_ENV")
    assert "demo" in problem
    assert "production" in problem


def test_everything_is_told_at_once():
    told = problems({"RAINGAN_ENV": "production", "PORT": "x", "ACK_WAIT": "soon", "LINE_API_HOST": "no"})
    assert [problem.split()[0] for problem in told] == [
        "PORT", "DATABASE_URL", "LINE_CHANNEL_SECRET", "LINE_CHANNEL_ACCESS_TOKEN", "LINE_API_HOST", "PUBLIC_URL",
        "ACK_WAIT",
    ]  # fmt: skip


@given(st.text("hunter2:/@[]%?#,= ", min_size=1))
def test_no_secret_is_ever_told(secret: str):
    names = ("DATABASE_URL", "LINE_CHANNEL_SECRET", "LINE_CHANNEL_ACCESS_TOKEN", "RAINGAN_KEY")
    for environ in (dict.fromkeys(names, f"postgres://u:hunter2{secret}@h"), dict.fromkeys(names, "hunter2")):
        try:
            told = repr(Settings.load({"RAINGAN_ENV": "test", **environ}))
        except BadSettings as refusal:
            told = str(refusal)
        assert "hunter2" not in told


def test_nothing_changes_after_the_start():
    settings = Settings.load(LIVE)
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]


def test_keys_and_secrets_may_be_several_while_one_is_replaced():
    new, old = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings = Settings.load(LIVE | {"RAINGAN_KEY": f"{new}, {old}", "LINE_CHANNEL_SECRET": "new,old"})
    assert settings.sealing_keys == (new, old)
    assert settings.line_channel_secrets == ("new", "old")
    assert Settings.load({"RAINGAN_ENV": "test"}).line_channel_secrets == ()

"""The demo without its page: it keeps time as a worker does, and says so."""

import fcntl
import json
import socket
import time
import urllib.request
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot.demo import Demo, demo, user_of
from bot.simulator import Phone, Platform
from bot.simulator.memory import Memory
from bot.simulator.phone import PHOTO


def test_the_health_pages_of_the_demo_warn_of_nothing(tmp_path: Path) -> None:
    with Demo(tmp_path) as demo:
        url = f"http://127.0.0.1:{demo.works.settings.port}/readyz"
        until = time.monotonic() + 20
        seen: dict[str, Any] = {"scheduler_lag_seconds": None}
        while seen["scheduler_lag_seconds"] is None and time.monotonic() < until:
            time.sleep(0.1)
            with urllib.request.urlopen(url) as answer:
                seen = json.load(answer)
        assert seen["scheduler_lag_seconds"] is not None
        assert seen["warnings"] == []


SCHOOL = "1031992003"


def on_the_phone(demo: Demo) -> Phone:
    return demo.platform.phone(user_of(SCHOOL))


def joins(phone: Phone) -> Phone:
    code = phone.platform.people[phone.user].code
    assert code is not None
    phone.follows().says(code).hears("ใช่").says("ใช่").hears("รับทราบ").says("รับทราบ")
    return phone.hears("เรียบร้อยแล้ว").says("รายงาน").hears("ข้อ 1 จาก 6")


def test_a_second_start_goes_on_where_the_first_one_stopped(tmp_path: Path) -> None:
    with Demo(tmp_path) as demo:
        phone = joins(on_the_phone(demo))
        phone.says("นักเรียนชั้น ป.1 อ่านออกเขียนได้ร้อยละ 70").hears("บันทึก").sends_photo().hears("1 รูป")
        demo.platform.forward(timedelta(days=3).total_seconds())
        before, now = phone.transcript(100), demo.platform.now()
        stranger = demo.platform.stranger("ผู้ผ่านมา")
    with Demo(tmp_path) as demo:
        phone = on_the_phone(demo)
        assert (phone.transcript(100), demo.platform.now() >= now) == (before, True)
        assert demo.platform.people[stranger.user].name == "ผู้ผ่านมา"
        assert [one.body for one in demo.platform.main.media.values()] == [PHOTO]
        phone.taps("ต่อไป").hears("ข้อ 1 จาก 6", "สิ่งที่จะขับเคลื่อนต่อไป").blocks()
    with Demo(tmp_path) as demo:
        phone = on_the_phone(demo)
        phone.follows().hears("ข้อ 1 จาก 6")
        (tmp_path / "phones" / "talks.json").write_text("{")
    with Demo(tmp_path, fresh=True) as demo:
        assert on_the_phone(demo).heard == []
        joins(on_the_phone(demo))


def test_phones_that_cannot_be_read_begin_anew(tmp_path: Path) -> None:
    with Demo(tmp_path) as demo:
        joins(on_the_phone(demo))
    (tmp_path / "phones" / "talks.json").write_text('{"offset": "tomorrow"}')
    with Demo(tmp_path) as demo:
        phone = on_the_phone(demo)
        assert phone.heard == []
        phone.follows().says("สถานะ").hears("ประเด็น")


def test_a_clock_that_was_moved_and_not_kept_makes_nobody_late(tmp_path: Path) -> None:
    with Demo(tmp_path) as demo:
        demo.platform.forward(timedelta(days=3).total_seconds())
        joins(on_the_phone(demo))
    (tmp_path / "phones" / "talks.json").unlink()
    with Demo(tmp_path) as demo:
        on_the_phone(demo).follows().says("ข้อ 2").hears("ข้อ 2 จาก 6")


def test_what_cannot_be_written_ends_no_demo(tmp_path: Path) -> None:
    platform = Platform(webhook=lambda path, body, headers: 200)
    with pytest.raises(UnicodeEncodeError):  # it stands on the phone, but goes nowhere
        platform.phone().follows().says("half a pair: \ud83d")
    Memory(platform, tmp_path).keep()
    assert not (tmp_path / "talks.json").exists()


def test_what_was_taken_back_is_no_longer_kept(tmp_path: Path) -> None:
    platform = Platform(webhook=lambda path, body, headers: 200)
    memory = Memory(platform, tmp_path)
    phone = platform.phone().follows().sends_photo()
    memory.keep()
    assert len([*tmp_path.glob("*.bin")]) == 1
    phone.unsends()
    memory.keep()
    assert [*tmp_path.glob("*.bin")] == []


def test_a_disk_that_is_full_ends_no_demo(tmp_path: Path) -> None:
    (tmp_path / "phones").write_text("a file, no folder")
    memory = Memory(Platform(webhook=lambda path, body, headers: 200), tmp_path / "phones")
    memory.keep()
    (tmp_path / "phones").unlink()
    memory.keep()
    assert (tmp_path / "phones" / "talks.json").exists()


@pytest.mark.parametrize("told_by", ["an option", "the environment"])
def test_a_port_that_is_taken_is_said_with_what_to_do(tmp_path: Path, told_by: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        by_option = told_by == "an option"
        words = ["--folder", str(tmp_path), *(["--port", port] if by_option else [])]
        done = CliRunner().invoke(demo, words, env={} if by_option else {"PORT": port})
    assert done.exit_code == 1
    assert f"port {port}" in done.output
    assert "make demo PORT=" in done.output


def test_a_second_demo_in_the_same_folder_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("wb") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        told = CliRunner().invoke(demo, ["--folder", str(tmp_path), "--port", "0"])
    assert (told.exit_code, "--folder" in told.stderr) == (1, True)
    assert [file.name for file in tmp_path.iterdir()] == ["lock"]

"""A photo or file that could not be kept is told at the next visit, and is not counted as kept."""

import pytest

from handlers import lost_files, media
from handlers.heard import Kind
from handlers.media import Job, Reason
from tests.province import MAIN, Person, Province


@pytest.fixture
def warunee(province: Province) -> Person:
    return province.director().says("รายงาน")


def refuse(province: Province, reason: Reason) -> None:
    """Do what the fetcher does with a file that is not taken."""
    with province.store.write() as db:
        (job,) = [job for job in media.due(db, province.now, 10) if job.channel == MAIN]
        _refuse(province, job, reason, db)


def _refuse(province: Province, job: Job, reason: Reason, db: object) -> None:
    assert media.refused(db, job, reason)  # type: ignore[arg-type]
    lost_files.tell(db, job, reason, province.now)  # type: ignore[arg-type]


def test_a_refused_file_is_told_once_with_what_to_do(province: Province, warunee: Person) -> None:
    warunee.says("มีแผนงานแนบมาด้วย").sends(Kind.FILE, file_name="แผน.exe")
    refuse(province, Reason.TYPE)
    warunee.says("ต่อไป").hears("ไฟล์ในข้อ 1 สภาพปัจจุบัน ยังเก็บไม่ได้", "PDF", "สิ่งที่จะขับเคลื่อนต่อไป")
    warunee.says("ต่อไป").hears_not("ยังเก็บไม่ได้").says("สรุป").hears("(เก็บไม่ได้ 1 ไฟล์)")


def test_a_file_taken_back_by_the_person_is_no_news(province: Province, warunee: Person) -> None:
    warunee.sends(Kind.IMAGE)
    refuse(province, Reason.UNSENT)
    warunee.says("ครูทุกคนทำ PLC สัปดาห์ละครั้ง").hears_not("ยังเก็บไม่ได้")

"""A director who answers every question and sends the report: what talks about all that follows begin with."""

from collections.abc import Sequence

from tests.province import Person

LONG = "นักเรียน 168 คน อ่านคล่องขึ้นมาก ยังห่วงเด็ก 9 คนที่อ่านไม่คล่อง"
NOTHING = "ไม่มี"


def reports(
    person: Person,
    *needs: str,
    now: str = "ข้อ {n} ปัจจุบัน " + LONG,
    after: str = "ข้อ {n} ต่อไป " + LONG,
    topic_6: str = NOTHING,
    private: bool = False,
) -> Person:
    """Answer every question and send; {n} in the answers is the topic's number.

    needs: of the first topics, by name; the others are skipped. topic_6: what is said last; private: to the
    province only.
    """
    person.says("รายงาน")
    for number in range(1, 6):
        for words in (now, after):
            person.says(words.format(n=number)).says("ต่อไป")
        _need(person, needs[number - 1 : number])
    person.says(topic_6)
    if private:
        person.says("ให้เห็นเฉพาะจังหวัด")
    if topic_6 != NOTHING:
        person.says("ต่อไป")
    return person.says("ส่ง").says("ยืนยัน").hears("เลขรับ")


def _need(person: Person, named: Sequence[str]) -> None:
    if not named or named[0] == "ข้าม":
        person.says("ข้าม")
    else:
        person.says(named[0]).says("ต่อไป")

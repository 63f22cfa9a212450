"""A meeting for people of ``tests.test_e2e_clock``: called before the processes die, joined and changed in their midst.

Whoever was told of the call is told of the change; who was not is told of the meeting as it is then; each once.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, update

from handlers import meetings_calling, meetings_changes
from handlers.meetings_drafts import Draft
from models.meetings import Mode, Reply, invitees, meeting_notices
from models.outbox import Sending
from models.outbox import outbox as rows
from models.people import Role, agencies, memberships, schools
from models.programme import MAIN
from models.store import Store

LINK = "https://meet.example/clock"


class Called:
    """A meeting of so many people, each a director; some join it later. Its link is told from ``link_at`` on."""

    def __init__(self, store: Store, people: Sequence[int], later: int, now: datetime, link_at: datetime) -> None:
        self.store = store
        self.now, self.late = people[:-later], people[-later:]
        starts = link_at + timedelta(minutes=30)
        self.draft = Draft(
            "ประชุมของนาฬิกา", starts, starts + timedelta(hours=1), place="ห้องหนึ่ง", online_url=LINK, urgent=True
        )
        with store.write() as db:
            self.office = db.execute(
                insert(agencies).returning(agencies.c.id), {"channel_id": MAIN, "name": "สพป."}
            ).scalar_one()
            self._serve(db, self.now, now)
            self.number = meetings_calling.make(db, MAIN, self.draft, None, None, now)
            assert meetings_calling.call(db, MAIN, self.number, None, now)
            coming = {"reply": Reply.COMING, "mode": Mode.CALL, "answered_at": now}
            db.execute(update(invitees).values(**coming))

    def _serve(self, db: Any, people: Sequence[int], now: datetime) -> None:
        known = {"channel_id": MAIN, "agency_id": self.office, "district": "ก"}
        db.execute(insert(schools), [known | {"id": n, "code": f"10319{n:05}", "name": f"โรงเรียน {n}"} for n in people])
        serves = {"channel_id": MAIN, "role": Role.DIRECTOR, "since": now}
        db.execute(insert(memberships), [serves | {"person_id": n, "school_id": n} for n in people])

    def joins(self, now: datetime) -> None:
        """Let those join who come later."""
        with self.store.write() as db:
            self._serve(db, self.late, now)

    def changes(self, now: datetime) -> None:
        """Give the meeting another chair, of which all are told."""
        with self.store.write() as db:
            self.draft = replace(self.draft, chair="ประธานใหม่")
            assert meetings_changes.change(db, MAIN, self.number, self.draft, None, now) == 2

    def is_told(self) -> bool:
        """Tell whether everything is sent or taken back, and everybody has been told of the meeting as it is."""
        mine = rows.c.once_key.startswith(f"meeting:{self.number}:")
        with self.store.read() as db:
            left = db.execute(select(func.count()).where(mine, rows.c.state.not_in([Sending.SENT, Sending.REPLACED])))
            newest = select(func.count()).where(meeting_notices.c.slot.in_(["called:2", "changed:2"]))
            links = select(func.count()).where(
                meeting_notices.c.slot.like("link:30:%"), meeting_notices.c.taken_back_at.is_(None)
            )
            told = (db.execute(newest).scalar_one(), db.execute(links).scalar_one(), left.scalar_one())
        return told == (len(self.now) + len(self.late), len(self.now), 0)

    def everybody_heard_once(self, heard: dict[int, list[str]]) -> None:
        """Compare what stands on the phones of each: words that are about the meeting."""
        for person in (*self.now, *self.late):
            words = heard[person]
            kinds = [
                "called" if one.startswith("เชิญประชุม") else one.partition(" ")[0].partition(":")[0] for one in words
            ]
            changed = any(one.startswith("เปลี่ยนแปลงการประชุม") for one in words)
            wanted = [
                "called",
                *(["เปลี่ยนแปลงการประชุม"] if changed else []),
                *(["ประชุมเริ่ม"] if person in self.now else []),
            ]
            assert sorted(kinds) == sorted(wanted), (person, words)
            assert sum("ประธานใหม่" in one for one in words) == 1, (person, words)
            assert sum(LINK in one for one in words) == (person in self.now), (person, words)

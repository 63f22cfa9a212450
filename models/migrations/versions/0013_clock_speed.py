"""Fewer things to check and to write for each of thousands of reminders that are due at once."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_NO_LONGER_CHECKED = {"person_id": "people", "school_id": "schools", "round_id": "rounds", "report_id": "reports"}
_BEFORE = ["kind", "subject", "person_id", "slot"]
_NOW = ["person_id", "kind", "subject", "slot"]
_NEWEST = "SELECT max(at) FROM reminders WHERE reminders.person_id = reminded.person_id AND kind != 'call'"


def upgrade() -> None:
    with op.batch_alter_table("reminders") as reminders:
        for column, table in _NO_LONGER_CHECKED.items():
            reminders.drop_constraint(op.f(f"fk_reminders_{column}_{table}"), type_="foreignkey")
        reminders.drop_constraint(op.f("uq_reminders_kind_subject_person_id_slot"), type_="unique")
        reminders.create_unique_constraint(op.f("uq_reminders_person_id_kind_subject_slot"), _NOW)
        reminders.drop_index("ix_reminders_channel_id_message")
    with op.batch_alter_table("reminded") as reminded:
        reminded.drop_column("at")


def downgrade() -> None:
    with op.batch_alter_table("reminded") as reminded:
        reminded.add_column(sa.Column("at", sa.DateTime(timezone=True), nullable=True))
    op.execute(f"UPDATE reminded SET at = ({_NEWEST})")  # noqa: S608 -- our own names
    with op.batch_alter_table("reminders") as reminders:
        reminders.drop_constraint(op.f("uq_reminders_person_id_kind_subject_slot"), type_="unique")
        reminders.create_unique_constraint(op.f("uq_reminders_kind_subject_person_id_slot"), _BEFORE)
        for column, table in _NO_LONGER_CHECKED.items():
            name = op.f(f"fk_reminders_{column}_{table}")
            reminders.create_foreign_key(name, table, [column], ["id"])
        reminders.create_index("ix_reminders_channel_id_message", ["channel_id", "message"])

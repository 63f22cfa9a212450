"""Meetings."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "checkin_guesses",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("guesses", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("again_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_checkin_guesses_channel_id_channels")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_checkin_guesses_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_checkin_guesses")),
    )
    op.create_table(
        "meetings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=1000), nullable=False),
        sa.Column("number", sa.String(length=200), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=1000), nullable=True),
        sa.Column("map_url", sa.String(length=1000), nullable=True),
        sa.Column("online_url", sa.String(length=1000), nullable=True),
        sa.Column("broadcast_url", sa.String(length=1000), nullable=True),
        sa.Column("chair", sa.String(length=1000), nullable=True),
        sa.Column("agenda", sa.Text(), nullable=True),
        sa.Column("letter", sa.String(length=1000), nullable=True),
        sa.Column("letter_url", sa.String(length=1000), nullable=True),
        sa.Column("dress", sa.String(length=1000), nullable=True),
        sa.Column("contact", sa.String(length=1000), nullable=True),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("code_key", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_why", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_meetings_agency_id_agencies")),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_meetings_channel_id_channels")),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_meetings_created_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings")),
    )
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.create_index("ix_meetings_channel_id_starts_at", ["channel_id", "starts_at"], unique=False)
        batch_op.create_index("ix_meetings_starts_at", ["starts_at"], unique=False)
    op.create_table(
        "invitees",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reply", sa.String(length=10), nullable=True),
        sa.Column("mode", sa.String(length=10), nullable=True),
        sa.Column("delegate_name", sa.String(length=200), nullable=True),
        sa.Column("delegate_position", sa.String(length=200), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waits_since", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(school_id IS NULL) <> (person_id IS NULL)", name=op.f("ck_invitees_school_or_officer")),
        sa.CheckConstraint("seated_at IS NULL OR waits_since IS NULL", name=op.f("ck_invitees_seat_or_wait")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_invitees_agency_id_agencies")),
        sa.ForeignKeyConstraint(["answered_by"], ["people.id"], name=op.f("fk_invitees_answered_by_people")),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_invitees_channel_id_channels")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_invitees_meeting_id_meetings")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_invitees_person_id_people")),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_invitees_school_id_schools")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitees")),
        sa.UniqueConstraint("meeting_id", "person_id", name=op.f("uq_invitees_meeting_id_person_id")),
        sa.UniqueConstraint("meeting_id", "school_id", name=op.f("uq_invitees_meeting_id_school_id")),
    )
    with op.batch_alter_table("invitees", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitees_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_invitees_school_id", ["school_id"], unique=False)
    op.create_table(
        "meeting_notices",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.String(length=40), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_meeting_notices_channel_id_channels")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_notices_meeting_id_meetings")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_meeting_notices_person_id_people")),
        sa.PrimaryKeyConstraint("meeting_id", "person_id", "slot", name=op.f("pk_meeting_notices")),
    )
    op.create_table(
        "meeting_versions",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("asks_again", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("fk_meeting_versions_by_people")),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_meeting_versions_channel_id_channels")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_versions_meeting_id_meetings")),
        sa.PrimaryKeyConstraint("meeting_id", "version", name=op.f("pk_meeting_versions")),
    )
    op.create_table(
        "checkins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("invitee_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_checkins_channel_id_channels")),
        sa.ForeignKeyConstraint(["invitee_id"], ["invitees.id"], name=op.f("fk_checkins_invitee_id_invitees")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_checkins_meeting_id_meetings")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_checkins_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkins")),
        sa.UniqueConstraint("invitee_id", name=op.f("uq_checkins_invitee_id")),
    )
    with op.batch_alter_table("checkins", schema=None) as batch_op:
        batch_op.create_index("ix_checkins_meeting_id", ["meeting_id"], unique=False)
    op.create_table(
        "meeting_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("invitee_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reply", sa.String(length=10), nullable=True),
        sa.Column("mode", sa.String(length=10), nullable=True),
        sa.Column("delegate_name", sa.String(length=200), nullable=True),
        sa.Column("delegate_position", sa.String(length=200), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("line_message_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("fk_meeting_answers_by_people")),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_meeting_answers_channel_id_channels")),
        sa.ForeignKeyConstraint(["invitee_id"], ["invitees.id"], name=op.f("fk_meeting_answers_invitee_id_invitees")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_answers")),
    )
    with op.batch_alter_table("meeting_answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_answers_invitee_id"), ["invitee_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_answers_line_message_id"), ["line_message_id"], unique=False)
    op.add_column("outbox", sa.Column("stale_at", sa.DateTime(timezone=True), nullable=True))
    is_open = sa.text("state IN ('queued', 'held') AND stale_at IS NOT NULL")
    op.create_index("ix_outbox_stale", "outbox", ["stale_at"], sqlite_where=is_open, postgresql_where=is_open)


def downgrade() -> None:
    op.drop_index("ix_outbox_stale", "outbox")
    op.drop_column("outbox", "stale_at")
    with op.batch_alter_table("meeting_answers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_answers_line_message_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_answers_invitee_id"))
    op.drop_table("meeting_answers")
    with op.batch_alter_table("checkins", schema=None) as batch_op:
        batch_op.drop_index("ix_checkins_meeting_id")
    op.drop_table("checkins")
    op.drop_table("meeting_versions")
    op.drop_table("meeting_notices")
    with op.batch_alter_table("invitees", schema=None) as batch_op:
        batch_op.drop_index("ix_invitees_school_id")
        batch_op.drop_index(batch_op.f("ix_invitees_person_id"))
    op.drop_table("invitees")
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.drop_index("ix_meetings_starts_at")
        batch_op.drop_index("ix_meetings_channel_id_starts_at")
    op.drop_table("meetings")
    op.drop_table("checkin_guesses")

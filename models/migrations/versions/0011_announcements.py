"""Announcements."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "announcements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=1000), nullable=True),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recipients", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heard", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_announcements_agency_id_agencies")),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_announcements_channel_id_channels")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_announcements_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements")),
    )
    with op.batch_alter_table("announcements", schema=None) as batch_op:
        batch_op.create_index("ix_announcements_channel_id_sent_at", ["channel_id", "sent_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_announcements_person_id"), ["person_id"], unique=False)
    op.create_table(
        "announcement_bubbles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("line_message_id", sa.String(length=64), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcements.id"],
            name=op.f("fk_announcement_bubbles_announcement_id_announcements"),
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name=op.f("fk_announcement_bubbles_channel_id_channels")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement_bubbles")),
    )
    with op.batch_alter_table("announcement_bubbles", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_announcement_bubbles_announcement_id"), ["announcement_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_announcement_bubbles_line_message_id"), ["line_message_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("announcement_bubbles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_announcement_bubbles_line_message_id"))
        batch_op.drop_index(batch_op.f("ix_announcement_bubbles_announcement_id"))
    op.drop_table("announcement_bubbles")
    with op.batch_alter_table("announcements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_announcements_person_id"))
        batch_op.drop_index("ix_announcements_channel_id_sent_at")
    op.drop_table("announcements")

"""Rich menus."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rich_menus",
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("line_id", sa.String(length=100), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_rich_menus_channel_id_channels")),
        sa.PrimaryKeyConstraint("channel_id", "name", name=op.f("pk_rich_menus")),
    )
    op.create_table(
        "menu_links",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("line_user_id", sa.String(length=64), nullable=True),
        sa.Column("wanted", sa.String(length=40), nullable=True),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("linked", sa.String(length=100), nullable=True),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_menu_links_channel_id_channels")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_menu_links_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_menu_links")),
    )
    with op.batch_alter_table("menu_links", schema=None) as batch_op:
        batch_op.create_index("ix_menu_links_channel_id", ["channel_id"], unique=False)
        batch_op.create_index(
            "ix_menu_links_open",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("linked_at IS NULL"),
            postgresql_where=sa.text("linked_at IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("menu_links", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_menu_links_open",
            sqlite_where=sa.text("linked_at IS NULL"),
            postgresql_where=sa.text("linked_at IS NULL"),
        )
        batch_op.drop_index("ix_menu_links_channel_id")
    op.drop_table("menu_links")
    op.drop_table("rich_menus")

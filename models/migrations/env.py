"""How alembic meets the database: on the connection it is handed, or at ``alembic -x url=…``."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

from models.base import UtcDateTime
from models.migrations import connected, tables


def render(kind: str, item: object, _: object) -> str | Literal[False]:
    """Write our one own type as what the database sees, so that old steps do not depend on today's code."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def skip_empty(_: object, __: object, directives: list[Any]) -> None:
    """Write no file for a revision that changes nothing."""
    options = context.config.cmd_opts
    if options is not None and getattr(options, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives.clear()


def run(db: Connection) -> None:
    """Run what alembic was asked for."""
    context.configure(
        connection=db,
        target_metadata=tables(),
        render_item=render,
        process_revision_directives=skip_empty,
        render_as_batch=True,
        compare_server_default=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


if "connection" in context.config.attributes:
    run(context.config.attributes["connection"])
elif url := context.get_x_argument(as_dictionary=True).get("url"):
    with connected(str(url)) as connection:
        run(connection)
else:
    raise SystemExit("Which database? alembic -x url=sqlite:///my.db …")

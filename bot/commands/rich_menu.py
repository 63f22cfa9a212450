"""rich-menu."""

import click

from bot.channels import Channels
from bot.commands.common import channel_option, load_settings, now, opened_store, telling
from bot.line.gateway import Gateway
from bot.line.menus import MenuLine
from bot.menu_maker import CannotMake, MenuMaker, Plan
from handlers.channels import NoChannel


@click.command()
@channel_option
@click.option("--check", is_flag=True, help="Only look: ends with 1 where anything is to be done.")
def rich_menu(channel: str, check: bool) -> None:
    """Makes only what is missing or differs, moves everybody, then deletes the old. Run it after every update."""
    settings = load_settings()
    with opened_store(settings) as store, telling(CannotMake, NoChannel):
        known = Channels(settings, store)
        known.token_of(channel)
        line = MenuLine(Gateway(known.token_of, host=settings.line_api_host, connections=1))
        maker = MenuMaker(store, line, channel, now)
        if check:
            _show(maker.plan())
            return
        done = 0
        for words in maker.make():
            done += 1
            click.echo(words)
        click.echo("Done." if done else "Nothing to do: LINE has every menu as it is to be.")


def _show(plan: Plan) -> None:
    for one in plan.missing:
        click.echo(f"to be made: {one.name}")
    for menu_id in plan.old:
        click.echo(f"to be deleted: {menu_id}")
    if plan.default_differs:
        click.echo("the default is not that of guests")
    if not plan.is_done:
        raise SystemExit(1)
    click.echo("LINE has every menu as it is to be.")

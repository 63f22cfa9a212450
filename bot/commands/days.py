"""days-off: the days off that a province adds to the usual holidays."""

from datetime import date

import click

from bot.commands.common import Day, channel_option, load_settings, now, reading, telling, transaction
from handlers import channels, working_days
from handlers.channels import NoChannel
from handlers.thai import day
from handlers.working_days import BadDay


@click.command()
@click.option("--add", type=Day(), help="Make this day a day off.")
@click.option("--name", default="วันหยุดพิเศษ", show_default=True, help="What the day to add is called.")
@click.option("--remove", type=Day(), help="Let this day be a working day again.")
@channel_option
def days_off(add: date | None, name: str, remove: date | None, channel: str) -> None:
    """Without an option they are only listed. Nobody is reminded on a day off."""
    moment = now()
    if add or remove:
        with telling(BadDay, NoChannel), transaction(load_settings()) as db:
            channels.ensure(db, channel, moment)
            if add:
                working_days.add(db, channel, add, name, moment)
            if remove and not working_days.remove(db, channel, remove, moment):
                raise click.ClickException(f"{day(remove)} was not added")
    with reading(channel) as db:
        special = working_days.of(db, channel).special
    for one, called in special.items():
        click.echo(f"{day(one)}  {called}")
    if not special:
        click.echo(f"Channel {channel} has added no days off.")

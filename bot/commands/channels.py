"""add-channel, rotate-secret, reseal, seal-key."""

from datetime import timedelta

import click

from bot import channels
from bot.channels import BadChannel, NoKey, Seal
from bot.commands.common import load_settings, now, telling, transaction
from bot.settings import Settings
from handlers.channels import NoChannel
from handlers.thai import moment

_secret = click.option(
    "--secret", prompt="Channel secret", hide_input=True, envvar="NEW_CHANNEL_SECRET", help="Asked for where not given."
)


@click.command()
@click.argument("channel")
@click.option("--name", required=True, help="What people call it, such as the province.")
@_secret
@click.option(
    "--token", prompt="Channel access token", hide_input=True, envvar="NEW_CHANNEL_TOKEN", help="Asked for likewise."
)
def add_channel(channel: str, name: str, secret: str, token: str) -> None:
    """Secret and token (or NEW_CHANNEL_SECRET, NEW_CHANNEL_TOKEN) are kept sealed with RAINGAN_KEY."""
    settings = load_settings()
    seal = Seal(settings.sealing_keys)
    with telling(BadChannel, NoKey), transaction(settings) as db:
        channels.add(db, seal, channel, name, secret=secret, token=token, now=now())
    click.echo(f"Set this webhook URL in LINE Developers Console: {settings.callback_url(channel)}")


@click.command()
@click.argument("channel")
@_secret
@click.option("--token", envvar="NEW_CHANNEL_TOKEN", help="A new access token too (better in NEW_CHANNEL_TOKEN).")
@click.option(
    "--hours",
    type=click.IntRange(0, 720),
    default=24,
    show_default=True,
    help="How long older ones stay; 0: not at all.",
)
@click.option("--key-is-lost", is_flag=True, help="Give both anew: what RAINGAN_KEY does not open any more is let go.")
def rotate_secret(channel: str, secret: str, token: str | None, hours: int, key_is_lost: bool) -> None:
    """Running processes know the secret from the first webhook it signs, the token within half a minute."""
    settings = load_settings()
    seal, overlap = Seal(settings.sealing_keys), timedelta(hours=hours)
    if key_is_lost:
        _start_over(settings, seal, channel, secret, token)
        return
    with telling(BadChannel, NoKey, NoChannel), transaction(settings) as db:
        until = channels.rotate(db, seal, channel, secret=secret, token=token, now=now(), overlap=overlap)
    click.echo(f"The old secret is accepted until {moment(until)}")


def _start_over(settings: Settings, seal: Seal, channel: str, secret: str, token: str | None) -> None:
    if not token:
        raise click.UsageError("with --key-is-lost the access token is needed, too: NEW_CHANNEL_TOKEN")
    with telling(BadChannel, NoKey, NoChannel), transaction(settings) as db:
        channels.start_over(db, seal, channel, secret=secret, token=token, now=now())
    click.echo(f"{channel} has a secret and a token anew; the old secret is accepted no more.")


@click.command()
def reseal() -> None:
    """Put the new key first (NEW,OLD), restart, reseal, then leave the old one out."""
    settings = load_settings()
    with telling(NoKey), transaction(settings) as db:
        count = channels.reseal(db, Seal(settings.sealing_keys), now())
    click.echo(f"{count} channels sealed with the first key.")


@click.command()
def seal_key() -> None:
    """Keep it where the other secrets are: without it, further channels fall silent."""
    click.echo(channels.new_key())

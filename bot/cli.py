"""The commands of `python -m bot`. Each is imported only when it is called: the list of them shows at once.

They answer with 0 (done), 1 (not done, and why) or 2 (asked wrongly, or the environment is not fit).
"""

from importlib import import_module

import click

COMMANDS = {
    "demo": ("bot.demo", "Chat with the bot on a phone in the browser, without LINE."),
    "migrate": ("bot.commands.database", "Create the database's tables, or bring them up to date."),
    "import-roster": ("bot.commands.roster", "Import schools from a CSV or XLSX file, all or nothing."),
    "invite": ("bot.commands.schools", "Make one-time codes with which people join."),
    "list-people": ("bot.commands.people", "List who serves where, from when and until when."),
    "end-membership": ("bot.commands.people", "End somebody's access to a school or agency."),
    "transfer": ("bot.commands.people", "Transfer a school's director: the old account leaves, the draft stays."),
    "list-erasures": ("bot.commands.privacy", "List who asks to be erased and waits for an answer."),
    "erase-person": ("bot.commands.privacy", "Erase what is kept of a person who asks for it."),
    "refuse-erasure": ("bot.commands.privacy", "Refuse to erase a person, with the reason."),
    "data-officer": ("bot.commands.privacy", "Name who answers for the personal data of a channel."),
    "open-round": ("bot.commands.rounds", "Open a round of reports."),
    "list-rounds": ("bot.commands.rounds", "List the rounds of a channel."),
    "extend-round": ("bot.commands.rounds", "Move a round's due date on."),
    "close-round": ("bot.commands.rounds", "Close a round, now or after a day."),
    "except-school": ("bot.commands.rounds", "Give some schools more time in a round."),
    "meeting": ("bot.commands.meetings", "Make, call, change, cancel and list meetings."),
    "close-school": ("bot.commands.closing", "Close schools that are no more, now or after a day; nothing is deleted."),
    "reopen-school": ("bot.commands.closing", "Open schools again that were closed."),
    "days-off": ("bot.commands.days", "List, add and remove days on which nobody is reminded."),
    "show-report": ("bot.commands.reports", "Show a school's report as it was at a moment, and who did what to it."),
    "announce": ("bot.commands.announce", "Announce something to a chosen audience: shown first, sent with --send."),
    "load-questions": ("bot.commands.rounds", "Check a question file, and load it for the rounds to come."),
    "draw-flows": ("bot.commands.rounds", "Draw every talk as a Mermaid diagram."),
    "add-channel": ("bot.commands.channels", "Add a channel: one more province with its own LINE account."),
    "rotate-secret": ("bot.commands.channels", "Replace a channel's secret; the old one is accepted for a while."),
    "reseal": ("bot.commands.channels", "Seal all secrets anew with the first key in RAINGAN_KEY."),
    "seal-key": ("bot.commands.channels", "Print a new key for RAINGAN_KEY."),
    "rich-menu": ("bot.commands.rich_menu", "Draw the menus below the chat, and show everybody theirs."),
    "doctor": ("bot.commands.doctor", "Check token, webhook, quota, database and files, and say what is wrong."),
    "audit": ("bot.commands.audit", "List who did what, or verify that the trail is whole."),
    "replay-inbox": ("bot.commands.database", "Apply parked events again, after what failed was mended."),
}
"""Command → the module it is in, under its own name with underscores, and what it does."""


class Lazy(click.Group):
    """A group whose commands are modules yet to be imported."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order in which they are needed."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command."""
        if cmd_name not in COMMANDS:
            return None
        module, does = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), cmd_name.replace("-", "_"))
        command.help = "\n\n".join(filter(None, (does, command.help)))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, does) for name, (_, does) in COMMANDS.items()])


@click.command(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def cli() -> None:
    """Raingan: school directors report on LINE. Settings come from the environment, see README."""

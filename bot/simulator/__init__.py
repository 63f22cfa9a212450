"""A strict stand-in for the LINE platform on loopback, for tests and the demo.

``Platform`` holds the state, ``serve`` speaks HTTP for it, ``Phone`` (from ``platform.phone``) is a person in a test.
"""

from bot.simulator.bubbles import words_of
from bot.simulator.phone import Phone
from bot.simulator.platform import SECRET, TOKEN, Platform
from bot.simulator.server import Server, serve
from bot.simulator.validate import check

__all__ = ["SECRET", "TOKEN", "Phone", "Platform", "Server", "check", "serve", "words_of"]

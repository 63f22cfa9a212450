"""Every Thai sentence the bot says, with named slots; the sentences are data (th.yaml)."""

from importlib.resources import files
from typing import Any

import yaml


def _flat(tree: dict[str, Any], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = str(value).strip()
    return found


SENTENCES = _flat(yaml.safe_load((files(__package__) / "th.yaml").read_text(encoding="utf-8")))


def say(key: str, **slots: object) -> str:
    """Return a sentence with its slots filled. Raises KeyError for an unknown sentence or a missing slot."""
    sentence = SENTENCES[key]
    return sentence.format_map(slots) if slots else sentence

"""Every Thai sentence the bot says, with named slots; the sentences are data (th.yaml, and th_*.yaml by flow)."""

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


def _read() -> dict[str, str]:
    found: dict[str, str] = {}
    for file in sorted(files(__package__).iterdir(), key=lambda file: file.name):
        if file.name.startswith("th") and file.name.endswith(".yaml"):
            sentences = _flat(yaml.safe_load(file.read_text(encoding="utf-8")))
            if twice := found.keys() & sentences.keys():
                raise ValueError(f"{file.name}: {', '.join(sorted(twice))} stands in another file too")
            found |= sentences
    return found


SENTENCES = _read()


def say(key: str, **slots: object) -> str:
    """Return a sentence with its slots filled. Raises KeyError for an unknown sentence or a missing slot."""
    sentence = SENTENCES[key]
    return sentence.format_map(slots) if slots else sentence

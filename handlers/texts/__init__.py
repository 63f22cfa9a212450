"""Every Thai sentence the bot says, with named slots; the sentences are data (th.yaml, and th_*.yaml by flow)."""

from importlib.resources import files
from typing import Any

import yaml

# Ten times as fast, where PyYAML was built with it: the files are read at every start.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def data(name: str) -> Any:
    """Return what a data file of this folder holds ("orders.yaml")."""
    return yaml.load((files(__package__) / name).read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 -- a safe one


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
            sentences = _flat(data(file.name))
            if twice := found.keys() & sentences.keys():
                raise ValueError(f"{file.name}: {', '.join(sorted(twice))} stands in another file too")
            found |= sentences
    return found


SENTENCES = _read()


def say(key: str, **slots: object) -> str:
    """Return a sentence with its slots filled. Raises KeyError for an unknown sentence or a missing slot."""
    sentence = SENTENCES[key]
    return sentence.format_map(slots) if slots else sentence

"""The pure dialogue engine: a flow is a table of steps, as data. Imports nothing of ours.

A step says what it asks and, for each thing that may be heard there, which verb answers and where the talk
goes. The verbs are functions elsewhere; here is only what may follow what, so that every flow can be drawn.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

OPEN = "the first open step"
STAY = "the same step"
AFTER = "the next open step"
BEFORE = "the step before"
NAMED = "the step that was named"


@dataclass(frozen=True, slots=True)
class Move:
    """What is done with a thing heard, and where the talk goes then: a step's key, or or one of the constants above."""

    do: str
    to: str = STAY


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a talk.

    hears: intent → move, for the things that mean something here; anything else is ``otherwise``.
    asks: True where it is a question whose answer is kept, so that the first open one is where a talk resumes.
    """

    key: str
    title: str
    hears: Mapping[str, Move]
    otherwise: Move
    asks: bool = False
    optional: bool = False


@dataclass(frozen=True)
class Flow:
    """Steps in their order, and the one use case that its end calls."""

    name: str
    steps: Sequence[Step]
    on_done: str

    def __post_init__(self) -> None:
        keys = [step.key for step in self.steps]
        if len(set(keys)) != len(keys):
            raise ValueError(f"flow {self.name}: two steps of one key")
        known = {*keys, OPEN, STAY, AFTER, BEFORE, NAMED}
        for step in self.steps:
            for move in (*step.hears.values(), step.otherwise):
                if move.to not in known:
                    raise ValueError(f"flow {self.name}, step {step.key}: no step {move.to}")
        object.__setattr__(self, "_by_key", {step.key: step for step in self.steps})

    def step(self, key: str) -> Step | None:
        """Return a step, or None where the flow has none of this key (any more)."""
        by_key: dict[str, Step] = self._by_key  # type: ignore[attr-defined]
        return by_key.get(key)

    def hear(self, key: str, intent: str) -> Move:
        """Return the move that a thing heard at a step makes."""
        step = self.step(key)
        if step is None:
            raise KeyError(key)
        return step.hears.get(intent, step.otherwise)

    def first_open(self, done: Collection[str]) -> Step | None:
        """Return the first question not yet done: where the talk resumes, whatever became of the place."""
        return next((step for step in self.steps if step.asks and step.key not in done), None)

    def after(self, key: str, done: Collection[str]) -> Step | None:
        """Return the next open question after a step, going round; None where all are done."""
        keys = [step.key for step in self.steps]
        here = keys.index(key) + 1 if key in keys else 0
        turned = [*self.steps[here:], *self.steps[:here]]
        return next((step for step in turned if step.asks and step.key not in done), None)

    def before(self, key: str) -> Step | None:
        """Return the question before a step, open or not; None at the first."""
        found = None
        for step in self.steps:
            if step.key == key:
                return found
            if step.asks:
                found = step
        return found


def draw(flow: Flow) -> str:
    """Return the flow as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    %% {flow.name}", f"    [*] --> {_id(flow.steps[0].key)}"]
    lines += [f"    {_id(step.key)}: {step.title}" for step in flow.steps]
    for step in flow.steps:
        moves: dict[tuple[str, str], list[str]] = {}
        for intent, move in [*step.hears.items(), ("*", step.otherwise)]:
            moves.setdefault((_target(flow, step, move), move.do), []).append(intent)
        for (target, verb), intents in moves.items():
            lines.append(f"    {_id(step.key)} --> {target}: {' '.join(sorted(intents))} / {verb}")
    return "\n".join([*lines, f"    {_id(flow.steps[-1].key)} --> [*]: {flow.on_done}"]) + "\n"


def _target(flow: Flow, step: Step, move: Move) -> str:
    found: Step | None
    if move.to in (STAY, NAMED):  # a named step may be any: drawn where it starts
        return _id(step.key)
    if move.to == OPEN:
        found = flow.first_open(())
    elif move.to == AFTER:
        keys = [one.key for one in flow.steps]
        found = next((one for one in flow.steps[keys.index(step.key) + 1 :] if one.asks or not step.asks), None)
    elif move.to == BEFORE:
        found = flow.before(step.key)
    else:
        found = flow.step(move.to)
    return _id((found or flow.steps[-1]).key)


def _id(key: str) -> str:
    return key.replace(".", "_").replace("-", "_")

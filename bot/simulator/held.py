"""Events kept back on the way, to be delivered in a way that LINE may but seldom does."""

import threading
from typing import TYPE_CHECKING

from bot.simulator.events import Event, redelivered
from bot.simulator.webhooks import Delivery

if TYPE_CHECKING:
    from bot.simulator.platform import Platform


class Held:
    """What ``platform.held()`` keeps back, in the order in which it happened."""

    def __init__(self, platform: "Platform") -> None:
        self.events: list[tuple[str, Event]] = []
        self._platform = platform

    def add(self, channel: str, events: list[Event]) -> None:
        """Keep events back."""
        self.events += [(channel, event) for event in events]

    def deliver(self) -> list[Delivery]:
        """Deliver one after the other, as they happened."""
        return [self._deliver(channel, [event]) for channel, event in self.events]

    def reversed(self) -> list[Delivery]:
        """Deliver the last first."""
        return [self._deliver(channel, [event]) for channel, event in reversed(self.events)]

    def together(self) -> list[Delivery]:
        """Deliver all events of a channel in one request, whoever caused them."""
        channels = dict.fromkeys(channel for channel, _ in self.events)
        return [self._deliver(name, [e for channel, e in self.events if channel == name]) for name in channels]

    def again(self) -> list[Delivery]:
        """Deliver one after the other as redeliveries, whether or not they were taken before."""
        return [self._deliver(channel, [redelivered(event)]) for channel, event in self.events]

    def at_once(self, times: int = 1) -> list[Delivery]:
        """Deliver every event so many times, all at the same moment from as many threads."""
        deliveries: list[Delivery] = []
        start = threading.Barrier(len(self.events) * times)

        def run(channel: str, event: Event) -> None:
            start.wait()
            deliveries.append(self._deliver(channel, [event]))

        threads = [threading.Thread(target=run, args=pair) for pair in self.events * times]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return deliveries

    def _deliver(self, channel: str, events: list[Event]) -> Delivery:
        return self._platform.webhooks[channel].deliver(events)

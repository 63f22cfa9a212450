"""When things are done that nobody asks for: a process of its own, with a few fixed ticks."""

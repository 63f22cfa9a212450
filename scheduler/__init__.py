"""When things happen: a process of its own, ticking."""

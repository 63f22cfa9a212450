"""Our own values for what is said, and their way into LINE-shaped JSON."""

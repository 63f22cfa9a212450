"""LINE's side of the bot: its JSON is read here, its signature checked here, its API called from here only."""

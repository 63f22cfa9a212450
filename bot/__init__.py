"""How the bot faces the world: the web, LINE, the command line, the demo. Only here is the environment read."""

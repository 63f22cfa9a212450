"""How the bot faces the world: the web, LINE, the command line, the demo. The only package that reads the environment."""

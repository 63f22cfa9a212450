"""What the bot does with each thing said to it. Never flask, linebot, apscheduler, the environment or the clock."""

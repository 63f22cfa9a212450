"""Settings of the web server (Procfile: ``web``). Each name is one of gunicorn's settings."""

import os
from pathlib import Path

wsgi_app = "bot.app:create_app()"
bind = f"0.0.0.0:{os.environ.get('PORT', '8000')}"

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
preload_app = True  # line-bot-sdk costs 0.7 s and 43 MB to import: once, before the fork
keepalive = 5
graceful_timeout = 25  # hosts kill 30 s after asking

# Its socket in the home folder would be a second way in, and two servers of one user would share it.
control_socket_disable = True
# The heartbeat file must not wait for a disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 -- no file of ours lies there

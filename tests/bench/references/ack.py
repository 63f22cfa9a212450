"""Answers 200 and does nothing else: what the web server and Flask themselves cost."""

import os

from flask import Flask, abort, request
from linebot.v3.webhook import SignatureValidator

app = Flask(__name__)
validator = SignatureValidator(os.environ["LINE_CHANNEL_SECRET"])


@app.post("/callback")
def callback() -> str:
    if not validator.validate(request.get_data(as_text=True), request.headers["X-Line-Signature"]):
        abort(400)
    return "OK"

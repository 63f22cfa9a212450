"""The bare echo: Flask and the SDK, one client shared by all threads; the reference of every ratio."""

import os

from flask import Flask, abort, request
from linebot.v3 import WebhookHandler
from linebot.v3.exceptions import InvalidSignatureError
from linebot.v3.messaging import ApiClient, Configuration, MessagingApi, ReplyMessageRequest, TextMessage
from linebot.v3.webhooks import MessageEvent, TextMessageContent

app = Flask(__name__)
configuration = Configuration(
    host=os.environ["LINE_API_HOST"],
    access_token=os.environ["LINE_CHANNEL_ACCESS_TOKEN"],
)
configuration.connection_pool_maxsize = 32
api = MessagingApi(ApiClient(configuration))
handler = WebhookHandler(os.environ["LINE_CHANNEL_SECRET"])


@app.post("/callback")
def callback() -> str:
    try:
        handler.handle(request.get_data(as_text=True), request.headers["X-Line-Signature"])
    except InvalidSignatureError:
        abort(400)
    return "OK"


@handler.add(MessageEvent, message=TextMessageContent)
def echo(event: MessageEvent) -> None:
    api.reply_message(
        ReplyMessageRequest(reply_token=event.reply_token, messages=[TextMessage(text=event.message.text)])
    )

"""A bot as tutorials build them: Flask, SDK, SQLAlchemy's ORM on SQLite, the state in a row per person.

One shared client, write-ahead log and a long busy timeout, which few tutorials bother with.
``BENCH_DEDUPE`` adds the table that remembers event ids.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, abort, request
from linebot.v3 import WebhookParser
from linebot.v3.exceptions import InvalidSignatureError
from linebot.v3.messaging import (
    ApiClient,
    Configuration,
    MessageAction,
    MessagingApi,
    QuickReply,
    QuickReplyItem,
    ReplyMessageRequest,
    TextMessage,
)
from linebot.v3.webhooks import MessageEvent, TextMessageContent
from sqlalchemy import ForeignKey, create_engine, event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

QUESTIONS = 11
DEDUPE = bool(os.environ.get("BENCH_DEDUPE"))


class Base(DeclarativeBase):
    pass


class Seen(Base):
    __tablename__ = "seen"
    event_id: Mapped[str] = mapped_column(primary_key=True)


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    line_user_id: Mapped[str] = mapped_column(unique=True)
    question: Mapped[int] = mapped_column(default=0)


class Answer(Base):
    __tablename__ = "answers"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    question: Mapped[int]
    text: Mapped[str]


app = Flask(__name__)
configuration = Configuration(
    host=os.environ["LINE_API_HOST"],
    access_token=os.environ["LINE_CHANNEL_ACCESS_TOKEN"],
)
configuration.connection_pool_maxsize = 32
api = MessagingApi(ApiClient(configuration))
parser = WebhookParser(os.environ["LINE_CHANNEL_SECRET"])
engine = create_engine(os.environ["DATABASE_URL"], connect_args={"timeout": 30})


@event.listens_for(engine, "connect")
def _pragmas(connection: object, record: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL")  # type: ignore[attr-defined]
    connection.execute("PRAGMA synchronous=FULL")  # type: ignore[attr-defined]


Base.metadata.create_all(engine)
engine.dispose()  # the workers are forked from here


@contextmanager
def session() -> Iterator[Session]:
    with Session(engine) as one:
        yield one
        one.commit()


@app.post("/callback")
def callback() -> str:
    try:
        events = parser.parse(request.get_data(as_text=True), request.headers["X-Line-Signature"])
    except InvalidSignatureError:
        abort(400)
    for one in events:
        if isinstance(one, MessageEvent) and isinstance(one.message, TextMessageContent) and _is_new(one):
            _hear(one)
    return "OK"


def _is_new(one: MessageEvent) -> bool:
    if not DEDUPE:
        return True
    try:
        with session() as db:
            db.add(Seen(event_id=one.webhook_event_id))
    except IntegrityError:
        return False
    return True


def _hear(one: MessageEvent) -> None:
    with session() as db:
        user = db.query(User).filter_by(line_user_id=one.source.user_id).first()
        if user is None:
            user = User(line_user_id=one.source.user_id, question=0)
            db.add(user)
            db.flush()
        if user.question:
            db.add(Answer(user_id=user.id, question=user.question, text=one.message.text))
        user.question = user.question % QUESTIONS + 1
        question = user.question
    _ask(one.reply_token, question)


def _ask(token: str, question: int) -> None:
    buttons = [QuickReplyItem(action=MessageAction(label=word, text=word)) for word in ("ข้าม", "ย้อนกลับ", "พัก")]
    text = f"ข้อ {question} จาก {QUESTIONS} · ขณะนี้เป็นอย่างไรบ้าง เล่าเรื่องที่ภูมิใจ 1 เรื่อง และเรื่องที่ยังห่วง 1 เรื่อง"
    api.reply_message(
        ReplyMessageRequest(reply_token=token, messages=[TextMessage(text=text, quick_reply=QuickReply(items=buttons))])
    )

"""What the demo's page asks: the talks on the phones, and what their owners do (JSON under /phone/api/)."""

import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.simulator import menus
from bot.simulator.acts import Acts, NotPossible
from bot.simulator.filetypes import content_type
from bot.simulator.http import Answer, Request, json_answer
from bot.simulator.talk import Talk

if TYPE_CHECKING:
    from bot.simulator.platform import Platform

PREFIX = "/phone/api/"
LONGEST_WAIT = 25.0  # seconds
LONGEST_JUMP = timedelta(days=3660).total_seconds()
MEDIA_BYTES = 50 * 1024 * 1024

Json = dict[str, Any]


class _Wrong(Exception):
    """A request that the page should not have made; status and words for it."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


class PhoneApi:
    """Answers the page's requests for one platform, always about its first channel."""

    def __init__(self, platform: "Platform") -> None:
        self._platform = platform
        self._channel = platform.main
        self._posts: dict[str, Callable[[Request], Json]] = {
            "say": self._say,
            "tap": self._tap,
            "sticker": self._sticker,
            "location": self._location,
            "media": self._media,
            "unsend": self._unsend,
            "friend": self._friend,
            "person": self._person,
            "clock": self._clock,
            "redeliver": self._redeliver,
        }

    def answer(self, request: Request) -> Answer:
        """Answer one request under /phone/api/."""
        try:
            return self._answer(request, request.path.removeprefix(PREFIX))
        except NotPossible as error:
            return json_answer({"error": str(error)}, 409)
        except _Wrong as error:
            return json_answer({"error": str(error)}, error.status)

    def _answer(self, request: Request, name: str) -> Answer:
        if request.method == "POST" and name in self._posts:
            return json_answer({"ok": True, "id": None} | self._posts[name](request))
        if request.method == "GET" and name == "state":
            return json_answer(self._state())
        if request.method == "GET" and name == "talk":
            return json_answer(self._talk(request))
        if request.method == "GET" and name.startswith("media/"):
            return self._picture(name.removeprefix("media/"))
        if request.method == "GET" and name.startswith("menu/"):
            return self._menu_picture(name.removeprefix("menu/"))
        raise _Wrong(404, f"no {request.method} {request.path}")

    def _state(self) -> Json:
        with self._platform.lock:
            now = self._platform.now()
            quota = self._channel.quota
            return {
                "now": now.isoformat(),
                "people": [self._shown(user) for user in self._platform.people],
                "quota": {"allowed": quota.allowed, "used": quota.used(now)},
                "clock_offset": self._platform.offset.total_seconds(),
            }

    def _shown(self, user: str) -> Json:
        person = self._platform.people[user]
        return {
            "user": user,
            "name": person.name,
            "school": person.school,
            "role": person.role,
            "code": person.code,
            "friend": user in self._channel.friends and user not in self._channel.blockers,
            "blocked": user in self._channel.blockers,
        }

    def _talk(self, request: Request) -> Json:
        user = self._known(request.query.get("user"))
        after, wait = _number(request.query, "after"), min(_number(request.query, "wait"), LONGEST_WAIT)
        if request.query.get("life", self._platform.life) != self._platform.life:
            after = wait = 0  # it counted for another server, whose numbers mean nothing here
        until = time.monotonic() + wait
        with self._platform.changed:
            talk = self._channel.talk(user)
            while (
                not self._platform.stopping and not self._news(talk, after) and (left := until - time.monotonic()) > 0
            ):
                self._platform.changed.wait(self._nap(talk, left))
            new, changed = talk.since(int(after))
            return {
                "life": self._platform.life,
                "seq": talk.seq,
                "items": [item.shown() for item in new],
                "changed": [item.shown() for item in changed],
                "typing": talk.typing(self._platform.now()),
                "menu": menus.shown(self._channel, user),
            }

    def _news(self, talk: Talk, after: float) -> bool:
        talk.typing(self._platform.now())
        return talk.seq > after

    def _nap(self, talk: Talk, left: float) -> float:
        if talk.typing_until is None:
            return left
        return min(left, max(0.01, (talk.typing_until - self._platform.now()).total_seconds()))

    def _picture(self, message_id: str) -> Answer:
        media = self._channel.media.get(message_id)
        if media is None:
            raise _Wrong(404, "no such media")
        if media.unsent:
            raise _Wrong(410, "taken back")
        kind = content_type(media.body, media.kind)
        inline = kind.startswith(("image/", "video/", "audio/"))
        headers = {"content-type": kind, "content-disposition": "inline" if inline else "attachment"}
        return Answer(200, media.body, headers)

    def _menu_picture(self, menu_id: str) -> Answer:
        picture = self._channel.menus.pictures.get(menu_id)
        if picture is None:
            raise _Wrong(404, "no such menu")
        return menus.picture_answer(picture)

    def _say(self, request: Request) -> Json:
        body = _body(request)
        return {"id": self._acts(body).say(_text(body, "text"), quote=_maybe_text(body, "quote"))}

    def _tap(self, request: Request) -> Json:
        body = _body(request)
        params = {} if body.get("params") is None else body["params"]
        if not isinstance(params, dict):
            raise _Wrong(400, "params must be an object")
        return {"id": self._acts(body).tap(_text(body, "data"), _maybe_text(body, "displayText"), params)}

    def _sticker(self, request: Request) -> Json:
        return {"id": self._acts(_body(request)).sticker()}

    def _location(self, request: Request) -> Json:
        return {"id": self._acts(_body(request)).location()}

    def _media(self, request: Request) -> Json:
        query = request.query
        if not request.body:
            raise _Wrong(400, "no bytes")
        image_set = None
        if query.get("set"):
            image_set = (query["set"], int(_number(query, "index")), int(_number(query, "total")))
        acts = self._acts(query)
        kind, name = query.get("kind", "image"), query.get("name")
        return {"id": acts.media(kind, request.body, name=name, image_set=image_set)}

    def _unsend(self, request: Request) -> Json:
        body = _body(request)
        self._acts(body).unsend(_text(body, "id"))
        return {}

    def _friend(self, request: Request) -> Json:
        body = _body(request)
        acts = self._acts(body)
        if body.get("follow"):
            acts.follow()
        else:
            acts.block()
        return {}

    def _person(self, request: Request) -> Json:
        return {"user": self._platform.stranger(_text(_body(request), "name")).user}

    def _clock(self, request: Request) -> Json:
        seconds = _body(request).get("forward_seconds")
        if not isinstance(seconds, int | float) or not abs(seconds) <= LONGEST_JUMP:
            raise _Wrong(400, "forward_seconds must be a number of seconds, at most ten years")
        self._platform.forward(seconds)
        return {"now": self._platform.now().isoformat()}

    def _redeliver(self, request: Request) -> Json:
        self._acts(_body(request)).again()
        return {}

    def _acts(self, source: Any) -> Acts:
        return Acts(self._platform, self._channel, self._known(source.get("user")))

    def _known(self, user: object) -> str:
        if not isinstance(user, str) or user not in self._platform.people:
            raise _Wrong(404, f"no such person: {user}")
        return user


def _body(request: Request) -> Json:
    try:
        body = json.loads(request.body)
    except ValueError as error:
        raise _Wrong(400, "the body is no JSON") from error
    if not isinstance(body, dict):
        raise _Wrong(400, "the body is no JSON object")
    return body


def _text(body: Json, key: str) -> str:
    if not isinstance(body.get(key), str) or not body[key]:
        raise _Wrong(400, f"{key} must be a text")
    return str(body[key])


def _maybe_text(body: Json, key: str) -> str | None:
    return _text(body, key) if body.get(key) is not None else None


def _number(query: Any, key: str) -> float:
    try:
        return max(0.0, float(query.get(key, 0)))
    except ValueError as error:
        raise _Wrong(400, f"{key} must be a number") from error

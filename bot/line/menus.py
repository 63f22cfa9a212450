"""Rich menus at LINE: made, drawn, shown (REF Rich menu). Every call is LINE's own; none is repeated here."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from bot.line.answers import Refused, Unanswered, Why
from bot.line.gateway import Gateway
from bot.line.wire import Answer
from models.json_text import from_json, to_json

_MENUS = "/v2/bot/richmenu"


class MenuLine:
    """What the gateway lets us do with rich menus."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def create(self, channel: str, menu: dict[str, Any]) -> str:
        """Make a menu, still without its picture; return LINE's id. At most 100 an hour. Raises Unanswered."""
        made = self._ask(channel, "richmenu create", b"POST", _MENUS, to_json(menu).encode())
        return str(_object(made)["richMenuId"])

    def upload(self, channel: str, menu_id: str, png: bytes) -> None:
        """Give a menu its picture, once for ever. Raises Unanswered."""
        self._ask(channel, "richmenu content", b"POST", f"{_MENUS}/{quote(menu_id)}/content", png, "image/png")

    def delete(self, channel: str, menu_id: str) -> None:
        """Delete a menu; one that is gone already is as good. At most 100 an hour. Raises Unanswered."""
        try:
            self._ask(channel, "richmenu delete", b"DELETE", f"{_MENUS}/{quote(menu_id)}")
        except Unanswered as error:
            if error.refused.status != 404:
                raise

    def names(self, channel: str) -> dict[str, str]:
        """Return the names of all menus by their ids, those without a picture too. Raises Unanswered."""
        found = _object(self._ask(channel, "richmenu list", b"GET", f"{_MENUS}/list")).get("richmenus")
        return {str(one["richMenuId"]): str(one.get("name")) for one in found or ()}

    def exists(self, channel: str, menu_id: str) -> bool:
        """Tell whether LINE has a menu. Raises Unanswered."""
        return self._there(channel, "richmenu get", f"{_MENUS}/{quote(menu_id)}") is not None

    def default(self, channel: str) -> str | None:
        """Return the menu of all who have none of their own. Raises Unanswered."""
        found = self._there(channel, "richmenu default", "/v2/bot/user/all/richmenu")
        return None if found is None else str(_object(found).get("richMenuId"))

    def set_default(self, channel: str, menu_id: str) -> None:
        """Show a menu to all who have none of their own. Raises Unanswered."""
        self._ask(channel, "richmenu set default", b"POST", f"/v2/bot/user/all/richmenu/{quote(menu_id)}")

    def link(self, channel: str, user: str, menu_id: str) -> Refused | None:
        """Show a person a menu, at once; return why LINE would not. At most 2,000 a second."""
        path = f"/v2/bot/user/{quote(user)}/richmenu/{quote(menu_id)}"
        return _refused(self._gateway.call(channel, "richmenu link", b"POST", path))

    def link_all(self, channel: str, users: Sequence[str], menu_id: str) -> Refused | None:
        """Show up to 500 people a menu, in a moment; return why LINE would not."""
        body = to_json({"richMenuId": menu_id, "userIds": list(users)}).encode()
        return _refused(self._gateway.call(channel, "richmenu bulk link", b"POST", f"{_MENUS}/bulk/link", body))

    def unlink(self, channel: str, user: str) -> Refused | None:
        """Show a person the default menu, at once; return why LINE would not."""
        path = f"/v2/bot/user/{quote(user)}/richmenu"
        return _refused(self._gateway.call(channel, "richmenu unlink", b"DELETE", path))

    def unlink_all(self, channel: str, users: Sequence[str]) -> Refused | None:
        """Show up to 500 people the default menu, in a moment; return why LINE would not."""
        body = to_json({"userIds": list(users)}).encode()
        return _refused(self._gateway.call(channel, "richmenu bulk unlink", b"POST", f"{_MENUS}/bulk/unlink", body))

    def _ask(
        self, channel: str, what: str, method: bytes, path: str, body: bytes = b"", kind: str = "application/json"
    ) -> Answer:
        answer = self._gateway.call(channel, what, method, path, body, kind)
        if isinstance(answer, Refused):
            raise Unanswered(answer)
        return answer

    def _there(self, channel: str, what: str, path: str) -> Answer | None:
        """Return what LINE knows; None where it says that there is nothing."""
        answer = self._gateway.call(channel, what, b"GET", path)
        if isinstance(answer, Refused) and answer.status == 404:
            return None
        if isinstance(answer, Refused):
            raise Unanswered(answer)
        return answer


def _refused(answer: Answer | Refused) -> Refused | None:
    return answer if isinstance(answer, Refused) else None


def _object(answer: Answer) -> dict[str, Any]:
    try:
        content = from_json(answer.body)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise Unanswered(Refused("an answer of unknown shape", Why.TROUBLE))
    return content

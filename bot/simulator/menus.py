"""The rich menu endpoints of LINE's API (REF Rich menu), and what a phone shows of them."""

from typing import TYPE_CHECKING, Any

from bot.simulator.channel import Channel
from bot.simulator.http import Answer, Refusal, Request, json_answer
from bot.simulator.menu_checks import menu_problems, picture_size
from bot.simulator.people import USER_ID
from bot.simulator.sending import check_rate, invalid, parse
from handlers.messages import limits

if TYPE_CHECKING:
    from bot.simulator.platform import Platform

NOT_FOUND = "richmenu not found"


def create(platform: "Platform", channel: Channel, request: Request) -> Answer:
    """Make a rich menu (REF Create rich menu)."""
    check_rate(platform, channel, "rich_menu_create")
    menu = parse(request)
    problems = list(menu_problems(menu))
    if problems:
        details = [{"message": one.message, "property": one.where.removeprefix("$.")} for one in problems]
        raise Refusal(400, f"The request body has {len(details)} error(s)", details)
    if len(channel.menus.menus) >= limits.RICH_MENUS:
        raise Refusal(400, "the number of richmenus exceeds the limit")
    menu_id = "richmenu-" + platform.ids.token()
    channel.menus.menus[menu_id] = menu
    return json_answer({"richMenuId": menu_id})


def listing(platform: "Platform", channel: Channel, request: Request) -> Answer:
    """Name all rich menus, those without a picture too."""
    menus = channel.menus.menus.items()
    return json_answer({"richmenus": [{"richMenuId": menu_id, **menu} for menu_id, menu in menus]})


def get(platform: "Platform", channel: Channel, request: Request, menu_id: str) -> Answer:
    """Give one rich menu."""
    return json_answer({"richMenuId": menu_id, **_menu(channel, menu_id)})


def delete(platform: "Platform", channel: Channel, request: Request, menu_id: str) -> Answer:
    """Delete a rich menu; who saw it sees the default again."""
    check_rate(platform, channel, "rich_menu_delete")
    _menu(channel, menu_id)
    menus = channel.menus
    before = _shown_now(channel)
    del menus.menus[menu_id]
    menus.pictures.pop(menu_id, None)
    menus.links = {user: linked for user, linked in menus.links.items() if linked != menu_id}
    menus.default = None if menus.default == menu_id else menus.default
    _tell_phones(platform, channel, before)
    return json_answer({})


def set_picture(platform: "Platform", channel: Channel, request: Request, menu_id: str) -> Answer:
    """Take a menu's picture, once (REF Upload rich menu image). It must be of the size that the menu declares."""
    size = _menu(channel, menu_id)["size"]
    if menu_id in channel.menus.pictures:
        raise Refusal(400, "An image has already been uploaded to the richmenu")
    if request.headers.get("content-type") not in ("image/jpeg", "image/png"):
        raise Refusal(415, "The media type of the image must be image/jpeg or image/png")
    if len(request.body) > limits.RICH_MENU_PICTURE_BYTES:
        raise Refusal(413, "Request entity too large")
    if picture_size(request.body) != (size["width"], size["height"]):
        raise Refusal(400, "The image size is not that of the richmenu")
    channel.menus.pictures[menu_id] = request.body
    return json_answer({})


def picture(platform: "Platform", channel: Channel, request: Request, menu_id: str) -> Answer:
    """Give a menu's picture."""
    if menu_id not in channel.menus.pictures:
        raise Refusal(404, "Not found")
    return picture_answer(channel.menus.pictures[menu_id])


def picture_answer(body: bytes) -> Answer:
    """Return a picture as it is served."""
    return Answer(200, body, {"content-type": "image/png" if body.startswith(b"\x89PNG") else "image/jpeg"})


def set_default(platform: "Platform", channel: Channel, request: Request, menu_id: str) -> Answer:
    """Show a menu to everyone who has none of their own."""
    _drawn(channel, menu_id)
    before = _shown_now(channel)
    channel.menus.default = menu_id
    _tell_phones(platform, channel, before)
    return json_answer({})


def default(platform: "Platform", channel: Channel, request: Request) -> Answer:
    """Say which menu is the default."""
    if channel.menus.default is None:
        raise Refusal(404, "no default richmenu")
    return json_answer({"richMenuId": channel.menus.default})


def no_default(platform: "Platform", channel: Channel, request: Request) -> Answer:
    """Show nobody a default menu."""
    before = _shown_now(channel)
    channel.menus.default = None
    _tell_phones(platform, channel, before)
    return json_answer({})


def link(platform: "Platform", channel: Channel, request: Request, user: str, menu_id: str) -> Answer:
    """Show one person a menu of their own, at once and free of charge (REF Link rich menu to user)."""
    check_rate(platform, channel, "rich_menu_link")
    if not USER_ID.match(user):
        raise invalid("userId")
    _drawn(channel, menu_id)
    _link(platform, channel, [user], menu_id)
    return json_answer({})


def link_many(platform: "Platform", channel: Channel, request: Request) -> Answer:
    """Show up to 500 people a menu, a moment later (REF Link rich menu to multiple users)."""
    check_rate(platform, channel, "rich_menu_link")
    body = parse(request)
    users = _users(body)
    _drawn(channel, str(body.get("richMenuId")))
    _link(platform, channel, users, body["richMenuId"])
    return json_answer({}, 202)


def linked(platform: "Platform", channel: Channel, request: Request, user: str) -> Answer:
    """Say which menu one person has."""
    if user not in channel.menus.links:
        raise Refusal(404, "the user has no richmenu")
    return json_answer({"richMenuId": channel.menus.links[user]})


def unlink(platform: "Platform", channel: Channel, request: Request, user: str) -> Answer:
    """Take a person's own menu away."""
    check_rate(platform, channel, "rich_menu_link")
    _link(platform, channel, [user], None)
    return json_answer({})


def unlink_many(platform: "Platform", channel: Channel, request: Request) -> Answer:
    """Take the own menus of up to 500 people away (REF Unlink rich menus from multiple users)."""
    check_rate(platform, channel, "rich_menu_link")
    _link(platform, channel, _users(parse(request)), None)
    return json_answer({}, 202)


def shown(channel: Channel, user: str) -> dict[str, Any] | None:
    """Return the menu on a person's phone, as the demo's page draws it; None: no menu."""
    menu_id = channel.menus.shown_to(user) if user in channel.friends and user not in channel.blockers else None
    if menu_id is None:
        return None
    menu = channel.menus.menus[menu_id]
    return {"id": menu_id, **{key: menu[key] for key in ("size", "selected", "chatBarText", "areas")}}


def _link(platform: "Platform", channel: Channel, users: list[str], menu_id: str | None) -> None:
    before = _shown_now(channel)
    for user in users:
        channel.menus.links.pop(user, None)
        if menu_id is not None:
            channel.menus.links[user] = menu_id
    _tell_phones(platform, channel, before)


def _shown_now(channel: Channel) -> dict[str, str | None]:
    return {user: channel.menus.shown_to(user) for user in channel.talks}


def _tell_phones(platform: "Platform", channel: Channel, before: dict[str, str | None]) -> None:
    """Let the phones whose menu is another now show it."""
    for user, menu_id in before.items():
        if channel.menus.shown_to(user) != menu_id:
            channel.talks[user].touch()
    platform.changed.notify_all()


def _users(body: dict[str, Any]) -> list[str]:
    users = body.get("userIds")
    known = isinstance(users, list) and all(isinstance(one, str) and USER_ID.match(one) for one in users)
    if not isinstance(users, list) or not known or not 1 <= len(users) <= limits.RICH_MENU_USERS:
        raise invalid("userIds")
    return users


def _menu(channel: Channel, menu_id: str) -> dict[str, Any]:
    if menu_id not in channel.menus.menus:
        raise Refusal(404, NOT_FOUND)
    return channel.menus.menus[menu_id]


def _drawn(channel: Channel, menu_id: str) -> None:
    _menu(channel, menu_id)
    if menu_id not in channel.menus.pictures:
        raise Refusal(400, "must upload richmenu image before applying it to user")

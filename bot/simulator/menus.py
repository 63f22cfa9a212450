"""The rich menu endpoints of LINE's API (REF Rich menu)."""

from typing import TYPE_CHECKING, Any

from bot.simulator.actions import action_problems
from bot.simulator.channel import Channel
from bot.simulator.http import Answer, Refusal, Request, json_answer
from bot.simulator.people import USER_ID
from bot.simulator.sending import invalid, parse
from handlers.messages import limits

if TYPE_CHECKING:
    from bot.simulator.platform import Platform


def create(platform: "Platform", channel: Channel, request: Request) -> Answer:
    """Make a rich menu (REF Create rich menu)."""
    menu = parse(request)
    _check(menu)
    menu_id = "richmenu-" + platform.ids.token()
    channel.menus.menus[menu_id] = menu
    return json_answer({"richMenuId": menu_id})


def listing(platform: "Platform", channel: Channel, request: Request) -> Answer:
    """Name all rich menus."""
    menus = channel.menus.menus.items()
    return json_answer({"richmenus": [{"richMenuId": menu_id, **menu} for menu_id, menu in menus]})


def get(platform: "Platform", channel: Channel, request: Request, menu_id: str) -> Answer:
    """Give one rich menu."""
    return json_answer({"richMenuId": menu_id, **_menu(channel, menu_id)})


def delete(platform: "Platform", channel: Channel, request: Request, menu_id: str) -> Answer:
    """Delete a rich menu; who saw it sees the default again."""
    _menu(channel, menu_id)
    menus = channel.menus
    del menus.menus[menu_id]
    menus.pictures.pop(menu_id, None)
    menus.links = {user: linked for user, linked in menus.links.items() if linked != menu_id}
    menus.default = None if menus.default == menu_id else menus.default
    return json_answer({})


def set_picture(platform: "Platform", channel: Channel, request: Request, menu_id: str) -> Answer:
    """Take a menu's picture, once (REF Upload rich menu image)."""
    _menu(channel, menu_id)
    if menu_id in channel.menus.pictures:
        raise Refusal(400, "An image has already been uploaded to the richmenu")
    if request.headers.get("content-type") not in ("image/jpeg", "image/png") or len(request.body) > 1_000_000:
        raise Refusal(400, "The image must be a JPEG or PNG of at most 1 MB")
    channel.menus.pictures[menu_id] = request.body
    return json_answer({})


def picture(platform: "Platform", channel: Channel, request: Request, menu_id: str) -> Answer:
    """Give a menu's picture."""
    if menu_id not in channel.menus.pictures:
        raise Refusal(404, "Not found")
    return Answer(200, channel.menus.pictures[menu_id], {"content-type": "image/png"})


def set_default(platform: "Platform", channel: Channel, request: Request, menu_id: str) -> Answer:
    """Show a menu to everyone who has none of their own."""
    _shown(channel, menu_id)
    channel.menus.default = menu_id
    return json_answer({})


def default(platform: "Platform", channel: Channel, request: Request) -> Answer:
    """Say which menu is the default."""
    if channel.menus.default is None:
        raise Refusal(404, "no default richmenu")
    return json_answer({"richMenuId": channel.menus.default})


def no_default(platform: "Platform", channel: Channel, request: Request) -> Answer:
    """Show nobody a default menu."""
    channel.menus.default = None
    return json_answer({})


def link(platform: "Platform", channel: Channel, request: Request, user: str, menu_id: str) -> Answer:
    """Show one person a menu of their own, at once and free of charge (REF Link rich menu to user)."""
    if not USER_ID.match(user):
        raise invalid("userId")
    _shown(channel, menu_id)
    channel.menus.links[user] = menu_id
    return json_answer({})


def linked(platform: "Platform", channel: Channel, request: Request, user: str) -> Answer:
    """Say which menu one person has."""
    if user not in channel.menus.links:
        raise Refusal(404, "the user has no richmenu")
    return json_answer({"richMenuId": channel.menus.links[user]})


def unlink(platform: "Platform", channel: Channel, request: Request, user: str) -> Answer:
    """Take a person's own menu away."""
    channel.menus.links.pop(user, None)
    return json_answer({})


def _menu(channel: Channel, menu_id: str) -> dict[str, Any]:
    if menu_id not in channel.menus.menus:
        raise Refusal(404, "richmenu not found")
    return channel.menus.menus[menu_id]


def _shown(channel: Channel, menu_id: str) -> None:
    _menu(channel, menu_id)
    if menu_id not in channel.menus.pictures:
        raise Refusal(400, "must upload richmenu image before applying it to user")


def _check(menu: dict[str, Any]) -> None:
    size, areas = menu.get("size", {}), menu.get("areas", [])
    width, height = size.get("width", 0), size.get("height", 0)
    if not 800 <= width <= 2500 or height < 250 or width / height < 1.45:
        raise invalid("size")
    if len(areas) > limits.RICH_MENU_AREAS:
        raise invalid("areas")
    if not 1 <= limits.graphemes(menu.get("chatBarText", "")) <= limits.RICH_MENU_BAR_GRAPHEMES:
        raise invalid("chatBarText")
    for index, area in enumerate(areas):
        where = f"areas[{index}].action"
        for problem in action_problems(area.get("action"), where, limits.RICH_MENU_LABEL_GRAPHEMES, "rich menu"):
            raise invalid(problem.where)

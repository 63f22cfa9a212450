"""The rich menus' pictures: drawn by typst, with right Thai letters, in the pixels that LINE asks for."""

from pathlib import Path

from handlers.messages.limits import RICH_MENU_PICTURE_BYTES
from handlers.rich_menus import Menu
from models.json_text import to_json

TEMPLATE = Path(__file__).parent / "rich_menu.typ"
_PIXELS = 72.0  # an inch: a point is a pixel


class Pictures:
    """Draws menus; what was drawn before is taken from a folder, where there is one.

    folder: keeps pictures by the menu's digest. None: each is drawn anew.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def png(self, menu: Menu, digest: str) -> bytes:
        """Return a menu's picture."""
        if self._folder is None:
            return draw(menu)
        file = self._folder / f"{digest}.png"
        if file.exists():
            return file.read_bytes()
        drawn = draw(menu)
        self._folder.mkdir(parents=True, exist_ok=True)
        half = file.with_suffix(".half")
        half.write_bytes(drawn)
        half.replace(file)  # whoever was killed here leaves no half picture under the whole one's name
        return drawn


def draw(menu: Menu) -> bytes:
    """Draw a menu as PNG, of the size that it declares."""
    import fontpkg_noto_sans_thai  # both imported here: a web process never draws
    import typst

    fonts = Path(fontpkg_noto_sans_thai.ROOT) / "files"
    drawn: bytes = typst.compile(
        TEMPLATE,
        font_paths=[fonts],
        ignore_system_fonts=True,
        format="png",
        ppi=_PIXELS,
        sys_inputs={"menu": to_json(menu.drawing())},
    )
    if len(drawn) > RICH_MENU_PICTURE_BYTES:
        raise ValueError(f"the picture of {menu.name} has {len(drawn)} bytes, LINE takes {RICH_MENU_PICTURE_BYTES}")
    return drawn

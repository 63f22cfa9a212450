"""Every limit of LINE's platform that our messages must respect, in one place.

REF is LINE's Messaging API reference, DOC its guides (read 2026-08). "units" are UTF-16 code units,
"graphemes" are what a reader calls one character; LINE counts some limits one way and some the other
(DOC Character counting in a text).
"""

import regex

# REF Send reply message, Send push message, Send multicast message
MESSAGES_PER_REQUEST = 5
MULTICAST_RECIPIENTS = 500
REQUEST_BYTES = 2 * 1024 * 1024  # REF Status codes: 413 above it

# REF Text message, Text message (v2), Flex Message, Template messages
TEXT_UNITS = 5000
ALT_TEXT_UNITS = 1500
EMOJIS = 20
SUBSTITUTIONS = 100
MENTIONS = 20
SENDER_NAME_UNITS = 20

# REF Quick reply
QUICK_REPLIES = 13
QUICK_REPLY_LABEL_GRAPHEMES = 20

# REF Specifications of the label
TEMPLATE_LABEL_GRAPHEMES = 20
IMAGE_CAROUSEL_LABEL_GRAPHEMES = 12
FLEX_LABEL_GRAPHEMES = 40
RICH_MENU_LABEL_GRAPHEMES = 20

# REF Action objects
POSTBACK_DATA_UNITS = 300
DISPLAY_TEXT_GRAPHEMES = 300
FILL_IN_TEXT_GRAPHEMES = 300
MESSAGE_ACTION_TEXT_GRAPHEMES = 300
URI_UNITS = 1000
URI_SCHEMES = ("http", "https", "line", "tel")
CLIPBOARD_UNITS = 1000
PICKER_FIRST_YEAR = 1900  # Gregorian, whatever the phone's calendar shows
PICKER_LAST_YEAR = 2100

# REF Template messages
BUTTONS_TITLE_GRAPHEMES = 40
BUTTONS_TEXT_GRAPHEMES = 160
BUTTONS_TEXT_WITH_PICTURE_GRAPHEMES = 60
BUTTONS_ACTIONS = 4
CONFIRM_TEXT_GRAPHEMES = 240
CONFIRM_ACTIONS = 2
CAROUSEL_COLUMNS = 10
CAROUSEL_ACTIONS = 3
CAROUSEL_TEXT_GRAPHEMES = 120
CAROUSEL_TEXT_WITH_PICTURE_GRAPHEMES = 60

# REF Flex Message, Carousel. LINE says KB; the smaller reading (1000 bytes) is kept.
BUBBLE_BYTES = 30_000
CAROUSEL_BYTES = 50_000
CAROUSEL_BUBBLES = 12

# REF Image message, Video message, Imagemap message
MEDIA_URL_UNITS = 2000
IMAGEMAP_ACTIONS = 50
IMAGEMAP_BASE_WIDTH = 1040
LOCATION_TITLE_UNITS = 100
LOCATION_ADDRESS_UNITS = 100

# REF Rich menu
RICH_MENU_AREAS = 20
RICH_MENU_BAR_GRAPHEMES = 14
RICH_MENU_NAME_UNITS = 300
RICH_MENU_WIDTH = range(800, 2501)
RICH_MENU_LEAST_HEIGHT = 250
RICH_MENU_LEAST_RATIO = 1.45  # width to height
RICH_MENU_PICTURE_BYTES = 1_000_000  # LINE says 1 MB; the smaller reading is kept
RICH_MENUS = 1000
RICH_MENU_USERS = 500  # of one call that links or unlinks many

# REF Display a loading animation
LOADING_SECONDS = range(5, 61, 5)

# REF Reply token
REPLY_SECONDS = 60
REPLY_AFTER_REDELIVERY_SECONDS = 20 * 60

# DOC Retry failed API requests
RETRY_KEY_HOURS = 24

# DOC Check webhook error statistics
WEBHOOK_SECONDS = 2.0

_GRAPHEME = regex.compile(r"\X")


def units(text: str) -> int:
    """Return the length of text in UTF-16 code units: 🍎 is 2."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def graphemes(text: str) -> int:
    """Return the length of text in grapheme clusters: ที่ is 1."""
    return sum(1 for _ in _GRAPHEME.finditer(text))

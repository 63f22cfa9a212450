"""Words: what a director types with thumbs, made uniform and understood."""

from handlers.words.clean import clean, digits, fold, letters
from handlers.words.intents import Intent, Understood
from handlers.words.keyboard import from_english_keyboard
from handlers.words.numbered import number_word, titled
from handlers.words.orders import Order, number_alone, order
from handlers.words.private import phone_number, private_number, without_private_numbers
from handlers.words.reading import understand

__all__ = [
    "Intent",
    "Order",
    "Understood",
    "clean",
    "digits",
    "fold",
    "from_english_keyboard",
    "letters",
    "number_alone",
    "number_word",
    "order",
    "phone_number",
    "private_number",
    "titled",
    "understand",
    "without_private_numbers",
]

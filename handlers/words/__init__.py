"""Words: what a director types with thumbs, made uniform and understood."""

from handlers.words.clean import clean, digits, fold, letters
from handlers.words.intents import Intent, Understood
from handlers.words.keyboard import from_english_keyboard
from handlers.words.reading import understand

__all__ = ["Intent", "Understood", "clean", "digits", "fold", "from_english_keyboard", "letters", "understand"]

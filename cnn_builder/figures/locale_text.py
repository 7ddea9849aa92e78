"""Numbers and dates as the reader's locale writes them.

Pages are read by whoever has them open; `read_by` says how to find out who that is. Nobody does on the command line, so
what it prints, files and JSON are in English, as are reports and model cards, which go to other people (`in_english`).
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton, format_time
from babel.numbers import format_decimal, get_decimal_symbol, get_group_symbol


@dataclass(frozen=True)
class BrowserLocale:
    """Whose eyes: a locale as browsers name it ("de-DE") and a time zone ("Europe/Berlin"), None for the server's."""

    locale: str | None = None
    timezone: str | None = None


ENGLISH = BrowserLocale("en-US")
_english = ContextVar("english", default=False)
_find: Callable[[], BrowserLocale] = lambda: ENGLISH  # noqa: E731 - a place to be filled, not a function to be called by name


def read_by(find: Callable[[], BrowserLocale]) -> None:
    """From now on `find()` is asked for the reader, at each number."""
    global _find
    _find = find


@contextmanager
def in_english() -> Iterator[None]:
    """Within the block everything is written in English: what goes to a file."""
    token = _english.set(True)
    try:
        yield
    finally:
        _english.reset(token)


def number_text(value: float, decimals: int = 0) -> str:
    """``1234567.8`` as "1,234,568", "1.234.568" or "1 234 568"; `decimals` places are kept."""
    places = "." + "0" * decimals if decimals else ""
    return format_decimal(value, f"#,##0{places}", _locale())


# What stands between backquotes or dollars is code or a formula's source.
_GROUPED = r"`[^`]*`|\$[^$]*\$|(?<![\w.,])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w,]*\d)"
_ALL = rf"{_GROUPED}|(?<![\w.,])\d+\.\d+(?![\w.,]*\d)"


def localized_numbers(text: str, decimals: bool = False) -> str:
    """A sentence written in English, such as "3,136·128 = 401,408", with the locale's signs in its numbers.

    Only numbers with a sign between their thousands: a setting in a call, Dropout(0.25), has to stay as it is. With
    `decimals`, for formulas, those with a decimal point, too. Code between backquotes stays as it is.
    """

    def written(found: re.Match[str]) -> str:
        number = found[0].replace(",", "")
        if number[0] in "`$":
            return found[0]
        return number_text(float(number), len(number.partition(".")[2]))

    return re.sub(_ALL if decimals else _GROUPED, written, text)


def plain_decimals(text: str) -> str:
    """A number that Python has written, such as "0.25", with the locale's decimal sign."""
    return text.replace(".", get_decimal_symbol(_locale()))


def plotly_separators() -> str:
    """Plotly's `separators`: the decimal sign, then the sign between thousands."""
    return get_decimal_symbol(_locale()) + get_group_symbol(_locale())


def day_and_time(unix: float) -> str:
    """``"27 Nov, 09:15"`` as the locale has it, in the reader's time zone. `unix`: seconds."""
    then = datetime.fromtimestamp(unix, UTC).astimezone(_zone())
    locale = _locale()
    return f"{format_skeleton('MMMd', then, locale=locale)}, {format_time(then, 'short', locale=locale)}"


def _reader() -> BrowserLocale:
    return ENGLISH if _english.get() else _find()


def _locale() -> Locale:
    return _parsed(_reader().locale or "")


def _zone() -> tzinfo | None:
    return _known_zone(_reader().timezone or "")


@lru_cache(64)
def _parsed(name: str) -> Locale:
    """What a browser names; English where nobody knows it, since the words around the numbers are English."""
    try:
        return Locale.parse(name, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en", "US")


@lru_cache(64)
def _known_zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # unknown names are KeyErrors
        return None

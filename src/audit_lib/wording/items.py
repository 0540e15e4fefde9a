"""Sections, items, ranks and ordinal numbers, as each language writes them."""

import re

from audit_lib.wording.number_format import write_arabic
from audit_lib.wording.words import Phrase


def say_section(section: str, item: str | None = None, paragraph: str | None = None) -> Phrase:
    """Return the phrase for a section of a notice, and an item or paragraph in it, by their numerals."""
    numerals = {"section": section, "item": item, "paragraph": paragraph}
    parts = {name: numeral for name, numeral in numerals.items() if numeral}
    numbers = {f"{name}_number": write_arabic(numeral) for name, numeral in parts.items()}
    return Phrase(f"places.{list(parts)[-1]}", {**parts, **numbers})  # named by its last part


def say_item(item: str) -> Phrase | str:
    """Return the phrase for a section and item as a notice prints them: 二、四是; 四、(二); 二、 of no item.

    二、四是 is 第二部分第四项 in Chinese.
    """
    match = re.fullmatch(r"(?P<section>[^、]+)、(?:(?P<item>[^()]+)是|\((?P<paragraph>.+)\))?", item)
    return item if match is None else say_section(**match.groupdict())


def say_ranks(ranks: str) -> Phrase | str:
    """Return the phrase for the ranks that tied units share, 4–7; a single rank is returned as it is."""
    match = re.fullmatch(r"(?P<first>\d+)–(?P<last>\d+)", ranks)
    return Phrase("places.ranks", match.groupdict()) if match else ranks


def say_ordinal(number: int) -> Phrase:
    """Return the phrase for an ordinal number.

    >>> [str(say_ordinal(n)) for n in (1, 2, 3, 4, 11, 12, 21, 103, 111)]
    ['1st', '2nd', '3rd', '4th', '11th', '12th', '21st', '103rd', '111th']
    """
    last = number % 10 if number % 100 not in (11, 12, 13) else 0
    return Phrase(f"trends.ordinal_{last if last in (1, 2, 3) else 'other'}", {"n": int(number)})

"""What is said of a file before a language is chosen: phrases, places, dates, ranks. `words.py` words them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DATE = re.compile(
    r"(?P<year>\d{4})(?:H(?P<half>[12])|Q(?P<quarter>[1-4])|W(?P<week>\d\d)|R(?P<round>\d{1,2})"
    r"|-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?"
)


@dataclass(frozen=True)
class Phrase:
    """Something that will be said, in no language yet: the key of a template (see words.py) and the facts in it."""

    key: str
    facts: Mapping[str, Any]


def say_place(place: str) -> Phrase:
    """Return the phrase for a place: line 215, page 3 line 12; a cell of a workbook is named as it is.

    The file of a notice of several comes first: 附件1.xls Sheet1!B7.
    """
    match = re.fullmatch(r"(?:page (?P<page>\d+) )?line (?P<line>\d+)", place)
    if match is None and (named := re.fullmatch(r"(.+?) ((?:page \d+ )?line \d+)", place)):
        return Phrase("places.in_file", {"file": named[1], "place": say_place(named[2])})
    if match is None:
        return Phrase("places.cell", {"cell": place})
    return Phrase("places.page" if match["page"] else "places.line", match.groupdict())


def say_date(date: str) -> Phrase | str:
    """Return the phrase for a period or a day: 2017, 2021H1, 2017-04, 2017-04-05, 2021W12, 2023-01..2023-04.

    Any other text stands for itself.
    """
    if (span := date.split("..")) and len(span) == 2:
        first, last = map(say_date, span)
        return Phrase("dates.from_to", {"first": first, "last": last}) if isinstance(first, Phrase) else date
    match = DATE.fullmatch(date)
    if match is None:
        return date
    said = {name: int(number) for name, number in match.groupdict().items() if number}
    name = list(said)[-1]  # named by its last part
    return Phrase(f"dates.half_{said['half']}" if name == "half" else f"dates.{name}", said)


def say_ranks(ranks: str) -> Phrase | str:
    """Give the phrase for the ranks that tied units share, 4–7; a single rank stands for itself."""
    match = re.fullmatch(r"(?P<first>\d+)–(?P<last>\d+)", ranks)
    return Phrase("places.ranks", match.groupdict()) if match else ranks


def say_item(item: str) -> Phrase | str:
    """Give the phrase for a section and item of a notice as it prints them: 二、四是; 四、(二); 二、 of no item."""
    match = re.fullmatch(r"(?P<section>[^、]+)、(?:(?P<item>[^()]+)是|\((?P<paragraph>.+)\))?", item)
    if match is None:
        return item
    said = {name: numeral for name, numeral in match.groupdict().items() if numeral}
    return Phrase(f"places.{list(said)[-1]}", said)  # named by its last part

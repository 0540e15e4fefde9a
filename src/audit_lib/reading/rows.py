"""Read one row of a score table from its cells. What is no value of its column is reported, never guessed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from audit_lib.reading.documents import PADDING, Line
from audit_lib.reading.layouts import NUMBER, Layout, read_ordinal

BETWEEN_HAN = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
NUMBERED = re.compile(r"^(?:[一二三四五六七八九十\d]{1,3}[、.\uff0e]|[(\uff08][一二三四五六七八九十\d]{1,3}[)\uff09])")

MISPRINT = re.compile(r"\d+[.,]{2,}\d+")
DASH = re.compile("[-—–/]+")
COUNTED = re.compile(r"[(\uff08]共?\d+[个個家][)\uff09]$")


@dataclass(frozen=True)
class Problem:
    """Something printed that we could not use as it stands."""

    check: str
    severity: str
    message: str
    place: str


@dataclass(frozen=True)
class ScoreRow:
    """One row as printed. `place` is where the unit is named; None where the row prints nothing.

    `cells` are the meaning and the print of each cell, in order; none of a row that a sentence states.
    """

    unit: str
    score: float | None
    rank: int | None
    serial: int | None
    tier: str | None
    group: str | None
    place: str
    extra: dict[str, str] = field(default_factory=dict)
    cells: tuple[tuple[str, Line], ...] = field(default=(), repr=False, compare=False)

    def as_dict(self) -> dict[str, Any]:
        """Give the row as `audit-lib parse --json` prints it."""
        return {name: value for name, value in vars(self).items() if name != "cells"}


def read_row(placed: dict[int, Line], layout: Layout, problems: list[Problem]) -> ScoreRow:
    """Read the cells of a row by the meaning of their columns. An empty cell, or one with a dash, is missing."""
    filled = {column: line for column, line in placed.items() if line.key and not DASH.fullmatch(line.key)}
    cells = {layout.meanings[column]: line for column, line in filled.items()}
    named = cells["unit"]
    for column, line in filled.items():
        if layout.meanings[column] == "extra":
            problems += find_misprints(named.printed, line)
    return ScoreRow(
        unit=named.printed,
        score=_read_score(named, cells.get("score"), problems),
        rank=_read_whole(named, cells.get("rank"), problems),
        serial=_read_whole(named, cells.get("serial"), problems),
        tier=cells["tier"].printed if "tier" in cells else None,
        group=cells["group"].printed if "group" in cells else None,
        place=named.place,
        extra={
            layout.columns[at]: squeeze_spaces(line.text)
            for at, line in filled.items()
            if layout.meanings[at] == "extra"
        },
        cells=tuple((layout.meanings[column], line) for column, line in sorted(filled.items())),
    )


def note_no_unit(cell: Line) -> Problem:
    """Note a row that is about no unit: a sum, a mean, a road."""
    return Problem("row_no_unit", "note", f"found {cell.printed}: no unit, not read", cell.place)


def find_misprints(unit: str, cell: Line) -> Iterator[Problem]:
    """Find numbers in a remark that are typed with two points: 天堂86..2. We do not guess which digit is missing."""
    for match in MISPRINT.finditer(cell.key):
        message = f"{unit}: found {match[0]!r} in {cell.printed!r}; expected a number"
        yield Problem("number_misprinted", "warning", message, cell.place)


def squeeze_spaces(text: str) -> str:
    """Give a remark with single spaces, none between Chinese letters: there they are padding.

    >>> squeeze_spaces(" 高 和86.3   曹 来86.4 ")
    '高和86.3 曹来86.4'
    """
    return BETWEEN_HAN.sub("", " ".join(PADDING.sub(" ", text).split()))


def plain_title(title: str) -> str:
    """Take the numeral, the colon and the count off the title of a group: 一、乡镇(20个): is 乡镇."""
    return COUNTED.sub("", NUMBERED.sub("", title).rstrip(":\uff1a"))


def _read_score(named: Line, cell: Line | None, problems: list[Problem]) -> float | None:
    if cell is None:
        return None
    printed = cell.key.removesuffix("分")
    if NUMBER.fullmatch(printed):
        return float(printed)
    message = f"{named.printed}: found score {cell.printed!r}; expected a number"
    problems.append(Problem("score_unreadable", "error", message, cell.place))
    return None


def _read_whole(named: Line, cell: Line | None, problems: list[Problem]) -> int | None:
    if cell is None:
        return None
    if (number := read_ordinal(cell.key)) is not None:
        return number
    message = f"{named.printed}: found rank {cell.printed!r}; expected a whole number"
    problems.append(Problem("rank_unreadable", "error", message, cell.place))
    return None

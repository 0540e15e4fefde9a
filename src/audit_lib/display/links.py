"""Where a notice prints what a table of a report repeats: links from values to the page of the notice.

The key of a citation is the name of a unit, the kind of value (a column) and the value itself, so that only the value
that the notice prints is linked. What names no unit, as a line or a quote, has the name "".
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from audit_lib.documents.model import Document, anchor_of, line_of
from audit_lib.sources import NOTICE, PERIOD
from audit_lib.tables.build import Reading
from audit_lib.wording.words import Text, say, say_place

Citations = Mapping[tuple[str | Text, str, object], str]

HREF = re.compile(rf"(?:\.\./{PERIOD.strip('^$')}/)?{re.escape(NOTICE)}#[\w.-]+")
PAIR = " → "  # between the names of a unit in two periods
UNITS = ("unit_name", "unit", "name_in_table", "name_in_list", "units")  # columns that name units
PRINTED_AS = {"table_line": "line", "list_line": "line", "places": "place"}
OF_MENTIONS = ("item", "sentiment")  # columns that say where and how the prose names a unit
BESIDE_UNITS = ("score", "tier", "tier_after", "item")  # of a row with a list of units: what a name is cited for


def link_place(place: str, page: str = NOTICE) -> str:
    """Return the link to a place of a notice."""
    return f"{page}#{anchor_of(place)}"


def cite_reading(reading: Reading, **tables: pd.DataFrame) -> Citations:
    """Cite the notice for every value that tables of a report repeat."""
    listed = {each.unit.unit_id: each.tier_list.place for each in reversed(reading.evidence.listings)}
    quotes = [_cite_quotes(tables[name]) for name in ("claims", "rules", "web_columns", "examples")]
    corrected = set(reading.scores.loc[reading.scores["is_corrected"].fillna(False), "unit_id"])
    cells = {
        (entry.unit.unit_id, kind): cell.place
        for entry in reversed(reading.evidence.entries)
        for kind, cell in entry.row.cells
        if entry.unit.unit_id not in corrected  # a row says what was corrected in it
    }
    scores, mentions = cite_scores(tables["scores"], listed=listed, cells=cells), _cite_mentions(tables["mentions"])
    columns = _cite_columns(tables["web_columns"])
    every = (scores, mentions, columns, _cite_document(reading.notice.document), *quotes)
    return {key: href for cites in every for key, href in cites.items()}


def cite_scores(
    scores: pd.DataFrame,
    page: str = NOTICE,
    listed: Mapping[str, str] | None = None,
    cells: Mapping[tuple[str, str], str] | None = None,
) -> Citations:
    """Cite scores, printed ranks and tiers of a scores table under every name of their unit.

    Scores and ranks are in the row of the unit, or at `cells`, by unit_id and kind, where each cell has a place of its
    own. A tier is where a list names the unit: at `listed`, by unit_id, else at `list_line`, else in the row. The first
    of a value that is printed twice counts.
    """
    listed, cells = listed or {}, cells or {}
    cites: dict[tuple[str | Text, str, object], str] = {}
    row: Any
    for row in scores.itertuples():
        in_list = row.source_place if pd.isna(row.list_line) else f"line {row.list_line}"
        printed = (
            ("score", row.score, cells.get((row.unit_id, "score"), row.source_place)),
            ("rank", row.rank_printed, cells.get((row.unit_id, "rank"), row.source_place)),
            ("tier", row.tier, listed.get(row.unit_id, in_list)),
        )
        for column, value, place in printed:
            for name in {row.unit_name, row.name_in_table, row.name_in_list}:
                if pd.notna(value) and pd.notna(name):
                    cites.setdefault((name, column, value), link_place(place, page))
    return cites


def cite_periods(before: Citations | None, after: Citations) -> Citations:
    """Cite the values of two periods: score_before by the notice of the first, score_after by that of the last.

    A column without an end is of the last period that prints the value.
    """
    ends = {"before": before or {}, "after": after}
    at_ends = {
        (name, f"{column}_{end}", value): href
        for end, cites in ends.items()
        for (name, column, value), href in cites.items()
    }
    return {**ends["before"], **after, **at_ends}


def _cite_mentions(mentions: pd.DataFrame) -> Citations:
    """Cite the first place where the prose names each unit, by section and item and by sentiment."""
    cites: dict[tuple[str | Text, str, object], str] = {}
    row: Any
    for row in mentions.itertuples():
        cites.setdefault((row.unit_name, "item", name_item(row.section, row.item)), link_place(row.place))
        if pd.notna(row.sentiment):
            cites.setdefault((row.unit_name, "sentiment", row.sentiment), link_place(row.place))
    return cites


def name_item(section: object, item: object) -> str:
    """Name an item of the prose by the numerals printed for its section and for itself."""
    return "/".join("" if pd.isna(part) else str(part) for part in (section, item))


def _cite_document(document: Document) -> Citations:
    """Cite the lines of a raw file themselves, by their numbers."""
    places = {line.place for line in document.lines}
    return {("", "line", number): link_place(place) for place in places if (number := line_of(place)) is not None}


def _cite_quotes(verified: pd.DataFrame) -> Citations:
    """Cite the quotes of a verified table that are in the raw file, also as our summary, and their places."""
    quoted = verified[verified["is_quoted"]]
    cites: dict[tuple[str | Text, str, object], str] = {}
    for quote, place in zip(quoted["quote"], quoted["place"], strict=True):
        summaries = (quote, say("narrative.quoted", quote=quote))
        for key in (("quote", quote), ("place", say_place(place)), *(("summary", each) for each in summaries)):
            cites["", *key] = link_place(place)
    return cites


def _cite_columns(web_columns: pd.DataFrame) -> Citations:
    """Cite what a notice says of columns of web sites of a unit."""
    quoted = web_columns[web_columns["is_quoted"]].dropna(subset=["unit"])
    named = zip(quoted["unit"], quoted["column"], quoted["place"], strict=True)
    return {(unit, "column", column): link_place(place) for unit, column, place in named}


def find_links(row: Mapping[str, Any], column: str, cites: Citations) -> list[str | None]:
    """Find the links of a cell: one, or one for each value of a list. None where the value shown is not a cited one.

    What a row says of several units is linked to the first; each name in a list of units to what it is listed for.
    """
    if column == "units" and isinstance(row[column], list):
        return [_find_of_unit(row, unit, cites) for unit in row[column]]
    if column in OF_MENTIONS and ("units" in row or pd.notna(row.get("line"))):  # which are linked
        return [None]
    values = row[column] if isinstance(row[column], list) else [row[column]]
    names = _name_units(row)
    return [_find(row, column, value, names, cites) for value in values]


def _find_of_unit(row: Mapping[str, Any], unit: str, cites: Citations) -> str | None:
    names = str(unit).split(PAIR)
    found = (_find(row, column, row[column], names, cites) for column in BESIDE_UNITS if column in row)
    return next((href for href in found if href), None)


def _find(row: Mapping[str, Any], column: str, value: Any, names: Sequence[str | Text], cites: Citations) -> str | None:
    if column == "item":
        value = name_item(row.get("section"), value)
    elif not isinstance(value, Text) and pd.isna(value):
        return None
    kind = PRINTED_AS.get(column, column)
    return next((href for name in (*names, "") if (href := cites.get((name, kind, value)))), None)


def _name_units(row: Mapping[str, Any]) -> list[str | Text]:
    cells = [row[column] for column in UNITS if column in row]
    units = [unit for cell in cells for unit in (cell if isinstance(cell, list) else [cell])]
    worded = [unit for unit in units if isinstance(unit, Text)]
    return [*worded, *(name for unit in units if isinstance(unit, str) for name in unit.split(PAIR))]

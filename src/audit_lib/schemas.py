"""The tables we keep, declared: their columns, types and what each means. `tables.py` checks them on load and save."""

from typing import Any

import pandera.pandas as pa

MATCHES = ["exact", "prefix", "alias", "table_only", "list_only"]
KINDS = [
    *("town", "subdistrict", "department", "institution", "vertical", "company"),
    *("mass_organisation", "zone", "village", "county", "ministry", "other"),
]
SIDES = ["town", "bureau", "other"]
SPLITS = ["town", "department", "institution"]
SEVERITIES = ["error", "warning", "note"]
PERIOD = r"^\d{4}(-(0[1-9]|1[0-2])|Q[1-4])?$"
JURISDICTION = r"^[a-z0-9][a-z0-9_-]*$"


def _text(description: str, *, nullable: bool = True, matches: str | None = None, **options: Any) -> pa.Column:
    checks = [pa.Check.str_matches(matches)] if matches else []
    return pa.Column("str", checks, nullable=nullable, description=description, **options)


def _word(description: str, words: list[str], *, nullable: bool = False) -> pa.Column:
    return pa.Column("str", pa.Check.isin(words), nullable=nullable, description=description)


def _whole(description: str, bits: int = 16, *, nullable: bool = True) -> pa.Column:
    return pa.Column(f"Int{bits}", pa.Check.ge(0), nullable=nullable, description=description)


def _day(description: str) -> pa.Column:
    return _text(f"{description} (ISO date)", matches=r"^\d{4}-\d{2}-\d{2}$")


_PLACE_COLUMNS = {
    "notice_id": _text("<jurisdiction>-<period>", nullable=False),
    "jurisdiction": _text("which government, as in the folder names", nullable=False, matches=JURISDICTION),
    "period": _text("what the inspection covers, not when it was published", nullable=False, matches=PERIOD),
}

SCHEMAS = {
    "scores": pa.DataFrameSchema(
        {
            **_PLACE_COLUMNS,
            "year": _whole("year of the period", nullable=False),
            "table_no": _whole(
                "which table of the notice; ranks count within it; 0: named in a list only", 8, nullable=False
            ),
            "unit_id": _text("ours, stable over the years", nullable=False),
            "unit_name": _text("ours, the short name used in reports", nullable=False),
            "name_in_table": _text("as printed in the table"),
            "name_in_list": _text("as printed in a tier list"),
            "match": _word("how the two printed names were joined", MATCHES),
            "kind": _word("what kind of unit", KINDS),
            "side": _word("town or bureau, from the kind", SIDES),
            "split": _word("an analyst's own grouping from units.csv, with its evidence there", SPLITS, nullable=True),
            "kind_source": _word("where the kind was read", ["registry", "list_label", "suffix"]),
            "score": pa.Column(
                "float64", nullable=True, description="points as printed or corrected; never clipped or filled"
            ),
            "serial": _whole("序号 as printed"),
            "rank_printed": _whole("名次 as printed"),
            "rank": _whole("ours: competition rank within the table"),
            "n_tied": _whole("ours: how many units share the score, this one included"),
            "tier": _text("as printed; missing where the notice gives none"),
            "tier_order": _whole("1 is the best tier", 8),
            "table_line": _whole("line of the raw file that names the unit in the table", 32),
            "list_line": _whole("line of the raw file that names the unit in a tier list", 32),
            "source_place": _text("the place of the row in the raw file, in words", nullable=False),
            "is_corrected": pa.Column("boolean", description="a row of corrections.csv changed the score"),
        },
        unique=["notice_id", "table_no", "unit_id"],
        strict=True,
        coerce=True,
        ordered=True,
    ),
    "mentions": pa.DataFrameSchema(
        {
            **_PLACE_COLUMNS,
            "unit_id": _text("as in scores", nullable=False),
            "unit_name": _text("as in scores", nullable=False),
            "name_raw": _text("as printed in the prose", nullable=False),
            "section": _text("numeral of the section"),
            "item": _text("numeral of the item"),
            "sentiment": _word("how the heading above speaks of it", ["criticised", "praised"], nullable=True),
            "line": _whole("line of the raw file, where the place is a line", 32),
            "place": _text("the place in the raw file, in words: line 27, Sheet1!B7, page 3 line 12", nullable=False),
        },
        strict=True,
        coerce=True,
        ordered=True,
    ),
    "problems": pa.DataFrameSchema(
        {
            "notice_id": _text("<jurisdiction>-<period>", nullable=False),
            "check": _text("name of the check", nullable=False),
            "severity": _word("error, warning or note", SEVERITIES),
            "unit_id": _text("the unit concerned, where it is one"),
            "line": _whole("line of the raw file, where the place is a line", 32),
            "place": _text("the place in the raw file, in words: line 27, Sheet1!B7, page 3 line 12"),
            "found": _text("what the notice says", nullable=False),
            "expected": _text("what it should say", nullable=False),
            "message": _text("the finding in a sentence", nullable=False),
        },
        strict=True,
        coerce=True,
        ordered=True,
    ),
    "notices": pa.DataFrameSchema(
        {
            **_PLACE_COLUMNS,
            "publisher": _text("who issued the notice"),
            "title": _text("title of the page"),
            "document_number": _text("文号"),
            "url": _text("where it was published", matches=r"^https?://"),
            "inspected_from": _day("first day of the inspection"),
            "inspected_to": _day("last day of the inspection"),
            "issued_on": _day("signed"),
            "published_on": _day("put on the page"),
            "form": _text("what the raw file is: the page, a transcription, an abridged transcription"),
            "sha256": _text("of the raw file", nullable=False, matches=r"^[0-9a-f]{64}$"),
            "terms": _text("terms of use"),
            "note": _text("anything else"),
        },
        unique=["notice_id"],
        strict=True,
        coerce=True,
    ),
    "jurisdictions": pa.DataFrameSchema(
        {
            "jurisdiction": _text("as in the folder names", nullable=False, matches=JURISDICTION),
            "name_en": _text("name in English", nullable=False),
            "name_zh": _text("name in Chinese", nullable=False),
            "division_code": _text("code of the administrative division"),
            "evidence": _text("where this was read", nullable=False),
        },
        unique=["jurisdiction"],
        strict=True,
        coerce=True,
    ),
    "units": pa.DataFrameSchema(
        {
            "unit_id": _text("<jurisdiction>-<unit name>, stable over the years", nullable=False),
            "unit_name": _text("the short name used in reports", nullable=False),
            "full_name": _text("the full name, where one was seen"),
            "kind": _word("what kind of unit, where there is evidence", KINDS, nullable=True),
            "split": _word("an analyst's own grouping", SPLITS, nullable=True),
            "division_code": _text("code of the administrative division"),
            "evidence": _text("where name and kind were read", nullable=False),
            "split_evidence": _text("where the split was read"),
        },
        unique=["unit_id"],
        strict=True,
        coerce=True,
    ),
    "aliases": pa.DataFrameSchema(
        {
            "name_printed": _text("a name as printed", nullable=False),
            "unit_id": _text("as in units", nullable=False),
            "evidence": _text("why it is the same unit", nullable=False),
        },
        unique=["name_printed"],
        strict=True,
        coerce=True,
    ),
}

"""The tables we keep: their columns, types and meaning; load, save, validate. Nothing is computed here.

Missing is NA in memory and an empty cell on disk, never 0 and never a word.
"""

import csv
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from audit_lib.errors import AuditError, unusable
from audit_lib.files import find_data as find_data
from audit_lib.files import save_bytes as save_bytes
from audit_lib.files import save_text as save_text
from audit_lib.reading.sources import JURISDICTION as JURISDICTION
from audit_lib.reading.sources import PERIOD as PERIOD

MATCHES = ["exact", "prefix", "alias", "table_only", "list_only"]
KINDS = [
    *("town", "subdistrict", "department", "institution", "vertical", "company"),
    *("mass_organisation", "zone", "village", "county", "ministry", "other"),
]
SIDES = ["town", "bureau", "other"]
SPLITS = ["town", "department", "institution"]
SEVERITIES = ["error", "warning", "note"]
EVENTS = ["renamed", "merged", "split", "transferred", "created", "abolished"]
SCOPES = ["national_rule", "provincial_rule", "place_confirmed", "rule_applied", "expected", "elsewhere"]


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
            "rubric_id": _text(
                "marking scheme with its scale: points of notices with the same one may be compared", required=False
            ),
            "method_note": _text("how the inspection was done, in a few words that a report can quote", required=False),
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
    "lineage": pa.DataFrameSchema(
        {
            "jurisdiction": _text("whose units these are; missing for a rule about many places", matches=JURISDICTION),
            "old_unit": _text("name of the unit before, as in units; missing where one was created"),
            "new_unit": _text("name of the unit after; missing where one was abolished"),
            "event": _word("what happened; one row for each pair of an old and a new unit", EVENTS),
            "date": _day("when"),
            "date_is": _word("how exact the date is", ["on", "by", "about"], nullable=True),
            "scope": _word("what the evidence covers; expected and elsewhere change no result", SCOPES),
            "confidence": _word("how sure", ["high", "medium", "low"]),
            "source_url": _text("where it was read", matches=r"^https?://"),
            "evidence": _text("what was read there, and how it bears on these units"),
        },
        unique=["jurisdiction", "old_unit", "new_unit", "date"],
        strict=True,
        coerce=True,
    ),
    "corrections": pa.DataFrameSchema(
        {
            "notice_id": _text("<jurisdiction>-<period>", nullable=False),
            "unit_name": _text("the unit as its table prints it", nullable=False),
            "column": _text("heading of the cell as printed", nullable=False),
            "printed": _text("what is printed there; where it is not, the correction is not made", nullable=False),
            "corrected": _text("what it should say", nullable=False),
            "reason": _text("what went wrong", nullable=False),
            "evidence": _text("what proves it", nullable=False),
        },
        unique=["notice_id", "unit_name", "column", "printed"],
        strict=True,
        coerce=True,
    ),
}


EXPECTED = {  # what pandera calls its own checks, in our words
    "not_nullable": "a value",
    "multiple_fields_uniqueness": "no second row with the same key",
    "field_uniqueness": "no second row with the same key",
    "column_in_schema": "no further column",
    "column_ordered": "the columns in their order",
    "coerce_dtype('float64')": "a number",
    **{f"coerce_dtype('Int{bits}')": f"a whole number of {bits} bits" for bits in (8, 16, 32)},
}


def validate_table(table: pd.DataFrame, name: str, where: object) -> pd.DataFrame:
    """Check a table against its declared columns; NA becomes the type's own. Raises AuditError at the first breach."""
    try:
        return SCHEMAS[name].validate(table)
    except (pa.errors.SchemaError, pa.errors.SchemaErrors) as error:
        raise _name_breach(error, name, where) from None


def _name_breach(error: pa.errors.SchemaError | pa.errors.SchemaErrors, name: str, where: object) -> AuditError:
    """Word the first breach of a schema: the line of the CSV file, the column, the cell."""
    cases = error.failure_cases
    if not isinstance(cases, pd.DataFrame) or cases.empty:
        return unusable(where, f"no column {cases}", f"the columns of the {name} table")
    case = cases.iloc[0]
    column = case.get("column") or getattr(getattr(error, "schema", None), "name", None) or "column"
    index = case.get("index")
    line = "" if index is None or pd.isna(index) else f" line {int(index) + 2}"  # one for the header, one to start at 1
    found = "nothing" if pd.isna(case["failure_case"]) else repr(str(case["failure_case"]))
    expected = re.sub(r"<Check \w+: (.*)>", r"\1", str(case.get("check") or getattr(error, "check", None)))
    return unusable(f"{where}{line}", f"{column} {found}", EXPECTED.get(expected, expected))


# A spreadsheet runs a text that begins so as a formula; in some languages also with the full-width sign. Apostrophes
# before it are ours or printed.
FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def guard_cell(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would run: it shows the rest as text."""
    return f"'{text}" if FORMULA.match(text) and not PLAIN_NUMBER.fullmatch(text) else text


def _bare_cell(text: str) -> str:
    """Take the apostrophe of `guard_cell` off again."""
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text


def _text_columns(table: pd.DataFrame, name: str) -> list[str]:
    declared = SCHEMAS[name].columns.items()
    return [name for name, column in declared if name in table and _frictionless(str(column.dtype)) == "string"]


def load_table(path: Path, name: str) -> pd.DataFrame:
    """Load one of our CSV files and validate it. Raises AuditError where it is missing or not as declared."""
    try:
        table = pd.read_csv(path, dtype="str", keep_default_na=False, na_values=[""], encoding="utf-8")
    except FileNotFoundError:
        raise unusable(path, "no such file", f"the {name} table (audit-lib build makes the processed ones)") from None
    except (ValueError, OSError) as error:
        raise unusable(path, str(error).splitlines()[0], f"a CSV file of the {name} table") from None
    if not isinstance(table.index, pd.RangeIndex):  # pandas would take the first cells for the names of the rows
        raise unusable(f"{path} line 2", "more cells than columns", "a cell for each column (quote those with a comma)")
    for column in _text_columns(table, name):
        table[column] = table[column].map(_bare_cell, na_action="ignore")
    for column, declared in SCHEMAS[name].columns.items():
        if str(declared.dtype) == "boolean" and column in table:
            table[column] = table[column].map({"True": True, "False": False})
    return validate_table(table, name, path)


def save_table(table: pd.DataFrame, path: Path, name: str) -> None:
    """Validate and save a table; the file is whole or unchanged. Scores keep their printed decimals (97, 88.5).

    An apostrophe keeps a spreadsheet from running a text as a formula (=1+1); `load_table` takes it off.
    """
    valid = validate_table(table, name, path).copy()
    for column in valid.select_dtypes("float64"):
        valid[column] = [pd.NA if pd.isna(value) else f"{value:.10g}" for value in valid[column]]
    for column in _text_columns(valid, name):
        valid[column] = valid[column].map(guard_cell, na_action="ignore")
    text = valid.to_csv(index=False, lineterminator="\n")
    if "\r" in text:  # before Python 3.13 a carriage return alone is not quoted, and ends the row when read
        text = valid.to_csv(index=False, lineterminator="\n", quoting=csv.QUOTE_ALL)
    save_text(text, path)


def append_rows(rows: list[dict[str, Any]], path: Path, name: str) -> None:
    """Append rows to one of our CSV files, or begin it. What a row does not hold is missing."""
    new = pd.DataFrame(rows, columns=list(SCHEMAS[name].columns), dtype="object")
    old = load_table(path, name) if path.is_file() else new.iloc[:0]
    if rows:
        save_table(pd.concat([old, new], ignore_index=True) if len(old) else new, path, name)


def describe_package(processed: Iterable[Path], root: Path) -> str:
    """Give the Frictionless descriptor (datapackage.json) of the processed tables under `root`."""
    resources = []
    for path in sorted(processed):
        schema = SCHEMAS[path.stem]
        fields = [
            {"name": name, "type": _frictionless(str(column.dtype)), "description": column.description}
            for name, column in schema.columns.items()
        ]
        resources.append(
            {
                "name": f"{path.parent.name}-{path.stem}",
                "path": path.relative_to(root).as_posix(),
                "format": "csv",
                "encoding": "utf-8",
                "schema": {"fields": fields, "missingValues": [""], "primaryKey": list(schema.unique or [])},
            }
        )
    package = {
        "name": "inspection-scores",
        "title": "Scores, tiers and mentions of government inspection notices",
        "licenses": [{"name": "see-data-README", "title": "Code and tables: MIT; facts: terms of each publisher"}],
        "resources": resources,
    }
    return json.dumps(package, ensure_ascii=False, indent=2) + "\n"


def _frictionless(dtype: str) -> str:
    return "integer" if dtype.startswith("Int") else {"float64": "number", "boolean": "boolean"}.get(dtype, "string")

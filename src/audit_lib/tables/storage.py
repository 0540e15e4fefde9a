"""The tables we keep, on disk and in memory: load, save, validate. `schemas.csv` declares them; nothing is computed.

Missing is NA in memory and an empty cell on disk, never 0 and never a word.
"""

import ast
import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path, PurePath
from typing import Any

import pandas as pd
import pandera.pandas as pa

from audit_lib.errors import AuditError, unusable
from audit_lib.files import save_text
from audit_lib.sources import JURISDICTION, PERIOD
from audit_lib.tables.schemas import DAY, DURATION, SCHEMAS

EXPECTED = {  # what pandera calls its own checks, in our words
    "not_nullable": "a value",
    "multiple_fields_uniqueness": "no second row with the same key",
    "field_uniqueness": "no second row with the same key",
    "column_in_schema": "no further column",
    "column_ordered": "the columns in their order",
    "coerce_dtype('float64')": "a number",
    "greater_than_or_equal_to(0)": "0 or more",
    "in_range(0, 100)": "0 to 100",
    **{f"coerce_dtype('Int{bits}')": f"a whole number of {bits} bits" for bits in (8, 16, 32)},
}


PATTERNS = {  # what a text must match, by example
    JURISDICTION: "a folder name such as leizhou",
    PERIOD: "a period such as 2017, 2017-04 or 2020Q3",
    DAY: "a date such as 2017-08-31",
    DURATION: "a duration such as P20D, P2W, P3M or P1Y",
}


def validate_table(table: pd.DataFrame, name: str, where: object) -> pd.DataFrame:
    """Check a table against its declared columns; NA becomes the type's own. Raises AuditError at the first breach."""
    if (valid := _convert(table, name)) is not None:
        return valid
    try:
        return schema_of(name).validate(table.astype(dict.fromkeys(_text_columns(table, name), "str")))
    except (pa.errors.SchemaError, pa.errors.SchemaErrors) as error:
        raise _name_breach(error, name, where) from None


def _convert(table: pd.DataFrame, name: str) -> pd.DataFrame | None:
    """Return a table with its declared types; None if it is not as declared: pandera, slower, then names the breach."""
    schema, columns = SCHEMAS[name], list(table)
    expected = [column for column, how in schema.columns.items() if how.required or column in columns]
    if columns != expected and (schema.ordered or schema.strict is not True or sorted(columns) != sorted(expected)):
        return None
    try:
        valid = table.astype({column: schema.columns[column].dtype.type for column in columns})
    except (TypeError, ValueError):
        return None
    has_missing, key = valid.isna().any(), [column for column in schema.unique or () if column in columns]
    is_as_declared = valid.empty or (
        all(_passes(valid[column], schema.columns[column], has_missing[column]) for column in columns)
        and not (key and valid.duplicated(key).any())
        and all(check(valid).check_passed for check in schema.checks)
    )
    return valid if is_as_declared else None


def _passes(values: pd.Series, declared: pa.Column, has_missing: bool) -> bool:
    if not declared.checks or (has_missing and not declared.nullable):
        return declared.nullable or not has_missing
    known = values.dropna() if has_missing else values
    return known.empty or all(check(known).check_passed for check in declared.checks)


@cache
def schema_of(name: str) -> pa.DataFrameSchema:
    """Return a schema whose texts pandas has converted: pandera would check each cell by itself."""
    schema = SCHEMAS[name]
    return schema.update_columns({column: {"dtype": None} for column in _text_columns(schema.columns, name)})


def validate_reference(data: Path, jurisdiction: str | None = None) -> None:
    """Validate the reference tables of a place, or (None) of all places. Raises AuditError at the first breach."""
    for path in sorted((data / "reference" / (jurisdiction or "")).glob("*.csv")):
        if path.stem in SCHEMAS:
            load_table(path, path.stem)


def _name_breach(error: pa.errors.SchemaError | pa.errors.SchemaErrors, name: str, where: object) -> AuditError:
    """Return the error for the first breach of a schema: the line of the CSV file, the column, the cell."""
    cases = error.failure_cases
    if not isinstance(cases, pd.DataFrame) or cases.empty:
        return unusable(where, f"no column {cases}", f"the columns of the {name} table")
    case = cases.iloc[0]
    column = case.get("column") or getattr(getattr(error, "schema", None), "name", None) or "column"
    index = case.get("index")
    line = "" if index is None or pd.isna(index) else f" line {int(index) + 2}"  # one for the header, one to start at 1
    found = "nothing" if pd.isna(case["failure_case"]) else repr(str(case["failure_case"]))
    expected = re.sub(r"<Check \w+: (.*)>", r"\1", str(case.get("check") or getattr(error, "check", None)))
    return unusable(f"{where}{line}", f"{column} {found}", _word_check(expected))


def _word_check(check: str) -> str:
    """Return what a check of pandera's expects, in our words."""
    if allowed := re.fullmatch(r"isin\((\[.*\])\)", check):
        return f"one of {', '.join(ast.literal_eval(allowed[1]))}"
    if pattern := re.fullmatch(r"str_matches\((.*)\)", check):
        return PATTERNS.get(pattern[1][1:-1], check)
    return EXPECTED.get(check, check)


# A spreadsheet runs a text that begins so as a formula; in some languages also with the full-width sign. Apostrophes
# before it are ours or printed.
FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def guard_cell(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would run: it shows the rest as text."""
    return f"'{text}" if FORMULA.match(text) and not PLAIN_NUMBER.fullmatch(text) else text


def bare_cell(text: str) -> str:
    """Remove the apostrophe of `guard_cell`."""
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text


def _text_columns(columns: pd.DataFrame | Mapping[str, Any], name: str) -> list[str]:
    declared = SCHEMAS[name].columns.items()
    return [name for name, column in declared if name in columns and _frictionless(str(column.dtype)) == "string"]


def load_table(path: Path, name: str) -> pd.DataFrame:
    """Load one of our CSV files and validate it. Raises AuditError where it is missing or not as declared."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise unusable(path, "no such file", f"the {name} table (audit-lib build makes the processed ones)") from None
    except OSError as error:
        raise unusable(path, str(error).splitlines()[0], f"a CSV file of the {name} table") from None
    return _parse_table(content, path, name).copy()


@lru_cache(maxsize=32)  # a report loads some tables several times, and checking one takes longer than reading it
def _parse_table(content: bytes, path: Path, name: str) -> pd.DataFrame:
    try:
        table = pd.read_csv(io.BytesIO(content), dtype="str", keep_default_na=False, na_values=[""], encoding="utf-8")
    except ValueError as error:
        raise unusable(path, str(error).splitlines()[0], f"a CSV file of the {name} table") from None
    if not isinstance(table.index, pd.RangeIndex):  # pandas would take the first cells for the names of the rows
        raise unusable(f"{path} line 2", "more cells than columns", "a cell for each column (quote those with a comma)")
    if b"'" in content:
        for column in _text_columns(table, name):
            table[column] = table[column].map(bare_cell, na_action="ignore")
    for column, declared in SCHEMAS[name].columns.items():
        if str(declared.dtype) == "boolean" and column in table:
            table[column] = table[column].map({"True": True, "False": False})
    return validate_table(table, name, path)


def load_or_empty(path: Path, name: str) -> pd.DataFrame:
    """Load one of our CSV files as `load_table` does; a table without rows where there is none."""
    return load_table(path, name) if path.is_file() else empty_table(name)


def empty_table(name: str) -> pd.DataFrame:
    return _make_empty(name).copy()


@cache
def _make_empty(name: str) -> pd.DataFrame:
    return validate_table(pd.DataFrame(columns=list(SCHEMAS[name].columns)), name, name)


def load_known(path: Path, name: str, notice_id: str) -> pd.DataFrame:
    """Load what we know by hand of one notice: its rows of a reference table; empty where there is no such file."""
    known = load_or_empty(path, name)
    return known[known["notice_id"] == notice_id].reset_index(drop=True)


def localise(table: pd.DataFrame, language: str) -> pd.DataFrame:
    """Put the text of a language in place of the English one where it is recorded: title_zh in place of title."""
    twins = {column.removesuffix(f"_{language}"): column for column in table if column.endswith(f"_{language}")}
    return table.assign(**{name: table[twin].fillna(table[name]) for name, twin in twins.items() if name in table})


def save_table(table: pd.DataFrame, path: Path, name: str) -> None:
    """Validate and save a table, as `format_table` does; the file is whole or unchanged."""
    save_text(format_table(table, name, path), path)


def format_table(table: pd.DataFrame, name: str, where: object) -> str:
    """Validate a table and return it as CSV. Scores keep their printed decimals (97, 88.5).

    An apostrophe keeps a spreadsheet from running a text as a formula (=1+1); `load_table` takes it off.
    """
    valid = validate_table(table, name, where).copy()
    for column in valid.select_dtypes("float64"):
        valid[column] = [pd.NA if pd.isna(value) else f"{value:.10g}" for value in valid[column]]
    for column in _text_columns(valid, name):
        valid[column] = valid[column].map(guard_cell, na_action="ignore")
    text: str = valid.to_csv(index=False, lineterminator="\n")
    if "\r" in text:  # before Python 3.13 a carriage return alone is not quoted, and ends the row when read
        text = valid.to_csv(index=False, lineterminator="\n", quoting=csv.QUOTE_ALL)
    return text


def describe_package(tables: Iterable[PurePath], root: PurePath) -> str:
    """Return the Frictionless descriptor (datapackage.json) of our tables under `root`.

    A field says in `unit` what its numbers count, and in `missing` what an empty cell of it means.
    """
    resources = []
    for path in sorted(tables):
        schema = SCHEMAS[path.stem]
        resources.append(
            {
                "name": f"{path.parent.name}-{path.stem}",
                "path": path.relative_to(root).as_posix(),
                "description": schema.description,
                "format": "csv",
                "encoding": "utf-8",
                "schema": {
                    "fields": describe_columns(path.stem),
                    "missingValues": [""],
                    "primaryKey": list(schema.unique or []),
                },
            }
        )
    package = {
        "name": "inspection-scores",
        "title": "Scores, tiers and mentions of government inspection notices",
        "licenses": [{"name": "see-data-README", "title": "Code and tables: MIT; facts: terms of each publisher"}],
        "resources": resources,
    }
    return json.dumps(package, ensure_ascii=False, indent=2) + "\n"


def describe_columns(name: str) -> list[dict[str, str]]:
    """Describe the columns of a table: name, type, meaning; unit and what missing means where they are declared."""
    described = []
    for column, declared in SCHEMAS[name].columns.items():
        about = {key: value for key, value in declared.metadata.items() if key != "type"}
        kind = _frictionless(str(declared.dtype), declared.metadata.get("type"))
        described.append({"name": column, "type": kind, "description": declared.description, **about})
    return described


def _frictionless(dtype: str, kind: str | None = None) -> str:
    if kind == "date":
        return "date"
    return "integer" if dtype.startswith("Int") else {"float64": "number", "boolean": "boolean"}.get(dtype, "string")

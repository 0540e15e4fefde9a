"""The tables of a notice as one Excel workbook: notes and sources first, then a sheet for each table.

Numbers are numbers, days are dates, and no text is ever run as a formula. No clock: the same tables, the same bytes.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib.metadata import version
from io import BytesIO
from typing import Any

import pandas as pd
from wcwidth import wcswidth
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from audit_lib.errors import unusable
from audit_lib.tables.build import Reading
from audit_lib.tables.schemas import SCHEMAS
from audit_lib.tables.storage import FORMULA, describe_columns
from audit_lib.wording.words import Words

OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
NO_CLOCK = datetime(1980, 1, 1)  # as in the ZIP container of a workbook
FIRST_YEAR = 1901  # Excel counts days from 1900, a year that it gives a day too many
LONGEST_TEXT, LONGEST_LINK = 32_767, 2_079  # characters that Excel takes in a cell, in the address of a link
NARROWEST, WIDEST = 8, 60  # columns of text; above it a cell breaks its lines
FILTER_BUTTON = 3  # columns of text that the button of a heading covers
STYLE = "Table Style Light 15"
RECORDED = (
    *("title", "publisher", "document_number", "inspected_from", "inspected_to", "issued_on", "published_on"),
    *("url", "form", "method_note", "terms", "note"),
)


@dataclass
class Book:
    """A workbook while it is written, with the formats that its cells share."""

    workbook: Workbook
    formats: dict[frozenset[tuple[str, object]], Any] = field(default_factory=dict)

    def format(self, **properties: object) -> Any:
        key = frozenset(properties.items())
        if key not in self.formats:
            self.formats[key] = self.workbook.add_format({"valign": "top", **properties})
        return self.formats[key]

    def write(self, sheet: Worksheet, row: int, column: int, value: object, **properties: object) -> None:
        """Write a value as what it is; nothing where it is missing. A text stays a text, whatever it begins with."""
        if pd.isna(value):
            return
        if isinstance(value, date):
            properties |= {"num_format": "yyyy-mm-dd", "align": "left"}
        elif isinstance(value, str):
            if len(value) > LONGEST_TEXT:
                found = f"a text of {len(value):,} characters"
                raise unusable(f"sheet {sheet.get_name()} row {row + 1}", found, f"{LONGEST_TEXT:,} at most")
            properties |= {"quote_prefix": True} if FORMULA.match(value) else {}
        sheet.write(row, column, value, self.format(**properties))


def write_workbook(reading: Reading, sheets: Mapping[str, pd.DataFrame], words: Words) -> bytes:
    """Return the workbook of one notice. `sheets` are tables of `SCHEMAS` by name, in their order."""
    content = BytesIO()
    with Workbook(content, OPTIONS) as workbook:
        workbook.set_properties({"title": words("export.name"), "created": NO_CLOCK})
        book = Book(workbook)
        _write_notes(book, reading, sheets, words)
        for name, table in sheets.items():
            _write_table(book, name, table)
    return content.getvalue()


def _write_table(book: Book, name: str, table: pd.DataFrame) -> None:
    """Write a table to a sheet of its own, with filters; one without rows is its headings alone."""
    sheet = book.workbook.add_worksheet(name)
    records = table.astype("object").to_dict("records")  # with Python's own values; NA where missing
    rows = [[_read_value(value, name, column) for column, value in row.items()] for row in records]
    _write_grid(book, sheet, 0, name, list(table.columns), rows)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _write_grid(book: Book, sheet: Worksheet, top: int, name: str, headings: list[str], rows: list[list[Any]]) -> None:
    for column, heading in enumerate(headings):
        width = max([_measure(heading) + FILTER_BUTTON, *(_measure(row[column]) for row in rows)])
        sheet.set_column(column, column, min(max(width, NARROWEST), WIDEST) + 1)
        book.write(sheet, top, column, heading, bold=True)  # a table writes its own, one without rows is not a table
        for number, row in enumerate(rows, start=top + 1):
            wrap = {"text_wrap": True} if _measure(row[column]) > WIDEST else {}
            book.write(sheet, number, column, row[column], **wrap)
    if rows:
        last = (top + len(rows), len(headings) - 1)
        columns = [{"header": heading, "header_format": book.format(bold=True)} for heading in headings]
        sheet.add_table(top, 0, *last, {"name": name, "style": STYLE, "columns": columns})
        sheet.ignore_errors({"number_stored_as_text": f"A{top + 1}:XFD{last[0] + 1}"})


def _read_value(value: Any, name: str, column: str) -> Any:
    """Turn a text into a date where its column holds days and it is a whole one."""
    kind = SCHEMAS[name].columns[column].metadata.get("type", "")
    return _read_day(value) if kind.endswith("date") else value


def _read_day(value: Any) -> Any:
    """Read a whole day that Excel can count; a month, a year or a word stays the text that it is.

    >>> _read_day("2017-08-31"), _read_day("2017-08"), _read_day("blank")
    (datetime.date(2017, 8, 31), '2017-08', 'blank')
    """
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value) and int(value[:4]) >= FIRST_YEAR:
        return date.fromisoformat(value)
    return value


def _measure(value: Any) -> int:
    """Measure a cell in columns of text: a Chinese character is as wide as two figures."""
    if isinstance(value, date):
        return len("2017-08-31")
    if pd.isna(value):
        return 0
    text = f"{value:.10g}" if isinstance(value, float) else str(value)
    return max(max(wcswidth(line), 0) for line in text.split("\n"))


def _write_notes(book: Book, reading: Reading, sheets: Mapping[str, pd.DataFrame], words: Words) -> None:
    """Write the first sheet: what the notice is, what we did to it, what each sheet and each column is."""
    sheet = book.workbook.add_worksheet("notes")
    headings = [words(f"export.{name}") for name in ("sheet", "column", "type", "unit", "meaning", "missing")]
    columns = [[name, *cells] for name in sheets for cells in _list_columns(name, words)]
    facts = list(_list_facts(reading, words))
    _write_grid(book, sheet, len(facts) + len(sheets) + 4, "columns", headings, columns)
    sheet.set_column(0, 0, max(_measure(label) for label, _ in facts) + 1)
    book.write(sheet, 0, 0, words("export.name"), bold=True, font_size=14)
    for row, (label, value) in enumerate(facts, start=1):
        book.write(sheet, row, 0, label, bold=True)
        if str(value).startswith("http") and len(str(value)) <= LONGEST_LINK:
            sheet.write_url(row, 1, str(value), string=str(value))
        else:
            book.write(sheet, row, 1, value)
    top = len(facts) + 2
    for column, name in enumerate(("sheet", "rows", "holds")):
        book.write(sheet, top, column, words(f"export.{name}"), bold=True)
    for row, (name, table) in enumerate(sheets.items(), start=top + 1):
        sheet.write_url(row, 0, f"internal:'{name}'!A1", string=name)
        book.write(sheet, row, 1, len(table), align="left")
        book.write(sheet, row, 2, SCHEMAS[name].description)


def _list_facts(reading: Reading, words: Words) -> Iterator[tuple[str, object]]:
    """Yield what is known of the notice (by notices.csv, else by what it prints itself), and how it was read."""
    header, document = reading.notice.header, reading.notice.document
    known = {} if reading.record is None else reading.record.dropna().to_dict()
    for name in RECORDED:
        value = _read_day(known.get(name, getattr(header, name, None)))
        yield words(f"export.{name}"), words("export.not_stated") if value is None else value
    yield words("export.raw_file"), f"raw/{reading.source.jurisdiction}/{reading.source.path.name}"
    yield words("export.sha256"), document.sha256
    matches = {name: int(n) for name, n in reading.scores["match"].value_counts().items()}
    counts = {name: matches.get(name, 0) for name in ("exact", "prefix", "alias", "table_only", "list_only")}
    yield words("export.processing"), words("export.joined", n=len(reading.scores), **counts)
    yield "", words("export.corrected", n=int(reading.scores["is_corrected"].sum()))
    yield "", words("export.read_by", version=version("audit-lib"))
    yield words("export.empty_cells"), words("export.empty_cells_are")


def _list_columns(name: str, words: Words) -> Iterator[list[str | None]]:
    for described in describe_columns(name):
        nullable = SCHEMAS[name].columns[described["name"]].nullable
        missing = described.get("missing", words("export.not_stated")) if nullable else words("export.never_missing")
        kind = words(f"export.types.{described['type']}")
        yield [described["name"], kind, described.get("unit"), described["description"], missing]

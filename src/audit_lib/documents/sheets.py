"""Workbooks: XLSX, XLS and ODS. Hidden sheets are not read; of a formula its stored value is (of 57%: 0.57)."""

import io
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from audit_lib.documents.model import Block, Grid, Line, UnreadableError
from audit_lib.documents.office import NO_PASSWORD
from audit_lib.documents.spans import check_fields, draw_grid, one_line

Value = int | float | str | bool | date | datetime | time | timedelta


def read_workbook(content: bytes) -> list[Block]:
    """Return one table for each visible sheet that holds anything. The place of a cell is its address, `Sheet1!B7`."""
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    except PasswordError:
        raise UnreadableError("an encrypted workbook", NO_PASSWORD) from None
    visible = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
    ]
    return [grid for name in visible if (grid := read_sheet(workbook.get_sheet_by_name(name)))]


def read_sheet(sheet: CalamineSheet) -> Grid | None:
    """Return the part of a sheet that holds text, merged cells in each of their fields; None for an empty sheet."""
    check_fields(sheet.height * sheet.width)
    top, left = sheet.start or (0, 0)
    fields = {
        (top + row, left + column): text
        for row, values in enumerate(sheet.to_python(skip_empty_area=True))
        for column, value in enumerate(values)
        if (text := _print_value(value))
    }
    if not fields:
        return None
    rows = range(min(row for row, _ in fields), max(row for row, _ in fields) + 1)
    columns = range(min(column for _, column in fields), max(column for _, column in fields) + 1)
    check_fields(len(rows) * len(columns))
    name = one_line(sheet.name)
    cells = {
        (row, column): Line(f"{name}!{_address(row, column)}", fields.get((row, column), ""))
        for row in rows
        for column in columns
    }
    for (first_row, first_column), (last_row, last_column) in sheet.merged_cell_ranges or []:
        merged = cells.get((first_row, first_column))
        if merged is None:  # it begins outside of the part that holds text, so it holds none
            continue
        for row in range(first_row, min(last_row, rows[-1]) + 1):
            for column in range(first_column, min(last_column, columns[-1]) + 1):
                cells[row, column] = merged
    places = [cells[row, columns[0]].place for row in rows]
    return draw_grid(places, [{number: cells[row, column] for number, column in enumerate(columns)} for row in rows])


def _print_value(value: Value) -> str:
    """Print a value as a plain sheet shows it: 97, 88.5, TRUE, 2018-01-23."""
    match value:
        case bool():
            return str(value).upper()
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case float():
            return format(value, ".10g")
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
        case date() | time():
            return value.isoformat()
    return one_line(str(value))


def _address(row: int, column: int) -> str:
    """Return the address of a field counted from 0.

    >>> _address(6, 1), _address(0, 26)
    ('B7', 'AA1')
    """
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row + 1}"

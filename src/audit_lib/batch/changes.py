"""Find what changed between the last report and the new one, and why. Both are executed notebooks.

A report keeps its last changes (metadata.audit.changed): run again without changes, it is byte-identical. A sentence
that states the same numbers and names in other words has not changed.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from audit_lib.notebook.parameters import read_parameters
from audit_lib.notebook.statements import SENTENCES, Statement, list_notebook, read_data

MOST = 200  # changes that a report lists; the rest is counted
MOVING = (*SENTENCES, "cell", "title", "alt")
CAUSES = {  # what an input whose name begins so changes; tables in processed/ follow from the others
    "raw/": "data",
    "reference/corrections.csv": "corrections",
    "reference/lineage.csv": "lineage",
    r"reference/[^/]+/(units|aliases).csv": "names",
    "reference/": "records",
}
NUMBER = re.compile(r"[+\-−]?\d[\d,]*(?:\.\d+)?")
NAMES = ("unit_name", "name_in_table", "name_in_list", "tier")  # columns of the scores


def carry_changes(report: Path, notebook: NotebookNode, audit: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what changed since the report that is in place; if nothing did, the changes that it lists itself.

    `audit` is what the new notebook was made from. Returns None if there is no report, or nothing ever changed. A
    report without its data is not compared.
    """
    try:
        before: NotebookNode = nbformat.read(report, as_version=4)
        known: dict[str, Any] = before.metadata.get("audit", {})
        settings = read_parameters(before), read_parameters(notebook)
    except (OSError, ValueError, SyntaxError, AttributeError):
        return None
    if settings[0] != settings[1]:  # another question: nothing to compare
        return None
    is_comparable = bool(read_data(before)) and _show(before) != _show(notebook)
    moves = find_moves(before, notebook) if is_comparable else []
    if not moves:
        return known.get("changed")
    changed = {"cause": find_causes(known, audit), "statements": moves[:MOST]}
    return changed if len(moves) <= MOST else {**changed, "more": len(moves) - MOST}


def has_shape(changed: Any) -> bool:
    """Check whether a value is a list of moves as `carry_changes` returns it, whatever it says moved."""
    try:
        statements = changed["statements"]
        causes = {*CAUSES.values(), "software", "method"}
        return (
            changed.keys() <= {"cause", "statements", "more"}
            and set(changed["cause"]) <= causes
            and type(changed.get("more", 0)) is int
            and len(statements) <= MOST
            and all(_is_move(each) for each in statements)
        )
    except (TypeError, KeyError, AttributeError):
        return False


def _is_move(each: Any) -> bool:
    texts = [*each["where"], *(text for text in (each["old"], each["new"]) if text is not None)]
    return each.keys() == {"kind", "where", "old", "new"} and each["kind"] in MOVING and {*map(type, texts)} <= {str}


def _show(notebook: NotebookNode) -> list[Any]:
    return [output.get("data") for cell in notebook.cells for output in cell.get("outputs", [])]


def find_causes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return what differs in the inputs of two reports: `method` if neither data nor software does.

    Software differs where a library that both name has another version; a list of fewer libraries tells nothing.
    """
    old, new = before.get("inputs", {}), now["inputs"]
    differing = [name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)]
    causes = (next((cause for pattern, cause in CAUSES.items() if re.match(pattern, name)), None) for name in differing)
    found = set(causes)
    past, versions = before.get("versions", {}), now.get("versions", {})
    if any(past[name] != versions[name] for name in past.keys() & versions.keys() - {"audit-lib"}):
        found.add("software")
    return [cause for cause in dict.fromkeys([*CAUSES.values(), "software"]) if cause in found] or ["method"]


def find_moves(before: NotebookNode, now: NotebookNode) -> list[dict[str, Any]]:
    """Return the statements whose numbers, units or tiers differ, then the new and the removed ones.

    Statements are matched by cell of the notebook, row and column. A removed and a new one of the same cell with the
    same numbers and names are one that was reworded, and not listed.
    """
    names = sorted(_read_names(before) | _read_names(now), key=len, reverse=True)
    tokens = re.compile("|".join([NUMBER.pattern, *map(re.escape, names)])).findall
    old = {_place(each): each for each in list_notebook(before) if each.kind in MOVING}
    moved, new = [], []
    for each in list_notebook(now):
        if each.kind in MOVING:
            past = old.pop(_place(each), None)
            if past is None:
                new.append(each)
            elif tokens(past.text) != tokens(each.text):
                moved.append(_make_move(each.kind, each.where, past.text, each.text))
    return [*moved, *_list_unmatched(list(old.values()), new, tokens)]


def _place(statement: Statement) -> tuple[str, ...]:
    """Return the key that matches a statement with the next report's: without the heading or caption above it."""
    return statement.cell, statement.kind, *statement.where[1:]


def _list_unmatched(
    gone: list[Statement], new: list[Statement], tokens: Callable[[str], list[str]]
) -> Iterator[dict[str, Any]]:
    """Yield what is new and what was removed, a row of a table as one; not what was only reworded."""

    def sign(each: Statement) -> tuple[str, ...]:
        return each.cell, each.kind, *tokens(each.text)

    gone, new = list(_join_rows(gone)), list(_join_rows(new))
    reworded = Counter(map(sign, gone)) & Counter(map(sign, new))
    for side, is_new in ((new, True), (gone, False)):
        left = reworded.copy()
        for each in side:
            if left[sign(each)]:
                left[sign(each)] -= 1
            elif tokens(each.text):
                texts = (None, each.text) if is_new else (each.text, None)
                yield _make_move(each.kind, each.where, *texts)


def _join_rows(stated: list[Statement]) -> Iterator[Statement]:
    """Join the cells of one row."""
    for _, found in groupby(stated, lambda each: (each.cell, each.where[:2]) if each.kind == "cell" else each.key):
        row = list(found)
        where = row[0].where if len(row) == 1 else row[0].where[:2]
        yield replace(row[0], where=where, text=" · ".join(cell.text for cell in row))


def _make_move(kind: str, where: tuple[str, ...], old: str | None, new: str | None) -> dict[str, Any]:
    return {"kind": kind, "where": list(where), "old": old, "new": new}


def _read_names(notebook: NotebookNode) -> set[str]:
    """Return the names of units and tiers in the data that a report carries."""
    rows = csv.DictReader(io.StringIO(read_data(notebook)))
    return {row.get(column) or "" for row in rows for column in NAMES} - {""}

"""The glossary of a page: only the terms that it uses."""

import re
from collections.abc import Iterable
from html import unescape

from nbformat import NotebookNode

from audit_lib.notebook.statements import SETTINGS
from audit_lib.pages.report_body import NOT_FOR_PAGES
from audit_lib.wording.words import Words

TAG = re.compile(r"<[^>]+>")


def read_text(notebook: NotebookNode) -> str:
    """Read what a page says: prose, outputs but for what the data are, the words around figures; no code."""
    found = []
    for cell in notebook.cells:
        if {*NOT_FOR_PAGES, SETTINGS} & set(cell.metadata.get("tags", [])):
            continue
        if cell.cell_type == "markdown":
            found.append(cell.source)
        for output in cell.get("outputs", []):
            data, shown = output.get("data", {}), output.get("metadata", {}).get("image/png", {})
            found += [unescape(TAG.sub(" ", data.get("text/html", ""))), *map(str, shown.values())]
    return "\n".join(found)


def list_terms(text: str, words: Words) -> list[tuple[str, str]]:
    """List the terms of a language's glossary that a text uses, each with its meaning, in the glossary's order."""
    return [(term, meaning) for term, meaning, spellings in words.glossary if find_spellings(text, spellings)]


def find_spellings(text: str, spellings: Iterable[str]) -> set[str]:
    """Find which of some names a text uses, not those inside a longer one, inside a Latin word or in an address.

    >>> find_spellings("森林公安局得分最高", ["公安局", "森林公安局"])
    {'森林公安局'}
    """
    either = "|".join(map(re.escape, sorted(spellings, key=len, reverse=True)))
    return set(re.findall(rf"(?<![A-Za-z/])(?:{either})(?![A-Za-z/])", text))

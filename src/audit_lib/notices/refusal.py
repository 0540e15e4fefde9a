"""Say what a notice shows that holds neither a score table nor a tier list."""

import re
from collections.abc import Iterator, Sequence

from audit_lib.documents.model import Document, Grid, Line, Picture, flatten
from audit_lib.notices.grids.rows import Problem
from audit_lib.notices.words.entries import NO_UNITS
from audit_lib.notices.words.names import LONGEST_BARE
from audit_lib.notices.words.vocabulary import Vocabulary
from audit_lib.notices.words.word_lists import HAN

FEWEST_NUMBERS = 3  # beside words of one line, that may be what was to be read
NUMBER_AFTER_WORD = re.compile(r"[\u4e00-\u9fff]{2,}\d+(?:\.\d+)?[分条件篇次个项%]")
MOST_SEEN = 3  # messages that a refusal repeats


def describe_unread(document: Document, balance: Sequence[Problem], vocabulary: Vocabulary) -> str:
    """Return what a notice without any table or list shows instead, for the line that refuses it."""
    seen = [f"{problem.place}: {problem.message}" for problem in balance if problem.severity != "note"][:MOST_SEEN]
    if header := next(_find_headers(document, vocabulary), None):
        seen.insert(0, header)
    pictures = sum(isinstance(block, Picture) for block in flatten(document.blocks))
    if pictures:
        seen.append("1 picture, which may be a table" if pictures == 1 else f"{pictures} pictures, which may be tables")
    busiest = max(document.lines, key=lambda line: len(NUMBER_AFTER_WORD.findall(line.key)), default=None)
    if not seen and busiest and (n_numbers := len(NUMBER_AFTER_WORD.findall(busiest.key))) >= FEWEST_NUMBERS:
        seen.append(f"{busiest.place}: found {n_numbers} numbers beside words, too few of them names of known kinds")
    if not seen:
        n_units = sum(vocabulary.names_unit(line.key) for line in document.lines)
        lines = "1 line or cell" if len(document.lines) == 1 else f"{len(document.lines)} lines or cells"
        seen.append(f"{lines}, {n_units} of them a name alone, none with a list or numbers beside names")
    return f" ({'; '.join(seen)})"


def _find_headers(document: Document, vocabulary: Vocabulary) -> Iterator[str]:
    """Yield what looks like the header of a table: a row, or lines one below the other, with two headings."""
    lines = [line for line in document.lines if len(line.key) <= LONGEST_BARE and HAN.search(line.key)]
    rows: list[Sequence[Line]] = [row for block in document.blocks if isinstance(block, Grid) for row in block.rows]
    rows += [lines[at : at + 3] for at in range(len(lines) - 1)]
    for row in rows:
        cells = [cell for cell in row if cell.key and cell.key not in NO_UNITS]
        if len(cells) > 1 and sum(vocabulary.meaning_of(cell.key) is not None for cell in cells) > 1:
            headings = " · ".join(dict.fromkeys(cell.key for cell in cells))
            yield f"{cells[0].place} looks like the header of a table ({headings}), below it no column holds names"

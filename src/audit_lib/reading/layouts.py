"""The layout of a score table: a header known by its words, and how the rows below it must look."""

import re
from dataclasses import dataclass

from audit_lib.reading.vocabulary import Vocabulary

LONGEST_HEADER = 12  # columns; the widest header met in a notice has eight
LONGEST_UNIT = 30  # characters; a longer cell is prose
MOST_SKIPPED = 3  # numbers that may be missing between two rows; a wider gap is no numbering
WHOLE = re.compile(r"\d{1,4}")
NUMBER = re.compile(r"-?\d{1,6}(?:\.\d+)?")  # longer ones are telephone numbers and dates
HAN = re.compile(r"[\u4e00-\u9fff]")
SENTENCE = re.compile(r"[一二三四五六七八九十]+、|.*[。:;!?]")  # a numbered heading, or a sentence


@dataclass(frozen=True)
class Layout:
    """The columns of one table: what each header means, and in which column the unit stands."""

    columns: tuple[str, ...]
    meanings: tuple[str, ...]
    vocabulary: Vocabulary

    @property
    def width(self) -> int:
        return len(self.columns)

    @property
    def unit_at(self) -> int:
        return self.meanings.index("unit")

    @property
    def n_remarks(self) -> int:
        """Count the last columns that hold no score, rank or tier. They are often empty, and then print nothing."""
        return next(n for n, meaning in enumerate(reversed(self.meanings)) if meaning != "extra")

    def looks_like(self, meaning: str, cell: str) -> bool:
        match meaning:
            case "serial" | "rank":
                return WHOLE.fullmatch(cell) is not None
            case "score":
                return NUMBER.fullmatch(cell.removesuffix("分")) is not None
            case "unit":
                named = HAN.search(cell) is not None and len(cell) <= LONGEST_UNIT
                return named and cell not in self.vocabulary.header and not self.is_no_unit(cell)
            case "tier":
                # Beside a column of numbers any word may be a tier; alone it must be one that we know.
                numbered = not {"serial", "rank", "score"}.isdisjoint(self.meanings)
                return cell in self.vocabulary.tier or (numbered and not self.names_known(cell))
            case _:
                return True

    def is_no_unit(self, cell: str) -> bool:
        """Tell whether a cell is a row that sums up units, a note below a table, a heading or a sentence."""
        return cell.startswith(self.vocabulary.no_unit) or SENTENCE.match(cell) is not None

    def fits(self, cells: list[str]) -> bool:
        """Tell whether cells look like a whole row, but for remarks at its end."""
        return len(cells) >= self.width - self.n_remarks and all(map(self.looks_like, self.meanings, cells))

    def starts(self, keys: list[str], at: int) -> bool:
        """Tell whether a row begins here: its cells up to the unit have the right look.

        A table that begins with the unit gives no such sign, so there this row or the next must fit whole. The next
        may come early if this row lacks a cell, but then it must name a unit of a kind that we know.
        """
        upto = self.unit_at + 1
        if at + upto > len(keys) or not all(map(self.looks_like, self.meanings[:upto], keys[at : at + upto])):
            return False
        if self.unit_at > 0 or self.fits(keys[at:]) or self.fits(keys[at + self.width :]):
            return True
        return self.names_known(keys[at]) and any(self.fits(keys[at + step :]) for step in range(1, self.width))

    def opens(self, keys: list[str], at: int) -> bool:
        """Tell whether a table begins here: a first row, and the look of the rows after it.

        A table that begins with the unit must fit whole at once, or twice after a first row that does not, or be
        known by its names. A column of units is no column of remarks: there the header ended before.
        """
        below = keys[at : at + self.width]
        hidden = (
            self.names_known(column) and self.names_known(cell)
            for column, cell in zip(self.columns, below, strict=False)
        )
        if not self.starts(keys, at) or any(hidden):
            return False
        places = [at + step * self.width for step in range(3)]
        fits = [self.fits(keys[place:]) for place in places]
        known = [self.names_known(key) for place in places for key in keys[place : place + 1]]
        if self.unit_at > 0 or all(known):
            return any(fits)
        early = range(at + 1, at + self.width) if known[0] else ()
        return fits[0] or all(fits[1:]) or any(self.fits(keys[a:]) and self.fits(keys[a + self.width :]) for a in early)

    def count_skipped(self, keys: list[str], at: int, place: int, n_rows: int) -> int | None:
        """Count the numbers missing between the row at `at`, the n-th, and the next at `place`; None if it is no next.

        A 序号 goes on by one. A rank may stay or jump by the size of a tie, but not beyond the rows that there are.
        """
        orders = [index for index in range(self.unit_at) if self.meanings[index] in ("serial", "rank")]
        if not orders:
            return 0
        before, after = int(keys[at + orders[0]]), int(keys[place + orders[0]])
        is_serial = self.meanings[orders[0]] == "serial"
        skipped = after - 1 - (before if is_serial else max(before, n_rows))
        if skipped > MOST_SKIPPED or after < before + is_serial:
            return None
        return max(skipped, 0)

    def confirms(self, keys: list[str], place: int) -> bool:
        """Tell whether a row that does not begin one width on is one, and not the end of the last or other print."""
        fits = self.fits(keys[place:]) and (self.unit_at > 0 or self.fits(keys[place + self.width :]))
        return fits or self.names_known(keys[place + self.unit_at])

    def names_known(self, cell: str) -> bool:
        """Tell whether a cell ends like the names of units do."""
        return self.vocabulary.kind_of(cell) != "other"


def find_layout(keys: list[str], at: int, vocabulary: Vocabulary) -> Layout | None:
    """See whether a header begins here: words with a unit and a value among them, then a row that fits them."""
    if keys[at] not in vocabulary.header:
        return None
    for end in range(at + 2, min(at + LONGEST_HEADER, len(keys))):
        columns = tuple(keys[at:end])
        if NUMBER.fullmatch(columns[-1]):
            return None
        meanings = [vocabulary.header.get(column, "extra") for column in columns]
        if meanings.count("unit") != 1 or {"score", "rank", "tier"}.isdisjoint(meanings):
            continue
        # Of several columns with one meaning (得分, 总分) the last is read: totals stand last.
        last = ("extra" if word in meanings[index + 1 :] else word for index, word in enumerate(meanings))
        layout = Layout(columns, tuple(last), vocabulary)
        if layout.opens(keys, end):
            return layout
    return None

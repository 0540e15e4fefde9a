"""The layout of a score table: a header known by its words, and how the rows below it must look."""

import re
from dataclasses import dataclass, field

from audit_lib.notices.words.dates import NUMERAL, is_date, read_numeral
from audit_lib.notices.words.vocabulary import Vocabulary
from audit_lib.notices.words.word_lists import HAN

LONGEST_UNIT = 30  # characters; a longer cell is prose, but for a list of units
MOST_SKIPPED = 3  # numbers that may be missing between two rows; a wider gap is no numbering
NUMBER = re.compile(r"-?\d{1,6}(?:\.\d+)?")  # longer ones are telephone numbers and dates
POINTS = re.compile(r"-?\d{1,6}(?:[.,·]{1,2}\d{1,4})?")  # a number, or what was meant as one: 86..67
FIGURE = re.compile(r"(-?\d{1,6}(?:\.\d{1,6})?)[分%]?(?:[(\[]([^()\[\]]{1,12})[)\]])?")  # 98.2%, 95(93): last month's
ASIDE = re.compile(r"[(\[].*")  # last month's: 1(2), 1[2]
ORDINAL = re.compile(rf"(?:并列)?(?:第?({NUMERAL})名?|第({NUMERAL})位|(?i:no)\.?(\d{{1,3}}))")
RANK = re.compile(
    rf"(?:并列)?第(?:{NUMERAL})[名位]?|(?i:no)\.?\d{{1,3}}"
)  # a rank in words, which nothing else in a table looks like
ROAD = re.compile(r"[GSXYCZ]\d{3}")  # the number of a road, by its class
MEASURE = re.compile(r"[量数率]$|\((?:\d+分|%)\)$")  # ends the heading of a column of numbers
SENTENCE = re.compile(r"[一二三四五六七八九十]+、|.*[。:;!?]")  # a numbered heading, or a sentence


def read_figure(text: str) -> float | None:
    """Read a number with the sign or bracket that may follow it; None for anything else.

    >>> read_figure("95"), read_figure("98.2%"), read_figure("95(93)"), read_figure("86..67")
    (95.0, 98.2, 95.0, None)
    """
    match = FIGURE.fullmatch(text)
    return float(match[1]) if match else None


def read_ordinal(text: str) -> int | None:
    """Read a rank as printed, in figures or in words; None for anything else.

    >>> [read_ordinal(cell) for cell in ("3", "并列第六名", "二十一", "NO.1", "二楼")]
    [3, 6, 21, 1, None]
    """
    match = ORDINAL.fullmatch(text)
    return match and read_numeral(match[1] or match[2] or match[3])


def is_value(text: str) -> bool:
    """Check whether a cell holds a number or a rank, and no word."""
    return read_figure(text) is not None or read_ordinal(text) is not None


@dataclass(frozen=True)
class Layout:
    """The columns of one table: what each header means, and in which column the unit stands."""

    columns: tuple[str, ...]
    meanings: tuple[str, ...]
    vocabulary: Vocabulary = field(repr=False)
    is_grouped: bool = False  # a column of groups stood before these; it prints a title above or beside rows

    @property
    def width(self) -> int:
        return len(self.columns)

    @property
    def unit_at(self) -> int:
        return self.meanings.index("unit")

    @property
    def n_remarks(self) -> int:
        """Count the last columns that hold remarks: no score, rank, tier or measure. Empty ones print nothing."""
        columns = zip(reversed(self.columns), reversed(self.meanings), strict=True)
        return next(n for n, (column, means) in enumerate(columns) if means != "extra" or MEASURE.search(column))

    def looks_like(self, meaning: str, cell: str) -> bool:
        match meaning:
            case "serial" | "rank":
                return read_ordinal(ASIDE.sub("", cell)) is not None
            case "score":
                return POINTS.fullmatch(cell.removesuffix("分")) is not None or read_figure(cell) is not None
            case "unit":
                named = HAN.search(cell) is not None and max(map(len, cell.split("、"))) <= LONGEST_UNIT
                is_other = cell in self.vocabulary.tier or self.is_heading(cell) or self.is_no_unit(cell)
                return named and not is_other
            case "tier":
                # Beside a column of numbers any word may be a tier; alone it must be a known one.
                numbered = not {"serial", "rank", "score"}.isdisjoint(self.meanings)
                return cell in self.vocabulary.tier or (numbered and not self.names_known(cell) and not is_value(cell))
            case "figure":
                return read_figure(cell) is not None
            case "group":
                return HAN.search(cell) is not None
            case _:
                return True

    def is_heading(self, cell: str) -> bool:
        if cell in self.vocabulary.header or cell in self.vocabulary.header_whole:
            return not self.sums_up(cell)
        means = self.vocabulary.meaning_of(cell)
        return means not in (None, "unit") and not self.names_known(cell) and not self.sums_up(cell)

    def is_header(self, keys: list[str], at: int) -> bool:
        """Check whether the next header begins here: a heading, and another near it. One alone may title a group."""
        if not self.is_heading(keys[at]) or self.starts(keys, at + 1):
            return False
        return any(self.vocabulary.meaning_of(key) for key in keys[at + 1 : at + 3])

    def sums_up(self, cell: str) -> bool:
        """Check whether a row with this cell is about no unit: a sum, a mean, a road."""
        return self.vocabulary.sums_up(cell) or ROAD.fullmatch(cell) is not None

    def is_no_unit(self, cell: str) -> bool:
        """Check whether a cell is a row that sums up units, a note below a table, a date, a heading or a sentence."""
        is_note = cell.startswith(self.vocabulary.notes) or is_date(cell)
        return is_note or self.sums_up(cell) or SENTENCE.match(cell) is not None

    def is_title(self, cell: str) -> bool:
        """Check whether a cell is the title of a group of rows: 一、乡镇, 市直部门."""
        return self.vocabulary.is_label(cell) or (self.is_grouped and HAN.search(cell) is not None)

    def fits(self, keys: list[str], at: int = 0) -> bool:
        """Check whether the cells from here on look like a whole row, but for remarks at its end."""
        cells = keys[at : at + self.width]
        return len(cells) >= self.width - self.n_remarks and all(map(self.looks_like, self.meanings, cells))

    def fits_at(self, keys: list[str], at: int) -> bool:
        """Check whether a table begins here with two whole rows."""
        return self.opens(keys, at) and self.fits(keys, at) and self.fits(keys, at + self.width)

    def starts(self, keys: list[str], at: int) -> bool:
        """Check whether a row begins here: its cells up to the unit have the right look.

        A table that begins with the unit gives no such sign, so there this row or the next must fit whole. The next
        may come early if this row lacks a cell, but then it must name a unit of a known kind.
        """
        upto = self.unit_at + 1
        if at + upto > len(keys) or not all(map(self.looks_like, self.meanings[:upto], keys[at : at + upto])):
            return False
        if self.unit_at > 0 or self.fits(keys, at) or self.fits(keys, at + self.width):
            return True
        return self.names_known(keys[at]) and any(self.fits(keys, at + step) for step in range(1, self.width))

    def opens(self, keys: list[str], at: int) -> bool:
        """Check whether a table begins here: a first row, and the look of the rows after it.

        A table that begins with the unit must fit whole at once, or twice after a first row that does not, or be
        known by its names. A column of units or of headings is no column of remarks: there the header ended before, or
        ends below.
        """
        below = keys[at : at + self.width]
        hidden = (
            (self.names_known(column) and self.names_known(cell)) or self.vocabulary.heads_column(cell)
            for meaning, column, cell in zip(self.meanings, self.columns, below, strict=False)
            if meaning == "extra"
        )
        if not self.starts(keys, at) or any(hidden):
            return False
        places = [at + step * self.width for step in range(3)]
        fits = [self.fits(keys, place) for place in places]
        known = [self.names_known(key) for place in places for key in keys[place : place + 1]]
        if self.unit_at > 0 or all(known):
            return any(fits)
        early = range(at + 1, at + self.width) if known[0] else ()
        return (
            fits[0]
            or (known[0] and all(fits[1:]))
            or any(self.fits(keys, a) and self.fits(keys, a + self.width) for a in early)
        )

    def count_skipped(self, keys: list[str], at: int, place: int, n_rows: int) -> int | None:
        """Count the numbers missing between the row at `at`, the n-th, and the next at `place`; None if it is no next.

        A 序号 goes on by one. A rank may stay or jump by the size of a tie, but not beyond the rows that there are.
        """
        orders = [index for index in range(self.unit_at) if self.meanings[index] in ("serial", "rank")]
        if not orders:
            return 0
        before, after = (read_ordinal(keys[start + orders[0]]) or 0 for start in (at, place))
        is_serial = self.meanings[orders[0]] == "serial"
        skipped = after - 1 - (before if is_serial else max(before, n_rows))
        if skipped > MOST_SKIPPED or after < before + is_serial:
            return None
        return max(skipped, 0)

    def confirms(self, keys: list[str], at: int, place: int) -> bool:
        """Check whether a row that does not begin one width on is one, and not the end of the last or other print.

        A table that begins with the unit gives three signs: the row after it, its rank, its name.
        """
        if self.names_known(keys[place + self.unit_at]):
            return True
        if not self.fits(keys, place):
            return False
        if self.unit_at > 0 or self.fits(keys, place + self.width):
            return True
        ranks = [n for n, meaning in enumerate(self.meanings) if meaning == "rank"]
        before, after = ([read_ordinal(keys[start + n]) for n in ranks] for start in (at, place))
        return [a and b and b - a for a, b in zip(before, after, strict=True)] == [1]

    def names_known(self, cell: str) -> bool:
        """Check whether a cell ends like the names of units do."""
        return self.vocabulary.kind_of(cell) != "other"

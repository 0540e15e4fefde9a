"""The layout of a score table: a header known by its words, and how the rows below it must look."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from audit_lib.notices.dates import NUMERAL, is_date, read_numeral
from audit_lib.notices.vocabulary import Vocabulary

VALUES = frozenset({"score", "rank", "tier", "measure"})  # a table has a column of at least one of them
LONGEST_UNIT = 30  # characters; a longer cell is prose, but for a list of units
LONGEST_GRADE = 6  # characters of a tier that we know by its place alone
ROWS_TO_TYPE = 12  # rows whose cells tell what a column holds
FEWEST_ROWS = 2  # with one name: a column that repeats it holds no units
MOST_SKIPPED = 3  # numbers that may be missing between two rows; a wider gap is no numbering
NUMBER = re.compile(r"-?\d{1,6}(?:\.\d+)?")  # longer ones are telephone numbers and dates
POINTS = re.compile(r"-?\d{1,6}(?:[.,·]{1,2}\d{1,4})?")  # a number, or what was meant as one: 86..67
FIGURE = re.compile(r"(-?\d{1,6}(?:\.\d{1,6})?)[分%]?(?:\(([^()]{1,12})\))?")  # 95.5, 95分, 98.2%, 95(93): last month's
HAN = re.compile(r"[\u4e00-\u9fff]")
ORDINAL = re.compile(rf"(?:并列)?第?({NUMERAL})名?")
RANK = re.compile(rf"(?:并列)?第(?:{NUMERAL})名?")  # a rank in words, which nothing else in a table looks like
ROAD = re.compile(r"[GSXYCZ]\d{3}")  # the number of a road, by its class
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

    >>> read_ordinal("3"), read_ordinal("并列第六名"), read_ordinal("二十一"), read_ordinal("二楼")
    (3, 6, 21, None)
    """
    match = ORDINAL.fullmatch(text)
    return match and read_numeral(match[1])


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
        """Count the last columns that hold no score, rank or tier. They are often empty, and then print nothing."""
        return next(n for n, meaning in enumerate(reversed(self.meanings)) if meaning != "extra")

    def looks_like(self, meaning: str, cell: str) -> bool:
        match meaning:
            case "serial" | "rank":
                return read_ordinal(cell.split("(")[0]) is not None
            case "score":
                return POINTS.fullmatch(cell.removesuffix("分")) is not None or read_figure(cell) is not None
            case "unit":
                named = HAN.search(cell) is not None and max(map(len, cell.split("、"))) <= LONGEST_UNIT
                is_other = cell in self.vocabulary.tier or self.is_heading(cell) or self.is_no_unit(cell)
                return named and not is_other
            case "tier":
                # Beside a column of numbers any word may be a tier; alone it must be one that we know.
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
        """Return whether the next header begins here: a heading, and another near it. One alone may title a group."""
        if not self.is_heading(keys[at]) or self.starts(keys, at + 1):
            return False
        return any(self.vocabulary.meaning_of(key) for key in keys[at + 1 : at + 3])

    def sums_up(self, cell: str) -> bool:
        """Return whether a row with this cell is about no unit: a sum, a mean, a road."""
        return self.vocabulary.sums_up(cell) or ROAD.fullmatch(cell) is not None

    def is_no_unit(self, cell: str) -> bool:
        """Return whether a cell is a row that sums up units, a note below a table, a date, a heading or a sentence."""
        is_note = cell.startswith(self.vocabulary.notes) or is_date(cell)
        return is_note or self.sums_up(cell) or SENTENCE.match(cell) is not None

    def is_title(self, cell: str) -> bool:
        """Return whether a cell is the title of a group of rows: 一、乡镇, 市直部门."""
        return self.vocabulary.is_label(cell) or (self.is_grouped and HAN.search(cell) is not None)

    def fits(self, keys: list[str], at: int = 0) -> bool:
        """Return whether the cells from here on look like a whole row, but for remarks at its end."""
        cells = keys[at : at + self.width]
        return len(cells) >= self.width - self.n_remarks and all(map(self.looks_like, self.meanings, cells))

    def fits_at(self, keys: list[str], at: int) -> bool:
        """Return whether a table begins here with two whole rows."""
        return self.opens(keys, at) and self.fits(keys, at) and self.fits(keys, at + self.width)

    def starts(self, keys: list[str], at: int) -> bool:
        """Return whether a row begins here: its cells up to the unit have the right look.

        A table that begins with the unit gives no such sign, so there this row or the next must fit whole. The next
        may come early if this row lacks a cell, but then it must name a unit of a kind that we know.
        """
        upto = self.unit_at + 1
        if at + upto > len(keys) or not all(map(self.looks_like, self.meanings[:upto], keys[at : at + upto])):
            return False
        if self.unit_at > 0 or self.fits(keys, at) or self.fits(keys, at + self.width):
            return True
        return self.names_known(keys[at]) and any(self.fits(keys, at + step) for step in range(1, self.width))

    def opens(self, keys: list[str], at: int) -> bool:
        """Return whether a table begins here: a first row, and the look of the rows after it.

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
        """Return whether a row that does not begin one width on is one, and not the end of the last or other print.

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
        """Return whether a cell ends like the names of units do."""
        return self.vocabulary.kind_of(cell) != "other"


def make_layout(columns: tuple[str, ...], vocabulary: Vocabulary, body: Sequence[Sequence[str]] = ()) -> Layout | None:
    """Return each column its meaning; None where no unit or no value is among them.

    Headings tell, and the cells of `body`, rows below them: a column of names that we know holds the units whatever
    its heading says, and what holds none does not. Then figures without a heading that we know are values enough.
    """
    meanings = [vocabulary.meaning_of(column.split(" ")[0]) or "extra" for column in columns]
    cells = [[cell for cell in column if cell] for column in zip(*body[:ROWS_TO_TYPE], strict=False)]
    _agree_with_cells(meanings, cells, vocabulary)
    if "unit" not in meanings:
        unit_at = _find_units(columns, meanings, cells, vocabulary)
        if unit_at is None:
            return None
        meanings[unit_at] = "unit"
    _find_parts_of_one(meanings, cells, vocabulary)
    _find_ranks(meanings, cells)
    if VALUES.isdisjoint(meanings):
        figures = [at for at, column in enumerate(cells) if meanings[at] == "extra" and hold_figures(column)]
        is_named = any(
            meanings[at] == "unit" and hold_most(cells[at], vocabulary.names_unit) for at in range(len(cells))
        )
        graded = [
            at
            for at, column in enumerate(cells)
            if meanings[at] in ("extra", "group") and holds_grades(column, vocabulary)
        ]
        if not is_named or not (figures or len(graded) == 1):
            return None
        sure = [at for at in graded if all(map(vocabulary.has_tier, cells[at]))]
        for at in sure or figures or graded:
            meanings[at] = "tier" if at in graded else "figure"
    last = {meaning: at for at, meaning in enumerate(meanings)}
    units = [at for at, column in enumerate(cells) if meanings[at] == "unit" and len(set(column)) == len(column) > 1]
    last["unit"] = (units or [last["unit"]])[-1]
    totals = [at for at, column in enumerate(columns) if meanings[at] == "score" and vocabulary.is_total(column)]
    if totals:
        last["score"] = totals[-1]
    # Of several columns with one meaning (得分, 总分) a total is read, else the last; of units those that differ.
    for at, meaning in enumerate(meanings):
        if meaning == "measure" or (meaning != "figure" and at != last[meaning]):
            meanings[at] = "group" if meaning == "unit" else "extra"
    return Layout(columns, tuple(meanings), vocabulary)


def _agree_with_cells(meanings: list[str], cells: Sequence[Sequence[str]], vocabulary: Vocabulary) -> None:
    """Change the meaning of a heading that may head either where its cells tell: 成绩 above 优, 考核结果 above 95."""
    for at, column in enumerate(cells):
        if meanings[at] == "tier" and "score" not in meanings and hold_figures(column):
            meanings[at] = "score"
        elif meanings[at] == "score" and "tier" not in meanings and hold_most(column, vocabulary.tier.__contains__):
            meanings[at] = "tier"


def _find_parts_of_one(meanings: list[str], cells: Sequence[Sequence[str]], vocabulary: Vocabulary) -> None:
    """Change the units to a column of names that differ where the one headed so repeats one name: 城市 beside 区/县."""
    headed = [column for at, column in enumerate(cells) if meanings[at] == "unit"]
    if not headed or any(len(column) < FEWEST_ROWS or len(set(column)) > 1 for column in headed):
        return
    for at, column in enumerate(cells):
        if meanings[at] == "extra" and len(set(column)) == len(column) > 1 and hold_most(column, vocabulary.names_unit):
            meanings[at] = "unit"


def _find_ranks(meanings: list[str], cells: Sequence[Sequence[str]]) -> None:
    """Change the meaning of a column after the units that numbers them from 1 on, whatever its heading says: 次序."""
    for at, column in enumerate(cells if "rank" not in meanings else ()):
        orders = [read_ordinal(cell) for cell in column]
        is_numbered = len(orders) > FEWEST_ROWS and orders == list(range(1, len(orders) + 1))
        if is_numbered and meanings[at] == "extra" and "unit" in meanings[:at]:
            meanings[at] = "rank"
            return


def _find_units(
    columns: Sequence[str], meanings: Sequence[str], cells: Sequence[Sequence[str]], vocabulary: Vocabulary
) -> int | None:
    """Find the column of the units where no heading tells: known names, else words that differ before the score."""
    words = [
        at
        for at, column in enumerate(cells)
        if meanings[at] == "extra" and columns[at] not in vocabulary.furniture and not any(map(is_value, column))
    ]
    named = [at for at in words if hold_most(cells[at], vocabulary.names_unit)]
    unknown = [column for at, column in enumerate(columns) if meanings[at] == "extra" and at not in named]
    if (
        len(unknown) > 1 and len(words) > 1 and any(map(vocabulary.names_unit, unknown))
    ):  # one among headings is one too: 辖区
        return None
    if named:
        return max(named, key=lambda at: (len(set(cells[at])), -at))
    if "score" not in meanings or len(cells) < len(columns):
        return None
    before = [at for at in words if at < meanings.index("score")]
    return next((at for at in before if are_distinct_words(cells[at])), None)


def are_distinct_words(cells: Sequence[str]) -> bool:
    """Check whether cells are words, no two the same and none a sentence."""
    return (
        1 < len(cells) == len(set(cells))
        and all(1 < len(cell) <= LONGEST_UNIT and HAN.search(cell) for cell in cells)
        and not any(map(SENTENCE.match, cells))
    )


def hold_most(cells: Sequence[str], is_known: Callable[[str], bool]) -> bool:
    """Check whether most cells are of a kind, such as names of units, and none is a number."""
    return 2 * sum(map(is_known, cells)) > len(cells) and not any(map(is_value, cells))


def holds_grades(cells: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Check whether cells are short words, no names or labels of groups, that recur or hold a tier: 通过, 未通过."""
    are_few = len(set(cells)) < len(cells) or any(cell in vocabulary.tier for cell in cells)
    return (
        len(set(cells)) > 1
        and are_few
        and not any(
            is_value(cell) or len(cell) > LONGEST_GRADE or vocabulary.names_unit(cell) or vocabulary.is_label(cell)
            for cell in cells
        )
    )


def hold_figures(cells: Sequence[str]) -> bool:
    """Check whether there are cells, and all are figures."""
    return bool(cells) and all(read_figure(cell) is not None for cell in cells)


def number_names(names: Iterable[str]) -> tuple[str, ...]:
    """Number columns of the same name: a second 得分 is `得分 2`, a fourth column without a name is `column 4`."""
    names = tuple(names)
    if len(set(names)) == len(names) and all(names) and not any(" " in name for name in names):
        return names
    numbered: list[str] = []
    seen: dict[str, int] = {}
    for at, name in enumerate(names, start=1):
        same, plain = seen.get(name, 0), name.split(" ")[0]
        seen[plain] = seen.get(plain, 0) + 1
        numbered.append(f"column {at}" if not name else f"{name} {same + 1}" if same else name)
    return tuple(numbered)

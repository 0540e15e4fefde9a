"""Find what each column of a score table holds, by its heading and by the cells below it."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from audit_lib.notices.grids.columns import LONGEST_UNIT, SENTENCE, Layout, is_value, read_figure, read_ordinal
from audit_lib.notices.words.vocabulary import LONGEST_GRADE, Vocabulary
from audit_lib.notices.words.word_lists import HAN, PLACES

VALUES = frozenset({"score", "rank", "tier", "measure"})  # a table has a column of at least one of them
OWNERS = ("所属", "所在", "隶属")  # of headings
OFFICES = ("department", "vertical", "government")
DOES = re.compile("^(?!被)[^被]*(?:检查|责任|牵头|包[保联]|帮扶|联系|主管|督导|考核)(?:单位|部门|人)")
ROWS_TO_TYPE = 12  # rows whose cells tell what a column holds
FEWEST_ROWS = 2  # with one name: a column that repeats it holds no units


def make_layout(columns: tuple[str, ...], vocabulary: Vocabulary, body: Sequence[Sequence[str]] = ()) -> Layout | None:
    """Return each column its meaning; None where no unit or no value is among them.

    Headings tell, and the cells of `body`, rows below them: a column of known names holds the units whatever
    its heading says, and what holds none does not. Then figures without a known heading are values enough.
    """
    meanings = [vocabulary.meaning_of(column.split(" ")[0]) or "extra" for column in columns]
    cells = [[cell for cell in column if cell] for column in zip(*body[:ROWS_TO_TYPE], strict=False)]
    _agree_with_cells(meanings, cells, vocabulary)
    _find_owners(columns, meanings, cells)
    is_headed = "unit" in meanings
    if not is_headed:
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
        sure = [
            at for at in graded if all(vocabulary.has_tier(cell) or vocabulary.may_grade(cell) for cell in cells[at])
        ]
        if not (is_named and (figures or len(graded) == 1)) and not (is_headed and len(sure) == 1):
            return None
        for at in sure or figures or graded:
            meanings[at] = "tier" if at in graded else "figure"
    last = {meaning: at for at, meaning in enumerate(meanings)}
    units = [at for at, column in enumerate(cells) if meanings[at] == "unit" and len(set(column)) == len(column) > 1]
    last["unit"] = _choose_units(columns, units, cells, vocabulary) if units else last["unit"]
    totals = [at for at, column in enumerate(columns) if meanings[at] == "score" and vocabulary.is_total(column)]
    if totals:
        last["score"] = totals[-1]
    # Of several columns with one meaning (得分, 总分) a total is read, else the last; of units those that differ.
    for at, meaning in enumerate(meanings):
        if meaning == "measure" or (meaning != "figure" and at != last[meaning]):
            meanings[at] = "group" if meaning == "unit" else "extra"
    return Layout(columns, tuple(meanings), vocabulary)


def _choose_units(
    columns: Sequence[str], units: Sequence[int], cells: Sequence[Sequence[str]], vocabulary: Vocabulary
) -> int:
    """Choose the column of the units among several of distinct names: the last, of villages in towns; not who inspects.

    Offices beside places, 检查单位 beside 被检查单位, do something for them.
    """
    kinds = [Counter(map(vocabulary.kind_of, cells[at])).most_common(1)[0][0] for at in units]
    is_of_place = kinds[0] in PLACES and kinds[-1] in OFFICES
    return units[0] if is_of_place or DOES.search(columns[units[-1]]) else units[-1]


def _find_owners(columns: Sequence[str], meanings: list[str], cells: Sequence[Sequence[str]]) -> None:
    """Change the meaning of a column that says where the units belong, 所属镇, beside one of distinct words."""
    owners = [at for at in range(len(cells)) if columns[at].startswith(OWNERS)]
    if owners and any(are_distinct_words(column) for at, column in enumerate(cells) if at not in owners):
        for at in owners:
            meanings[at] = "group"


def _agree_with_cells(meanings: list[str], cells: Sequence[Sequence[str]], vocabulary: Vocabulary) -> None:
    """Change the meaning of a heading that may head either where its cells tell: 成绩 above 优, 考核结果 above 95."""
    for at, column in enumerate(cells):
        if meanings[at] == "tier" and "score" not in meanings and hold_figures(column):
            meanings[at] = "score"
        elif meanings[at] == "score" and "tier" not in meanings and hold_most(column, vocabulary.tier.__contains__):
            meanings[at] = "tier"


def _find_parts_of_one(meanings: list[str], cells: Sequence[Sequence[str]], vocabulary: Vocabulary) -> None:
    """If the unit column repeats one name, use a column of distinct names instead: 城市 beside 区/县."""
    headed = [column for at, column in enumerate(cells) if meanings[at] == "unit"]
    if not headed or any(len(column) < FEWEST_ROWS or len(set(column)) > 1 for column in headed):
        return
    for at, column in enumerate(cells):
        if meanings[at] == "extra" and len(set(column)) == len(column) > 1 and hold_most(column, vocabulary.names_unit):
            meanings[at] = "unit"


def _find_ranks(meanings: list[str], cells: Sequence[Sequence[str]]) -> None:
    """Change the meaning of a column after the units that numbers them from 1 on, whatever its heading says: 次序."""
    for at, column in enumerate(cells if "rank" not in meanings else ()):
        if meanings[at] != "extra" or "unit" not in meanings[:at]:
            continue
        orders = [read_ordinal(cell) for cell in column]
        is_numbered = len(orders) > FEWEST_ROWS and orders == list(range(1, len(orders) + 1))
        if is_numbered:
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

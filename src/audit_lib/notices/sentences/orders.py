"""Read the ranks that a sentence gives by the order of names: 前三名依次是甲镇、乙镇、丙镇; 甲、乙分列第二、三位."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from audit_lib.documents.model import Line
from audit_lib.notices.grids.columns import read_ordinal
from audit_lib.notices.grids.rows import Problem, note_problem
from audit_lib.notices.sentences.clause_names import trim_lead
from audit_lib.notices.sentences.order_forms import HINT, Order, find_orders
from audit_lib.notices.sentences.score_clauses import BREAKS, ITEM, SCORED, read_chunks
from audit_lib.notices.sentences.score_records import Record, read_records
from audit_lib.notices.words.dates import NUMERAL, read_numeral
from audit_lib.notices.words.entries import AND, read_entries, split_outside
from audit_lib.notices.words.names import LONGEST_BARE, is_name
from audit_lib.notices.words.vocabulary import Vocabulary
from audit_lib.notices.words.word_lists import BRACKETED

KINDS = re.compile(r"(?<=[省市县区乡镇])\((?:[市县区乡镇]|街道|[、/])+\)")  # 县(市、区)
TIED = re.compile(f"并列(?:第?(?:{NUMERAL})[名位]?)?")
REMARK = re.compile(r"\([^()]*(?:[,\d]|详见)[^()]*\)")
GIVEN = re.compile(rf"\((?P<tied>并列)?(?P<last>倒数)?第(?P<rank>{NUMERAL})[名位]?\)$")
SAME_ORDER = re.compile(
    r",(?P<what>[^,\d]{0,8}?)分别[为是](?P<values>\d[\d.]*分?(?:[、和]\d[\d.]*分?)+)(?P<mark>[分%])?(?![\w.])"
)
COUNT = re.compile(rf"({NUMERAL})[个家]")
DEDUCTIONS = ("扣", "减", "失")  # 甲镇(扣1.2分) has no score
FEWEST = 3  # names that a sorted list has
FEWEST_UNLIKE = 6  # names of a sorted list, one of which may be of no known kind; the rest prove it


def read_order(clause: str, line: Line, vocabulary: Vocabulary, problems: list[Problem]) -> Iterator[Record]:
    """Read ranks that a sentence gives by the order of names, and the scores that it gives in the same order.

    Places counted from the last one, or only called the best or the worst, have no number: they are reported.
    """
    if not HINT.search(clause):
        return
    clause = KINDS.sub("", clause)
    orders = list(find_orders(clause, vocabulary))
    if any(_has_scores(order.listed) for order in orders):
        yield from _rank_scored(clause, orders, line, vocabulary, problems)
        return
    if _has_scores(clause) and "、" not in clause.partition(",")[2]:
        return
    pieces = [text for text, _ in split_outside(clause, ",")]
    whole, taken, extremes = set(pieces), set(), []
    ranked: list[Record] = []
    given: list[Record] = []  # scores of units whose places are counted from the last
    for order in orders:
        units = _fit_names(order, vocabulary)
        fault = _find_fault(order, units, vocabulary)
        if fault == "no_list":
            continue
        found = order.text if order.text in whole else order.text + order.listed
        facts: dict[str, object] = {"found": found, "n": len(units)}
        if order.is_from_end and order.n is None:
            extremes.append((units[0][0], note_problem("not_read", "from_end", line.place, "warning", **facts)))
            continue
        taken |= {order.text} if order.text in whole else whole
        if fault == "order":
            facts |= {"stated": order.n or len(units), "units": [unit for unit, _, _ in units]}
        if fault:
            given += _score_only(order, units, SAME_ORDER.search(clause), line.place) if fault == "from_end" else []
            is_order = fault == "order"
            problems.append(
                note_problem("not_read", "order" if is_order else "from_end", line.place, "warning", **facts)
            )
        else:
            values = SAME_ORDER.search(clause)
            ranked += _make_records(order, units, values, line.place)
            if values and len(re.split("[、和]", values["values"])) != len(units):
                problems.append(note_problem("not_read", "beside", line.place, "warning", found=values[0].strip(",")))
    rest = []
    left = [piece for piece in pieces if piece not in taken]
    if left and (extremes or left != pieces):
        rest = list(read_records(read_chunks(",".join(left), vocabulary), line.place, None, vocabulary))
    scored = {record.unit for record in rest if record.number is not None}
    problems += [problem for unit, problem in extremes if unit not in scored]
    yield from (*rest, *ranked, *given)


def _rank_scored(
    clause: str, orders: Sequence[Order], line: Line, vocabulary: Vocabulary, problems: list[Problem]
) -> Iterator[Record]:
    """Yield the records of a sentence that lists units with their scores, each with its place in the list."""
    ranks: dict[str, int] = {}
    for order in orders:
        around = order.text if order.listed in order.text else order.text.rpartition(",")[2] + order.listed
        clause = clause.replace(around, order.listed)
        units = _fit_names(replace(order, listed=BRACKETED.sub("", order.listed)), vocabulary)
        fault = _find_fault(order, units, vocabulary)
        if fault == "order" or (fault == "from_end" and order.n is not None):
            facts = {"found": order.text + order.listed, "n": len(units), "stated": order.n or len(units)}
            is_order = fault == "order"
            problems.append(
                note_problem("not_read", "order" if is_order else "from_end", line.place, "warning", **facts)
            )
        if fault is None:
            ranks |= {unit: order.first + order.step * (rank - 1) for unit, rank, _ in units}
    before: Record | None = None
    for record in read_records(read_chunks(clause, vocabulary), line.place, None, vocabulary):
        is_tie = before is not None and before.number is not None and before.number == record.number
        record.rank = record.rank or (before.rank if before and is_tie else ranks.get(record.unit))
        before = record
        yield record


def _fit_names(order: Order, vocabulary: Vocabulary) -> list[tuple[str, int, bool]]:
    """Return the names of a list with their places; the last is two where one is missing: 丽水和昆明市.

    Where only the signs count as many as are stated, the names between two of them share a place: 甲省和乙省、丙省.
    """
    units = list(_rank_names(order.listed, vocabulary))
    pieces = [piece for piece, _ in split_outside(order.listed, "、")]
    if order.n == len(pieces) < len(units):
        tied = [_split_tied(piece) for piece in pieces]
        if [name for names in tied for name in names] == [unit for unit, _, _ in units]:
            return [(name, rank, False) for rank, names in enumerate(tied, start=1) for name in names]
    if units and order.n == len(units) + 1:
        *units, (last, rank, is_last) = units
        units += [(each, rank + at, is_last) for at, each in enumerate(_split_tied(last))]
    return units


def _find_fault(order: Order, units: Sequence[tuple[str, int, bool]], vocabulary: Vocabulary) -> str | None:
    """Return why names get no ranks: they are no list, count from the last place, or are not as many as stated."""
    if not _is_list(order, units, vocabulary):
        n_known = sum(vocabulary.names_unit(unit) for unit, _, _ in units)
        return "order" if order.is_sorted and len(units) > n_known > len(units) / 2 else "no_list"
    is_given = all(GIVEN.search(piece) for piece, _ in split_outside(order.listed, "、,"))
    if (order.is_from_end and not is_given) or any(is_last for _, _, is_last in units):
        return "from_end"
    fits = order.n is None or len(units) == order.n or units[-1][1] <= order.n <= len(units)
    return None if fits else "order"


def _make_records(
    order: Order, units: Sequence[tuple[str, int, bool]], values: re.Match[str] | None, place: str
) -> Iterator[Record]:
    """Yield the records of a list, with the values that the sentence gives in the same order."""
    scores: Sequence[str | None] = (
        re.split("分?[、和]", values["values"].removesuffix("分")) if values and order.first == 1 else []
    )
    scores = scores if len(scores) == len(units) else [None] * len(units)
    for at, ((unit, rank, _), score) in enumerate(zip(units, scores, strict=True)):
        label, mark = (values["what"], values["mark"] or "分") if values and score else ("", "分")
        begins = not at and (order.first == 1 or order.step < 0)
        if counted := re.search(rf"{re.escape(unit)}\((\d[\d.]*)([^\W\d分]{{1,2}})\)", order.listed):
            score, mark = counted.groups()  # 甲镇(120件) has no score
        rank = order.first + order.step * (rank - 1)
        yield Record(unit, score, mark, rank, None, place, label=label, begins=begins)


def _score_only(
    order: Order, units: Sequence[tuple[str, int, bool]], values: re.Match[str] | None, place: str
) -> list[Record]:
    """Return records without ranks: 后两名为甲镇、乙镇,得分分别为76分、74分."""
    records = _make_records(replace(order, first=1), units, values, place)
    return [replace(record, rank=None, begins=False) for record in records if record.number is not None]


def _has_scores(text: str) -> bool:
    items = [match for piece, _ in split_outside(text, BREAKS) if (match := ITEM.fullmatch(piece))]
    return any((item["mark"] or item["inside"] or "分") in SCORED and item["of"] not in DEDUCTIONS for item in items)


def _is_list(order: Order, units: Sequence[tuple[str, int, bool]], vocabulary: Vocabulary) -> bool:
    """Check whether all are names: of known kinds, or as many as the clause states."""
    names = [unit for unit, _, _ in units]
    if not names or not all(is_name(name, vocabulary) for name in names):
        return False
    known = sum(map(vocabulary.names_unit, names))
    n = len(names)
    is_mostly = order.is_sorted and known * FEWEST_UNLIKE > n * (FEWEST_UNLIKE - 1)
    counts = {read_numeral(each) for each in COUNT.findall(order.text)} | {order.n}
    is_bare = all(len(name) <= LONGEST_BARE for name in names)
    is_counted = (is_bare or 2 * known > n) and (n in counts or (order.n is not None and units[-1][1] <= order.n <= n))
    is_counted |= n == order.n == units[-1][1]  # 第二至第四位: three names, of any kind
    if order.is_from_end and order.n is None:
        return known == n or (n == 1 and len(names[0]) < LONGEST_BARE / 2)
    return n >= (FEWEST if order.is_sorted else 2) and (known == n or is_counted or is_mostly)


def _rank_names(listed: str, vocabulary: Vocabulary) -> Iterator[tuple[str, int, bool]]:
    """Yield names with their place in a list; those that 并列 or / joins share one. True where it counts from the last.

    A place in brackets counts: 甲街道(并列第5).
    """
    rank, n = 1, 0
    plain: list[str] = []
    for piece, sign in split_outside(listed, "、,"):
        piece = REMARK.sub("", piece) if not GIVEN.search(piece) else piece
        if given := GIVEN.search(piece):
            rank = read_ordinal(f"第{given['rank']}") or rank
            tied = _split_tied(piece[: given.start()]) if given["tied"] else [piece[: given.start()]]
            yield from ((each, rank, given["last"] is not None) for each in tied)
            n += len(tied)
            rank = max(rank, n) + 1
            continue
        name, _, inside = piece.rstrip(")").partition("(")
        if TIED.search(inside):
            beside = [each for each in re.split("[、,]", TIED.sub("", inside)) if each]
            names = [*_split_tied(name), *beside]
        elif TIED.search(piece):
            names = _split_tied(TIED.sub("", piece))
        elif "/" in piece:
            names = piece.split("/")
        else:
            entries, _ = read_entries("、".join([*plain, piece]) if not sign else piece, vocabulary)
            names = [entry.unit for entry in entries][len(plain) if not sign else 0 :]
            names[:1] = [trim_lead(each, vocabulary) for each in names[:1]]
            for at, each in enumerate(names):
                yield each, rank + at, False
            plain += names
            n += len(names)
            rank += len(names)
            continue
        yield from ((each, rank, False) for each in names)
        n += len(names)
        rank += len(names)


def _split_tied(text: str) -> list[str]:
    """Split what ties name at 和 and the like: 甘孜县和木里县(并列)."""
    sign = next((sign for sign in AND.finditer(text) if 1 < sign.start() < len(text) - 2), None)
    return [text[: sign.start()], *_split_tied(text[sign.end() :])] if sign else [text]

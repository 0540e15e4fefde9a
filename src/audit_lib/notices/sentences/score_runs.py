"""Join the records of lines into runs, a run per paragraph or block of such lines, and leave out what is no score."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from audit_lib.documents.model import Line
from audit_lib.notices.grids.columns import NUMBER
from audit_lib.notices.grids.rows import Problem, note_problem
from audit_lib.notices.sentences.score_clauses import SCORED
from audit_lib.notices.sentences.score_records import Record
from audit_lib.notices.words.entries import ENUMERATOR
from audit_lib.notices.words.vocabulary import Vocabulary
from audit_lib.notices.words.word_lists import LONGEST_NAME

FULL_SCORE = 100
FEWEST_TO_SUM = 3
FEWEST_TO_TOTAL = 6  # others, from which on even a known name is their total


class _Runs(list[list[Record]]):
    """Runs of records, and the ranks of the last one."""

    def begin(self) -> None:
        """Begin another run."""
        self.append([])
        self.ranks = set[int]()

    def extend_last(self, records: Iterable[Record]) -> None:
        """Add records to the last run; a new one begins where ranks begin anew, or the sentence says so."""
        for record in records:
            is_again = record.rank in self.ranks and record.rank != self[-1][-1].rank
            if (record.begins and len(self[-1]) > 1) or is_again:
                self.begin()
            self[-1].append(record)
            self.ranks |= {record.rank} if record.rank is not None else set()


def join_runs(read: Iterable[tuple[int, Line, list[Record]]], vocabulary: Vocabulary) -> list[list[Record]]:
    """Join lines that follow each other, or that say the same is scored, into runs of units with scores or ranks.

    `read` are the lines with records, each with its place among all lines.
    """
    runs = _Runs()
    labelled: dict[str, list[Record]] = {}  # runs by what their lines say is scored: 甲区成绩:61.2分
    before, was_alone = -2, False
    for at, line, records in read:
        is_item = ENUMERATOR.match(line.aligned) is not None
        is_short = len(line.aligned) <= 2 * LONGEST_NAME or (len(records) == 1 and (is_item or bool(records[0].extra)))
        is_alone = len({record.number for record in records}) == 1 and is_short
        goes_on = records[0].rank is not None and bool(runs) and runs[-1][-1].rank is not None
        label = records[0].label if is_alone else ""
        is_next = bool(runs) and at == before + 1 and (goes_on or (is_alone and was_alone))
        run = [] if is_next else labelled.get(label, [])
        units = {record.unit for record in records}
        if run and all(map(vocabulary.names_unit, units)) and units.isdisjoint(each.unit for each in run):
            run += records  # other lines may be between
            continue
        if not is_next:
            runs.begin()
        runs.extend_last(records)
        if label:
            labelled[label] = runs[-1]
        before, was_alone = at, is_alone and (is_item or records[0].number is not None)
    for record in (record for run in runs for record in run):
        _take_sum(record)
    return _drop_counts([_join_same(run) for run in runs if _is_run(run, vocabulary)])


def find_gaps(run: Sequence[Record]) -> Iterator[Problem]:
    """Yield the units without a rank where those before and after them have the ranks next to it."""
    for before, record, after in zip(run, run[1:], run[2:], strict=False):
        if record.rank is None and before.rank and after.rank == before.rank + 2:
            yield note_problem("not_read", "from_end", record.place, "warning", found=record.unit, n=1)


def _take_sum(record: Record) -> None:
    """Take the last of a unit's numbers for its score where it is the sum of the others, whatever it is called."""
    numbers = [round(float(number) * 1000) for number in record.extra.values() if NUMBER.fullmatch(number)]
    if record.number is None and len(numbers) == len(record.extra) > 2 and 2 * numbers[-1] == sum(numbers):
        record.number, record.mark = record.extra.popitem()[1], "分"


def _is_run(run: Sequence[Record], vocabulary: Vocabulary) -> bool:
    """Check whether numbers are the scores of units, and no parts of a full score, means or deductions.

    Names of no known kind pass where a label or their ranks confirm them, or where they sum to over 100: the
    parts of a full score do not.
    """
    known = sum(vocabulary.kind_of(record.unit) != "other" for record in run)
    is_confirmed = all(record.rank is not None or record.group is not None for record in run)
    scores = [float(record.number) for record in run if record.mark in SCORED and record.number]
    exceeds = (
        len(scores) > 1
        and all(record.mark == "分" for record in run)
        and sum(scores) > FULL_SCORE
        and min(scores) > FULL_SCORE / 4
    )
    return (len(run) > 1 or is_confirmed) and (2 * known > len(run) or is_confirmed or exceeds)


def _drop_counts(runs: Sequence[list[Record]]) -> list[list[Record]]:
    """Leave out runs that only count something, 甲镇3件, of units that other runs score or rank, or repeat ranks."""
    placed = {(record.unit, record.rank) for run in runs for record in run if record.number is not None}
    runs = [
        run
        for run in runs
        if any(each.number for each in run) or not placed.issuperset((each.unit, each.rank) for each in run)
    ]
    counts = [all(record.mark not in SCORED and record.rank is None for record in run) for run in runs]
    scored = {record.unit for run, is_count in zip(runs, counts, strict=True) if not is_count for record in run}
    return [
        run
        for run, is_count in zip(runs, counts, strict=True)
        if not is_count or not scored.issuperset(record.unit for record in run)
    ]


def _join_same(run: Sequence[Record]) -> list[Record]:
    """Join two records of a unit, one with its rank alone and one with its score: 前两名是甲县、乙县,甲县97分."""
    ranks = {record.unit: record.rank for record in run if record.rank is not None and record.number is None}
    scored = {record.unit for record in run if record.rank is None and record.number is not None}
    twice = scored & ranks.keys()
    joined = [record for record in run if record.unit not in twice or record.number is not None]
    for record in joined:
        record.rank = record.rank or (ranks[record.unit] if record.unit in twice else None)
    return joined


def drop_sums(run: Sequence[Record], vocabulary: Vocabulary) -> tuple[list[Record], list[Problem]]:
    """Leave out what sums up the others, 采用信息67条, and report names that do not look like their neighbours."""
    sums: Counter[str] = Counter()
    for record in run:
        sums[record.mark] += round(float(record.number or 0) * 1000)
    n_marked = Counter(record.mark for record in run)
    kept: list[Record] = []
    problems: list[Problem] = []
    known = [vocabulary.kind_of(record.unit) != "other" for record in run]
    mostly = 2 * sum(known) > len(known)
    for record, is_known in zip(run, known, strict=True):
        others = sums[record.mark] - round(float(record.number or 0) * 1000)
        is_sum = n_marked[record.mark] > FEWEST_TO_SUM and others and others == round(float(record.number or 0) * 1000)
        if is_sum and (not is_known or n_marked[record.mark] > FEWEST_TO_TOTAL):  # 局办公室共采用96分。其中,甲站20分
            severity = "warning" if is_known else "note"
            problems.append(note_problem("row_no_unit", "no_unit", record.place, severity, found=record.unit))
            continue
        is_confirmed = record.rank is not None or record.group is not None
        if not is_known and not is_confirmed:
            problems.append(
                note_problem(
                    "not_read", "unlike" if mostly else "unconfirmed", record.place, "warning", found=record.unit
                )
            )
        kept.append(record)
    return kept, problems

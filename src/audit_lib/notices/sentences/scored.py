"""Read the scores and ranks that sentences state: 甲镇97分、乙局96分; 前三名依次是甲镇、乙镇、丙镇."""

import re
from collections.abc import Iterable, Iterator, Sequence

from audit_lib.documents.model import Line
from audit_lib.notices.grids.columns import read_ordinal
from audit_lib.notices.grids.rows import Problem, ScoreRow, note_problem
from audit_lib.notices.lists.tier_heads import RANKING
from audit_lib.notices.lists.tier_lists import HEADING
from audit_lib.notices.sentences.order_forms import HINT
from audit_lib.notices.sentences.orders import read_order
from audit_lib.notices.sentences.plain_scores import FIRST_PLACE, compile_division, word_places, word_plainly
from audit_lib.notices.sentences.score_clauses import FROM_END, ORDINAL, ORDINAL_LINKS, SCORED, mark_names, read_chunks
from audit_lib.notices.sentences.score_records import NAME_END, Record, read_records
from audit_lib.notices.sentences.score_runs import drop_sums, find_gaps, join_runs
from audit_lib.notices.words.dates import NUMERAL, read_numeral
from audit_lib.notices.words.entries import (
    AND,
    ASIDE,
    CLAUSE_ENDS,
    ENUMERATOR,
    read_entries,
    split_outside,
    strip_number,
)
from audit_lib.notices.words.vocabulary import Vocabulary
from audit_lib.notices.words.word_lists import BRACKETED, LONGEST_NAME

NUMBER_OR_RANK = re.compile(rf"\d|{HINT.pattern}|{FIRST_PLACE.pattern}")
LEADS_BELOW = re.compile("(?:情况|结果)?(?:如下|为|是)?$")
UNMARKED = re.compile(r"(?<=[^\W\d])(\d{1,3}(?:\.\d+)?)(?=[、,]|$)")
ORDERED = re.compile("依次|[从由][高低好差]")
RANKED_LABEL = re.compile("[^,;。:]{1,24}:")  # 中心城区、开发区:甲区、乙区
LAST_PLACE = re.compile(rf"倒数第?(?:{NUMERAL})[名位]?:[^,;。]*")  # 倒数第3名:甲公司,得分86分
FROM_LAST = re.compile("[后末倒差低]")  # 排名后十名:甲街道、乙街道
SHARED_RANK = re.compile(  # 甲区、乙区分别位居中心城区、新城区第一: a rank in each of several groups
    "分(?:获|别(?:位居|位列|名列|获得?|居))[^,;第]{1,20}、[^,;第]{1,20}第[一1](?![、和到至])"
)
BARE = re.compile("(?:(?![我其全本各均也还])[\u4e00-\u9fff]){2,4}")  # may be a name that ends as no unit does
MEASURED = ("率", "分", "度", "量", "数", "额", "值", "成绩", "指标")  # ends of what is ranked
OTHER_POINTS = re.compile("[扣加减失]分$|(?:目标|最[高低]|预评|标准|基准)分$")
SCORED_REST = re.compile(r"\d分")
LONGEST_FOUND = 30  # characters of a text that a problem shows
PARTS = "其中"  # 甲公司,总分94分。其中,环境卫生28分
GROUP_OF_ITEMS = re.compile(r"(?P<group>[^、,;。:]{1,20}):(?=1[.、\uff0e][^\W\d])")  # 甲区:1.乙街道
MINUS = re.compile(r"[^\W\d]{2,20}[-\u2212]\d[\d.]*分")  # 甲镇-3分: a dash, or less than nothing
SIGN = re.compile("[,:;。]")
SERIAL = re.compile(r"\d{1,2}[.、]?")


def find_stated_scores(
    lines: Sequence[Line], vocabulary: Vocabulary
) -> tuple[list[tuple[ScoreRow, ...]], list[Problem]]:
    """Find runs of units with their scores or ranks in sentences, a run per paragraph or per block of such lines.

    A run has at least two units, most of them of a known kind, or ranks: 主动公开40分 is no unit's score.
    """
    problems: list[Problem] = []
    rows: list[tuple[ScoreRow, ...]] = []
    read = list(_read_lines(lines, vocabulary, problems))
    if any(record.mark == "分" and record.number for _, _, records in read for record in records):
        read = list(_drop_shares(read, problems, vocabulary))
    for run in join_runs(read, vocabulary):
        kept, found = drop_sums(run, vocabulary)
        rows.append(tuple(_make_row(record, vocabulary) for record in kept))
        problems += [*found, *find_gaps(kept)]
        if unscored := [record for record in kept if record.number is None and record.extra]:
            facts = {"columns": "、".join(unscored[0].extra)}
            problems.append(note_problem("not_read", "no_score", unscored[0].place, "warning", **facts))
        shares = [record for record in kept if record.mark == "%" and not vocabulary.is_score_word(record.label)]
        if shares:
            facts = {"heading": shares[0].label or "%"}
            problems.append(note_problem("not_read", "unknown_score", shares[0].place, "warning", **facts))
    return rows, problems


def _drop_shares(
    read: Iterable[tuple[int, Line, list[Record]]], problems: list[Problem], vocabulary: Vocabulary
) -> Iterator[tuple[int, Line, list[Record]]]:
    """Yield lines without the shares beside scores in points, which are reported: 不合格率高的是甲镇(32.14%)."""
    for at, line, records in read:
        shares = [record for record in records if record.mark == "%" and vocabulary.names_unit(record.unit)]
        kept = [record for record in records if record.mark != "%"]
        if shares:
            beside = f"{shares[0].unit} {shares[0].number}%"
            problems.append(note_problem("not_read", "beside", line.place, "warning", found=beside))
        if kept:
            yield at, line, kept


def _read_lines(
    lines: Sequence[Line], vocabulary: Vocabulary, problems: list[Problem]
) -> Iterator[tuple[int, Line, list[Record]]]:
    """Yield the lines with records, each with its place among all; below the heading of a ranking, items have ranks."""
    is_ranking = is_headed = False
    ranking_level: str | None = None  # of the heading of a ranking
    n_listed: int | None = None  # as that heading states
    place: int | None = None  # of the next line below 排名依次为
    for at, line in enumerate(lines):
        numbered = ENUMERATOR.match(line.aligned)
        is_heading, n_ranked = _heads_ranking(line, vocabulary)
        is_item = numbered is not None or RANKED_LABEL.match(line.aligned) is not None
        level = HEADING.match(line.key)
        is_beside = level is not None and level.lastgroup == ranking_level  # the next heading: 二、 after 一、
        is_ranking = is_heading or (is_ranking and not is_beside and is_item)
        ranking_level = (level and level.lastgroup) if is_heading else ranking_level
        records = _read_line(line, vocabulary, problems, is_ranking=is_ranking)
        records = records or (_rank_listed(line, n_listed, vocabulary) if is_headed else [])
        if SERIAL.fullmatch(line.key):
            continue
        is_headed, n_listed = is_heading, n_ranked
        if is_heading:
            place = 1 if ORDERED.search(line.aligned) else None
        elif place and len(records) == 1 and records[0].rank is None and numbered is None:
            records[0].rank, place = place, place + 1
        else:
            place = None
        if records:
            yield at, line, records


def _read_line(
    line: Line, vocabulary: Vocabulary, problems: list[Problem], *, is_ranking: bool = False
) -> list[Record]:
    """Read the records of a line; with `is_ranking` the numbers of its items are ranks: 1.甲镇95分;2.乙镇94分."""
    is_group = is_ranking and RANKED_LABEL.match(line.aligned) is not None
    if not is_group and not NUMBER_OR_RANK.search(line.aligned):
        return []
    group: str | None = None
    scored: list[Record] = []
    text = ASIDE.sub("", line.aligned) if "(" in line.aligned else line.aligned
    text = vocabulary.cached(compile_division).sub("", text if is_ranking else strip_number(text))
    text = mark_names(word_plainly(text), vocabulary)
    for above in text.split(NAME_END)[:-1]:
        found = re.split("[;。]", above)[-1]
        if not vocabulary.names_unit(found):
            problems.append(note_problem("not_read", "unconfirmed", line.place, "warning", found=found))
    if is_ranking and (grouped := GROUP_OF_ITEMS.match(text)):
        group, text = grouped["group"], text[grouped.end() :]
    for printed, _ in split_outside(text, CLAUSE_ENDS):
        label, colon, rest = printed.partition(":")
        is_rank = bool(colon) and vocabulary.meaning_of(label) == "rank"
        is_ranking = is_ranking or is_rank
        bare = LEADS_BELOW.sub("", label)
        if colon and OTHER_POINTS.search(bare) and not vocabulary.is_score_word(bare) and SCORED_REST.search(rest):
            problems.append(note_problem("not_read", "beside", line.place, "warning", found=printed[:LONGEST_FOUND]))
            continue  # 扣分情况:甲镇2分
        if colon and vocabulary.is_score_word(bare):
            rest = UNMARKED.sub(r"\1分", rest)
        item = rest if is_rank else printed
        clause = strip_number(item if item is rest else label + colon + rest).removesuffix(".")
        clause = word_places(clause)
        if unclear := SHARED_RANK.search(clause) or MINUS.search(clause):
            problems.append(note_problem("not_read", "beside", line.place, "warning", found=unclear[0]))
            continue
        chunks = read_chunks(clause, vocabulary)
        for chunk in chunks[:1]:
            if chunk.sign == ":" and vocabulary.is_label(chunk.text):
                group, chunks = chunk.text, chunks[1:]
        records = list(read_order(clause, line, vocabulary, problems))
        records = records or read_records(chunks, line.place, group, vocabulary)
        number = ENUMERATOR.match(item) if is_ranking else None
        if is_ranking and colon and not (number or records or FROM_LAST.search(label)):
            records = _rank_item(clause, None, line.place, vocabulary)
        elif number and not records:
            records = _rank_item(clause, read_ordinal(number[0].strip("(.、)")), line.place, vocabulary)
        if scored and clause.startswith(PARTS) and not any(vocabulary.names_unit(each.unit) for each in records):
            scored[-1].extra |= {each.unit: each.number for each in records if each.number}
            continue
        if len(records) > 1 and ORDERED.search(clause):
            records[0].begins = True
        if len(records) == 1:
            records[0].is_alone = True
            records[0].rank = records[0].rank or (number and read_ordinal(number[0].strip("(.、)")))
        scored += records
    scored += _rank_bare(text, scored, line.place, vocabulary)
    if scored and (last := LAST_PLACE.search(text)):
        problems.append(note_problem("not_read", "from_end", line.place, "warning", found=last[0], n=1))
    return scored


def _rank_bare(text: str, read: Sequence[Record], place: str, vocabulary: Vocabulary) -> list[Record]:
    """Read bare names each with its rank, beside ranks that are read: 甲县排名第一,乙县、丙县分列第二和第三.

    Units that are read before and share a rank get it: 其中乙县和丙县并列第二.
    """
    known = {record.unit: record for record in read if record.rank is not None}
    found: dict[str, Record] = {}
    for piece, _ in split_outside(text, f",{CLAUSE_ENDS}") if known else ():
        placed = ORDINAL.fullmatch(piece)
        rank = read_numeral(placed["rank"]) if placed and not FROM_END.search(placed["text"]) else None
        listed = ORDINAL_LINKS.sub("", placed["text"]).removeprefix("其中") if placed and rank else ""
        names = [name for each, _ in split_outside(listed, "、") for name in (AND.split(each) if listed else [])]
        if len(names) > 1 and known.keys() >= set(names):
            for name in names if min(known[name].rank or 0 for name in names) == rank else ():
                known[name].rank = rank
        elif all(map(BARE.fullmatch, names)) and known.keys().isdisjoint(names):
            found |= {
                name: Record(name, None, "分", rank, None, place) for name in names if _may_rank(name, vocabulary)
            }
    return list(found.values())


def _may_rank(name: str, vocabulary: Vocabulary) -> bool:
    """Check whether a word before its rank may be a unit, and not what is ranked: 沈丘, but not 满意度."""
    return vocabulary.meaning_of(name) is None and not name.endswith((*vocabulary.matter, *MEASURED))


def _heads_ranking(line: Line, vocabulary: Vocabulary) -> tuple[bool, int | None]:
    """Check whether a line leads to items in the order of their ranks, and how many: 考核排名情况; 县区榜前八(依次)."""
    text = strip_number(line.aligned)
    last = re.split("[,。;]", text.rstrip(":"))[-1]
    is_lead = text.endswith(":") or len(text) <= LONGEST_NAME
    heading = RANKING.search(last) if is_lead else None
    is_heading = heading is not None or (is_lead and vocabulary.meaning_of(last) == "rank")
    return is_heading, read_numeral(heading["n"]) if heading and heading["n"] else None


def _rank_item(clause: str, rank: int | None, place: str, vocabulary: Vocabulary) -> list[Record]:
    """Read an item of a ranking: the units with its rank, or units in their order after a label: 1.市:甲市、乙市."""
    label, colon, listed = clause.partition(":")
    entries, rest = read_entries(listed if colon else clause, vocabulary)
    if rest or (rank is None and len(entries) < 2) or not all(vocabulary.names_unit(entry.unit) for entry in entries):
        return []
    ranks = range(1, len(entries) + 1) if colon else [rank] * len(entries)
    group = label if colon else None
    return [Record(e.unit, None, "分", n, group, place, begins=n == 1) for e, n in zip(entries, ranks, strict=True)]


def _rank_listed(line: Line, n_stated: int | None, vocabulary: Vocabulary) -> list[Record]:
    """Read the units of a line just below the heading of a ranking, in their order: 甲区、乙区。(从高到低依次).

    Their kinds, or their number as stated, tell that they are units.
    """
    listed = BRACKETED.sub("", line.aligned).rstrip("。") if ORDERED.search(line.aligned) else line.aligned
    entries, rest = read_entries(listed.rstrip("。;"), vocabulary)
    known = sum(vocabulary.names_unit(entry.unit) for entry in entries)
    is_known = 2 * known > len(entries) or len(entries) == n_stated
    if rest or len(entries) < 2 or not is_known or SIGN.search(listed.rstrip("。;")):
        return []
    return [Record(each.unit, None, "分", at, None, line.place, begins=at == 1) for at, each in enumerate(entries, 1)]


def _make_row(record: Record, vocabulary: Vocabulary) -> ScoreRow:
    is_score = record.mark in SCORED
    score = float(record.number) if is_score and record.number else None
    extra = dict(record.extra) if is_score else {record.mark: str(record.number)}
    graded = vocabulary.tier_heading.fullmatch(extra.get("()", ""))  # 甲区(93.5分)(优秀等次)
    tier = vocabulary.name_tier(graded["tier"]) if graded else None
    if graded:
        del extra["()"]
    return ScoreRow(record.unit, score, record.rank, None, tier, record.group, record.place, extra)

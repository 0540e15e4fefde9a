"""Propose what the scores of a new notice measure: from its title and text, its ranks, and the place's notice before.

What neither says stays missing. Each fact comes with its evidence; a person's options overrule all of it.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pandas as pd

from audit_lib.documents.model import Document, squeeze
from audit_lib.errors import AuditError, unusable
from audit_lib.notices.notice import Notice, parse_notice
from audit_lib.notices.score_tables import ScoreTable
from audit_lib.notices.words.printed_periods import BEGIN
from audit_lib.periods import order_of
from audit_lib.sources import Source
from audit_lib.tables.measures import read_measure

COPIED = ("subject", "score_name", "score_column", "better", "scale_min", "scale_max", "rubric_id")
TWINS = ("subject_zh", "score_name_zh")

FULL_MARK = re.compile(r"(?:满分|总分值?)(?:均?为|是|以|按|:)?(\d{2,4}(?:\.\d+)?)分|(百分)制|(千分)制")
IN_HEADING = re.compile(r"\((?:满分|总分)?(\d{2,4}(?:\.\d+)?)分?\)")
LOWER = re.compile(
    r"(?:得分|分数?|分值|指数|数值|值)[^,。;、]{0,6}?(?:由低到高|从低到高|越低越好|越小越好|越[低小少][^,。;]{0,8}?越[好优高])"
)
HIGHER = re.compile(
    r"(?:得分|分数?|分值|指数|数值|值)[^,。;、]{0,6}?(?:由高到低|从高到低|越高越好|越大越好|越[高大多][^,。;]{0,8}?越[好优高])"
)
SOME_OF = re.compile(r"(?:前|后|末|倒数)[^,。;]{0,3}?\d{1,3}[名位个]")
OUT_OF = re.compile(r"(\d{2,4})个(?:城市|县|区|镇|街道|单位|部门|地区|网站)")

# A formal title: <issuer>关于<what>的通报. What remains of <what> without these is what was inspected.
ISSUER = re.compile(r"^.{2,40}?关于(?:对|印发|公布|发布)?")
ENDING = re.compile(
    r"(?:的?(?:通[报報知告]|公[告示]|报告)|有关|主要|工作|活动|综合|专项|目标责任(?:制)?"
    r"|检查|督查|抽查|巡查|暗访|明查|考核|考评|考评价|评估|测评|评价|评分|评比|打分|得分|成绩"
    r"|情况|结果|排名|排行|名次|通报)+(?:\(.*\))?$"
)
YEAR = r"(?:\d{4}|[一二三四五六七八九〇○零O]{4})"
NUMBER = r"[\d一二三四五六七八九十]+"
PERIOD = re.compile(
    rf"{YEAR}(?:年?[-—~至]{YEAR})?年度?|第?{NUMBER}(?:月份?)?(?:[-—~至、和及]第?{NUMBER})?(?:月份?|季度|周|轮|次|批|期)"
    rf"|[上下]半年|前{NUMBER}个?(?:月|季度)"
)
LEVELS = "省|自治区|自治州|州(?![市区县镇])|市|县|区|镇|乡|街道"
PLACES = re.compile(rf"^(?:[^城]{{1,7}}?(?:{LEVELS})){{1,2}}(?=.{{2}})")  # of what stands before the year
OWN = re.compile(rf"^[全我本](?:{LEVELS})(?:直)?")


@dataclass(frozen=True)
class Proposal:
    """Facts for the columns of notices.csv, and the evidence of each in words."""

    facts: Mapping[str, Any]
    evidence: Mapping[str, str]

    @property
    def words(self) -> str | None:
        return "; ".join(f"{name}: {why}" for name, why in self.evidence.items()) or None


def parse_measured(
    document: Document,
    parsed: Notice | None,
    records: pd.DataFrame,
    record: pd.Series | None,
    source: Source,
    given: Mapping[str, Any],
) -> tuple[Notice, Proposal]:
    """Parse a notice, with the column of the scores that is recorded, given, or was recorded of the notice before.

    `parsed` is the notice without a column, where it has been parsed.
    """
    if record is not None:
        return parse_notice(document, read_measure(record).score_column), Proposal({}, {})
    asked = given.get("score_column")
    notice = _parse_column(document, asked) if asked else parsed or parse_notice(document)
    before = _find_before(records, source, given.get("title") or notice.header.title)
    if before is not None and not asked and (column := read_measure(before).score_column):
        if again := _try_column(document, column):
            return again, _propose(again, before, given)
        before = before.drop("score_column")  # the heading is another one now
    return notice, _propose(notice, before, given)


def _parse_column(document: Document, heading: str) -> Notice:
    """Parse a notice with the column of the scores that a person named."""
    if notice := _try_column(document, heading):
        return notice
    columns = "、".join(column for table in parse_notice(document).tables for column in table.columns)
    expected = f"a heading over numbers, one of {columns}" if columns else "none, as no table has headings"
    raise unusable("--score-column", repr(heading), expected)


def _try_column(document: Document, heading: str) -> Notice | None:
    """Parse a notice with the column of this heading; None where no scores are read from it."""
    with suppress(AuditError):
        notice = parse_notice(document, heading)
        tables = [table for table in notice.tables if squeeze(table.score_column or "") == squeeze(heading)]
        if any(row.score is not None for table in tables for row in table.rows):
            return notice
    return None


def _propose(notice: Notice, before: pd.Series | None, given: Mapping[str, Any]) -> Proposal:
    """Propose what a notice measures: what is given, else what it says, else what the notice before it recorded."""
    facts: dict[str, Any] = {}
    evidence: dict[str, str] = {}
    recorded = {} if before is None else before.dropna().to_dict()
    by_hand = [(name, given[name], "given to add") for name in (*COPIED, "n_ranked") if given.get(name) is not None]
    copied = [(name, recorded[name], f"as in {recorded['notice_id']}") for name in COPIED if name in recorded]
    for name, value, why in (*by_hand, *_read_notice(notice), *copied):
        if name not in facts:
            facts[name], evidence[name] = value, why
    for twin in TWINS:
        if twin in recorded and evidence.get(twin[:-3], "").startswith("as in"):
            facts[twin] = recorded[twin]
    return Proposal(facts, evidence)


def _read_notice(notice: Notice) -> Iterator[tuple[str, Any, str]]:
    if subject := read_subject(notice.header.title):
        yield "subject", subject, "title"
    if mark := _find_full_mark(notice):
        yield "scale_min", 0.0, "the full mark counts from 0"
        yield "scale_max", *mark
    if direction := _find_direction(notice):
        yield "better", *direction
    if number := _find_n_ranked(notice):
        yield "n_ranked", *number


def read_subject(title: str | None) -> str | None:
    """Read what was inspected from a title; None where nothing is left that says it.

    >>> read_subject("雷州市人民政府办公室关于2017年雷州市政务公开工作检查情况的通报")
    '政务公开'
    >>> read_subject("2021年6月份环境卫生考评情况通报"), read_subject("关于2021年上半年全市城市管理综合评价结果的通报")
    ('环境卫生', '城市管理')
    >>> read_subject("检查情况的通报")
    """
    words = squeeze(title or "")
    issuer = found[0] if (found := ISSUER.match(words)) else ""
    words = ENDING.sub("", re.sub(r"\([^()]*\)$", "", words.removeprefix(issuer).removeprefix("关于")))
    year = BEGIN.search(words)
    head, rest = (words[: year.start()], words[year.start() :]) if year else ("", words)
    rest = OWN.sub("", _strip_issuer(PERIOD.sub("", rest), issuer))
    words = (PLACES.sub("", f"{head}  ").strip() + rest).strip("的及和与、,:-—~()")
    return words if 2 <= len(words) <= 30 else None


def _strip_issuer(words: str, issuer: str) -> str:
    """Remove the place from the issuer: 雷州市 of 雷州市人民政府办公室."""
    n_shared = next((n for n, (one, two) in enumerate(zip(words, issuer, strict=False)) if one != two), len(issuer))
    place = re.match(rf".+(?:{LEVELS})", words[:n_shared])
    return words[place.end() :] if place else words


def _find_full_mark(notice: Notice) -> tuple[float, str] | None:
    """Find the full mark: in the headings of the scores, else in the text; None where several are stated."""
    stated: dict[float, str] = {}
    for table in notice.tables:
        marked = [(heading, mark) for heading in map(squeeze, table.columns) if (mark := IN_HEADING.search(heading))]
        if len(marked) == 1:
            [(heading, mark)] = marked
            stated.setdefault(float(mark[1]), f"heading {heading}")
    if stated:
        return next(iter(stated.items())) if len(stated) == 1 else None
    for line in notice.document.lines:
        for stated_mark in FULL_MARK.finditer(line.key):
            full = 100.0 if stated_mark[2] else 1000.0 if stated_mark[3] else float(stated_mark[1])
            stated.setdefault(full, f"{stated_mark[0]}, {line.place}")
    return next(iter(stated.items())) if len(stated) == 1 else None


def _find_direction(notice: Notice) -> tuple[str, str] | None:
    """Find which scores are better: by the printed ranks, else by the words; None where they disagree."""
    by_ranks = {found for table in notice.tables if (found := _read_ranks(table))}
    by_words: dict[str, str] = {}
    for line in notice.document.lines:
        for better, pattern in (("lower", LOWER), ("higher", HIGHER)):
            if match := pattern.search(line.key):
                by_words.setdefault(better, f"{match[0]}, {line.place}")
    if len(by_ranks) == 1:
        [better] = by_ranks
        return better, f"rank 1 has the {'lowest' if better == 'lower' else 'highest'} score"
    return next(iter(by_words.items())) if not by_ranks and len(by_words) == 1 else None


def _read_ranks(table: ScoreTable) -> str | None:
    """Read a direction from printed ranks that all follow the scores."""
    pairs = sorted((row.rank, row.score) for row in table.rows if row.rank is not None and row.score is not None)
    if len({score for _, score in pairs}) < 3 or len({rank for rank, _ in pairs}) < 3:
        return None
    scores = [score for _, score in pairs]
    if scores == sorted(scores):
        return "lower"
    by_rank = sorted(pairs, key=lambda pair: (pair[0], -pair[1]))
    return "higher" if [score for _, score in by_rank] == sorted(scores, reverse=True) else None


def _find_n_ranked(notice: Notice) -> tuple[int, str] | None:
    """Find how many were ranked, in a sentence that says that only the first or last are shown."""
    shown = max((len(table.rows) for table in notice.tables), default=0)
    for line in notice.document.lines:
        if SOME_OF.search(line.key):
            for found in OUT_OF.finditer(line.key):
                if int(found[1]) > shown:
                    return int(found[1]), f"{found[0]}, {line.place}"
    return None


def _find_before(records: pd.DataFrame, source: Source, title: str | None) -> pd.Series | None:
    """Find the record of the place's notice before this one with the same heading, but for its period."""
    heading = read_heading(title or "")
    ours = records[(records["jurisdiction"] == source.jurisdiction) & (records["period"] != source.period)]
    same = ours[ours["title"].fillna("").map(read_heading) == heading]
    if same.empty or not heading:
        return None
    ordered = sorted(same.index, key=lambda index: order_of(str(same.at[index, "period"])))
    earlier = [index for index in ordered if order_of(str(same.at[index, "period"])) < order_of(source.period)]
    return same.loc[earlier[-1] if earlier else ordered[0]]


def read_heading(title: str) -> str:
    """Return a title without what names its period.

    >>> read_heading("甲市2017年4月环境卫生检查通报") == read_heading("甲市2017年第二季度环境卫生检查通报")
    True
    """
    return PERIOD.sub("", squeeze(title)) if BEGIN.search(squeeze(title)) else squeeze(title)

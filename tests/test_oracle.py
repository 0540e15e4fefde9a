"""The numbers of the reports of Leizhou and of the trend reports, computed once more from the raw files.

The oracle is independent: it reads the raw files itself, and computes with SciPy, statsmodels, brute force or a
definition written out. Nothing of the library's analysis is imported but to be tested. What the oracle computes is compared with what cells of
the notebooks show in Chinese, where every number is in digits. `pytest -s` prints a table of statistics, how often each
was compared and the largest difference found; TOLERANCES states what rounding allows.
"""

import csv
import html
import importlib
import itertools
import math
import random
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cache, partial
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from audit_lib.analysis import cuts, distribution, groups

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
RAW = ROOT / "data" / "raw"
TIERS = ("优秀", "良好", "一般")
ALIASES = {"市食品药品监督管理局": "食药监局", "市海洋与渔业局": "海洋渔业局"}
PERIOD = re.compile(r"\d{4}年(?:\d+月)?")
NUMBER = re.compile(r"(?<![\d.])[−+]?\d[\d,]*(?:\.\d+)?")
TOLERANCES = {
    **dict.fromkeys(("name", "count", "place", "score", "days", "rows"), 0.0),
    **dict.fromkeys(("mean", "median", "quartile", "sd", "fence", "difference", "change"), 0.005),
    **dict.fromkeys(("mean in a sentence", "difference in a sentence", "mean place", "share in percent"), 0.05),
    "p": 0.00005,
}

Cell = tuple[str, Any]
Row = dict[str, Cell]


@dataclass(frozen=True)
class Claim:
    """A number as a report prints it, and as the oracle computes it."""

    statistic: str
    where: str
    printed: str
    exact: Any

    @property
    def difference(self) -> float:
        if isinstance(self.exact, str):
            return float(self.printed != self.exact) and math.inf
        found = read_number(self.printed)
        return math.inf if found is None else abs(found - float(self.exact))

    @property
    def is_wrong(self) -> bool:
        return self.difference > TOLERANCES[self.statistic] + 1e-9


def read_number(text: str) -> float | None:
    match = re.fullmatch(r"[−+]?[\d,]+(?:\.\d+)?", text)
    return float(text.replace("−", "-").replace(",", "")) if match else None


def count(value: float) -> Cell:
    return "count", value


def score(value: float | None) -> Cell:
    return ("name", "–") if value is None else ("score", value)


def named(text: object) -> Cell:
    return "name", str(text)


# --- What the reports show --------------------------------------------------------------------------------

Shown = dict[str, Any]


def read_table(value: Any) -> list[dict[str, str]]:
    """Read a table as its reader does: a cell under a heading."""
    page = value._repr_html_()

    def cells(row: str) -> list[str]:
        return [html.unescape(re.sub("<[^>]+>", "", cell)) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]

    head = [each.rstrip("*") for each in cells(page[page.index("<thead>") : page.index("</thead>")])]  # *: see the note
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", page[page.index("<tbody>") :], re.DOTALL)
    return [dict(zip(head, cells(row), strict=True)) for row in rows]


def claim_table(where: str, value: Any, expected: Sequence[Row]) -> Iterator[Claim]:
    found = value if isinstance(value, list) else read_table(value)
    yield Claim("rows", where, str(len(found)), len(expected))
    for number, (row, wanted) in enumerate(zip(found, expected, strict=False), start=1):
        for heading, (statistic, exact) in wanted.items():
            yield Claim(statistic, f"{where}, row {number}, {heading}", row.get(heading, "no such column"), exact)


def claim_numbers(where: str, value: Any, expected: Sequence[Cell]) -> Iterator[Claim]:
    """Compare the numbers of a sentence, a chart's title or its alternative text, in their order, dates left out."""
    text = PERIOD.sub("", repr(value))
    found = NUMBER.findall(text)
    yield Claim("rows", f"{where}, numbers", str(len(found)), len(expected))
    for printed, (statistic, exact) in zip(found, expected, strict=False):
        yield Claim(statistic, f"{where}: {text}", printed, exact)


@pytest.fixture(scope="module")
def show(run_cells) -> Callable[..., Shown]:
    """Run a notebook in Chinese, once unless it is `again`; returns what each of its cells shows, by the cell's id."""
    kept: dict[tuple[str, str], Shown] = {}

    def run(stem: str, jurisdiction: str, period: str, *, again: bool = False) -> Shown:
        if (stem, jurisdiction) in kept and not again:
            return kept[stem, jurisdiction]
        path = ROOT / "notebooks" / f"{stem}.ipynb"
        ids = [cell.id for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AUDIT_DATA", str(ROOT / "data"))
            shown = run_cells(path, jurisdiction=jurisdiction, period=period, language="zh")
        found = dict(zip(ids, shown, strict=True))
        return found if again else kept.setdefault((stem, jurisdiction), found)

    return run


# --- The oracle: Leizhou 2017 -----------------------------------------------------------------------------


@dataclass
class Leizhou:
    """The notice as the oracle reads it."""

    units: pd.DataFrame  # unit, serial, score, line, tier, tier_line, side, rank
    lists: dict[str, list[str]]
    list_lines: dict[str, int]
    how: dict[str, str]
    examples: list[tuple[str, bool, str, int]] = field(default_factory=list)  # unit, is praised, item, line


def read_leizhou() -> Leizhou:
    text = (RAW / "leizhou" / "2017.txt").read_text(encoding="utf-8").split("\n")
    lines = {number: re.sub(r"[\s\u00a0]", "", line) for number, line in enumerate(text, start=1)}
    start = max(number for number, line in lines.items() if line == "评分")
    cells = [(number, line) for number, line in lines.items() if number > start and line]
    rows = [
        (int(serial), unit, float(points), number)
        for (_, serial), (number, unit), (_, points) in zip(cells[::3], cells[1::3], cells[2::3], strict=True)
    ]
    units = pd.DataFrame(rows, columns=["serial", "unit", "score", "line"])
    tabled, tier, how, lists, list_lines = set(units["unit"]), {}, {}, {}, {}
    for number, line in lines.items():
        if heading := re.fullmatch(r"\([一二三]\)(优秀|良好|一般)单位\(\d+个\)", line):
            at = next(later for later in itertools.count(number + 1) if lines[later])
            lists[heading[1]], list_lines[heading[1]] = lines[at].rstrip("。").split("、"), at
            for name in lists[heading[1]]:
                way = "same" if name in tabled else "prefix" if name[1:] in tabled else "alias"
                way = way if way != "alias" or name in ALIASES else "list only"
                unit = {"prefix": name[1:], "alias": ALIASES.get(name, "")}.get(way, name)
                tier[unit], how[unit] = heading[1], way
    units["tier"] = units["unit"].map(tier)
    units["side"] = np.where(units["unit"].str.endswith(("镇", "街道")), "镇街", "部门")
    units["rank"] = [1 + sum(other > points for other in units["score"]) for points in units["score"]]
    notice = Leizhou(units, lists, list_lines, how)
    section, item = "", ""
    names = sorted([*ALIASES.items(), *((unit, unit) for unit in tabled)], key=lambda pair: (-len(pair[0]), pair))
    for number, line in lines.items():
        if number >= min(list_lines.values()) - 4:
            break
        section = found[1] if (found := re.match(r"([一二三四])、", line)) else section
        item = found[1] if (found := re.match(r"([一二三四五六七八九])是", line)) else item
        rest = line
        for name, unit in names:
            if section in "一二" and section and name in rest:
                rest = rest.replace(name, "□")
                notice.examples.append((unit, section == "一", item, number))
    return notice


@cache
def permute(x: tuple[float, ...], y: tuple[float, ...]) -> Fraction:
    """Count the relabellings with as large a gap of means, by the sum of their half-points."""
    halves, k = [round(2 * points) for points in (*x, *y)], len(x)
    ways: list[Counter[int]] = [Counter({0: 1}), *(Counter() for _ in range(k))]
    for half in halves:
        for size in range(k, 0, -1):
            for total, n in list(ways[size - 1].items()):
                ways[size][total + half] += n

    def gap(total: int) -> Fraction:
        return abs(Fraction(total, k) - Fraction(sum(halves) - total, len(y)))

    observed = gap(sum(halves[:k]))
    return Fraction(sum(n for total, n in ways[k].items() if gap(total) >= observed), ways[k].total())


def compare_groups(x: pd.Series, y: pd.Series) -> list[Cell]:
    """Compute what the sentence on two groups says: gap, deals, p, pairs won and lost (from U, which counts ties)."""
    p, wins = float(permute(tuple(x), tuple(y))), int(np.greater.outer(x.to_numpy(), y.to_numpy()).sum())
    ties = 2 * (float(stats.mannwhitneyu(x, y).statistic) - wins)
    of = 100 if p >= 0.095 else 1000
    total = len(x) + len(y)
    return [
        ("difference", x.mean() - y.mean()),
        *map(count, (total, len(x), len(y), of, round(of * p))),
        ("p", p),
        *map(count, (len(x) * len(y), wins, len(x) * len(y) - wins - ties)),
    ]


def expect_leizhou(of: Leizhou, show: Callable[..., Shown]) -> Iterator[Claim]:
    units, points = of.units, of.units["score"]
    rated = units.dropna(subset=["tier"])
    towns, bureaus = (points[units["side"] == side] for side in ("镇街", "部门"))
    n_listed = sum(map(len, of.lists.values()))
    ties = points.map(points.value_counts())
    low, high = np.quantile(points, [0.25, 0.75], method="linear")
    fences = low - 1.5 * stats.iqr(points), high + 1.5 * stats.iqr(points)
    criticised = list(dict.fromkeys(unit for unit, is_praised, *_ in of.examples if not is_praised))
    praised = list(dict.fromkeys(unit for unit, is_praised, *_ in of.examples if is_praised))
    bad, rest = points[units["unit"].isin(criticised)], points[~units["unit"].isin(criticised)]
    by_cut = rated["score"].map(lambda each: TIERS[0] if each >= 90 else TIERS[1] if each >= 80 else TIERS[2])
    exceptions = rated[by_cut != rated["tier"]].sort_values(["score", "serial"], ascending=[False, True])
    last = units["tier"] == TIERS[2]
    silent = units[last & ~units["unit"].isin([*criticised, *praised])]
    tier_of = dict(zip(units["unit"], units["tier"], strict=True))
    score_of = dict(zip(units["unit"], points, strict=True))

    def where(stem: str, cell: str) -> str:
        return f"leizhou 2017 {stem} {cell}"

    stem = "00_year_card"
    shown = show(stem, "leizhou", "2017")
    figures = [len(units) + 1, len(units), n_listed, 2, points.min(), points.median(), points.max(), (ties > 1).sum()]
    values = [count(each) for each in [*figures, len(exceptions)]]
    values += [("mean", towns.mean()), ("mean", bureaus.mean())]
    values += [count(each) for each in (len(criticised), len(praised), len(silent), 6)]
    yield from claim_table(where(stem, "numbers"), shown["numbers"], [*({"数值": each} for each in values), {}])
    scores_seen = [count(len(units)), score(points.min()), score(points.max())]
    yield from claim_numbers(where(stem, "headline"), shown["headline"], scores_seen)
    best, top = rated[rated["tier"] == TIERS[0]], int((points >= 90).sum())
    means = [("mean in a sentence", towns.mean()), ("mean in a sentence", bureaus.mean())]
    bullets = [score(90), count(top), count(top - len(best)), *means, score(towns.max())]
    tiers = Counter(tier_of[unit] for unit in criticised)
    bullets += [count(len(criticised)), count(tiers[TIERS[1]]), score(bad.max())]
    yield from claim_numbers(where(stem, "bullets"), shown["bullets"], bullets)
    reach = [
        cell
        for tier in (*TIERS, None)
        for own in [points[units["tier"].isna() if tier is None else units["tier"] == tier]]
        for cell in (count(len(own)), *(score(each) for each in sorted({own.min(), own.max()})))
    ]
    yield from claim_numbers(where(stem, "picture"), shown["picture"], [*map(count, (56, 40, 56)), *reach])

    stem = "01_source"
    shown = show(stem, "leizhou", "2017")
    counts = [(tier, len(of.lists[tier]), len(of.lists[tier]), of.list_lines[tier]) for tier in TIERS]
    rows = [{"部分": named(a), "写明": count(b), "实有": count(c), "行": count(d)} for a, b, c, d in counts]
    rows += [{"写明": count(56), "实有": count(n_listed)}, {"实有": count(len(units)), "行": count(units["line"][0])}]
    yield from claim_table(where(stem, "counts"), shown["counts"], rows)
    ways = Counter(of.how.values())
    rows = [{"单位数": count(ways[way])} for way in ("same", "prefix", "alias")] + [{"单位数": count(1)}] * 2
    yield from claim_table(where(stem, "names"), shown["names"], rows)
    unrated = units[units["tier"].isna()].iloc[0]
    [unscored] = [unit for unit, way in of.how.items() if way == "list only"]
    rows = [
        {"单位": named(unrated["unit"]), "得分": score(unrated["score"]), "得分表行": count(unrated["line"])},
        {"单位": named(unscored), "档次": named(TIERS[1]), "名单行": count(of.list_lines[TIERS[1]])},
    ]
    yield from claim_table(where(stem, "apart"), shown["apart"], rows)
    register = read_table(shown["register"])
    _, printed, *_ = NUMBER.findall(repr(shown["bullets"]).splitlines()[-1])
    yield Claim("count", where(stem, "checks"), printed, len(register))
    texts = " ".join(row["发现情况"] for row in register)
    yield Claim(
        "count", where(stem, "序号"), str(int("32" in texts)), int((units["serial"] != units["rank"]).sum() == 32)
    )

    stem = "02_distribution"
    shown = show(stem, "leizhou", "2017")
    inside = points[(points >= low) & (points <= high)]
    middle = [score(inside.min()), score(inside.max())]
    yield from claim_numbers(where(stem, "headline"), shown["headline"], middle)
    outliers = units[(points < fences[0]) | (points > fences[1])]
    bullets = [*scores_seen[1:], ("median", points.median())]
    bullets += [count(len(units)), count((ties > 1).sum()), *(score(each) for each in outliers["score"])]
    yield from claim_numbers(where(stem, "bullets"), shown["bullets"], bullets)
    rows = []
    for points_at, group in units.groupby("score"):
        first, n = int(group["rank"].iloc[0]), len(group)
        places = named(f"{first}～{first + n - 1}" if n > 1 else first)
        row = {"得分": score(points_at), "名次": ("place", first), "所占名次": places, "单位数": count(n)}
        rows.insert(0, {**row, "具体单位": named("、".join(group["unit"]))})
    yield from claim_table(where(stem, "ranking"), shown["ranking"], rows)
    summary = [("count", 56), ("mean", points.mean()), ("sd", points.std(ddof=1)), ("median", points.median())]
    summary += [("quartile", low), ("quartile", high), *scores_seen[1:]]
    yield from claim_table(where(stem, "spread"), shown["spread"], [{"数值": each} for each in summary])
    printed = {row["单位"]: row for row in shown["chart"].data.to_dict("records")}
    for row in units.itertuples():
        yield Claim("score", where(stem, "chart"), printed[row.unit]["得分"], row.score)
        yield Claim("name", where(stem, "chart"), printed[row.unit]["档次"], "" if pd.isna(row.tier) else row.tier)

    stem = "03_tiers"
    shown = show(stem, "leizhou", "2017")
    rows = [{"单位": named(row.unit), "得分": score(row.score)} for row in exceptions.itertuples()]
    yield from claim_table(where(stem, "exceptions"), shown["exceptions"], rows)
    rows = []
    for tier in (*TIERS, None):
        own = units[units["tier"].isna() if tier is None else units["tier"] == tier]
        row = {"列名数": count(len(of.lists[tier]) if tier else 1), "有得分数": count(len(own))}
        row |= {"最低": score(own["score"].min()), "中位数": ("median", own["score"].median())}
        row |= {"最高": score(own["score"].max()), "镇街": count((own["side"] == "镇街").sum())}
        rows.append({"档次": named(tier or "未评"), **row})
    yield from claim_table(where(stem, "tiers"), shown["tiers"], rows)
    rows = [
        {"按分数线": named(mine), **{t: count(((by_cut == mine) & (rated["tier"] == t)).sum()) for t in TIERS}}
        for mine in TIERS
    ]
    yield from claim_table(where(stem, "crosstab"), shown["crosstab"], rows)
    rows = []
    for better, worse in itertools.pairwise(TIERS):
        bottom = rated.loc[rated["tier"] == better, "score"].min()
        ceiling = rated.loc[rated["tier"] == worse, "score"].max()
        zone = rated[rated["tier"].isin([better, worse]) & rated["score"].between(bottom, ceiling)]
        row = {"下限": score(min(bottom, ceiling)), "上限": score(max(bottom, ceiling))}
        rows.append({**row, "重叠": named("是" if ceiling >= bottom else "否"), "其间单位数": count(len(zone))})
    yield from claim_table(where(stem, "cuts"), shown["cuts"], rows)
    agreeing = {
        (high, low): sum(
            rated["tier"] == rated["score"].map(lambda each, h=high, w=low: TIERS[(each < h) + (each < w)])
        )
        for high, low in itertools.product(sorted({*points, 80.0, 90.0}), repeat=2)
        if low < high
    }
    fitting = [pair for pair, n in agreeing.items() if n == max(agreeing.values())]
    high, low_cut = min(fitting, key=lambda pair: abs(pair[0] - 90) + abs(pair[1] - 80))
    more = max(agreeing.values()) - agreeing[90, 80]
    best_cuts = [score(high), score(low_cut), *map(count, (55, max(agreeing.values()), 90, 80, more))]
    yield from claim_numbers(where(stem, "best-cuts"), shown["best-cuts"], best_cuts)
    headline = [score(90), *map(count, (top, len(exceptions)))]
    yield from claim_numbers(where(stem, "headline"), shown["headline"], headline)

    stem = "04_groups"
    shown = show(stem, "leizhou", "2017")
    groups = {"镇街": units["side"] == "镇街", "部门": units["side"] == "部门"}
    rows = []
    for statistic, how in (
        ("count", len),
        ("mean", np.mean),
        ("median", np.median),
        ("score", min),
        ("score", max),
    ):
        rows.append({name: (statistic, how(points[own])) for name, own in groups.items()})
    for tier in TIERS:
        rows.append({name: count((own & (units["tier"] == tier)).sum()) for name, own in groups.items()})
    rows.append({name: count((own & units["tier"].isna()).sum()) for name, own in groups.items()})
    yield from claim_table(where(stem, "groups"), shown["groups"], rows)
    gap = towns.mean() - bureaus.mean()
    compared = compare_groups(towns, bureaus)
    yield from claim_numbers(where(stem, "test"), shown["test"], compared)
    left_out = [
        (unit, (towns.drop(i).mean() if i in towns.index else towns.mean())
         - (bureaus.drop(i).mean() if i in bureaus.index else bureaus.mean()))
        for i, unit in units["unit"].items()
    ]  # fmt: skip
    doubtful = dict(left_out)
    with_one = [towns.mean() - (bureaus.sum() + at) / (len(bureaus) + 1) for at in (80, 93)]
    low_out, high_out = (how(left_out, key=lambda pair: pair[1]) for how in (min, max))
    moved = [("不适用", gap), (unrated["unit"], doubtful[unrated["unit"]]), (unscored, with_one[0])]
    moved += [(unscored, with_one[1]), low_out, high_out]
    rows = [{"单位": named(unit), "均值差": ("difference", value)} for unit, value in moved]
    yield from claim_table(where(stem, "sensitivity"), shown["sensitivity"], rows)
    lead, others = bureaus[bureaus > towns.max()], bureaus[bureaus <= towns.max()]
    bullets = [("difference in a sentence", abs(gap)), *scores_seen[1:], score(towns.max()), count(len(lead))]
    bullets += [score(towns.max()), ("mean in a sentence", towns.mean()), ("mean in a sentence", others.mean())]
    yield from claim_numbers(where(stem, "bullets"), shown["bullets"], bullets)
    yield from claim_numbers(where(stem, "headline"), shown["headline"], [*means, score(towns.max())])

    yield from claim_table(
        where("05_trends", "gap"),
        show("05_trends", "leizhou", "2017")["gap"],
        [{"镇街": ("mean", towns.mean()), "部门": ("mean", bureaus.mean()), "均值差": ("difference", gap)}],
    )

    stem = "06_narrative"
    shown = show(stem, "leizhou", "2017")
    ordered = units[units["unit"].isin(criticised)].sort_values("score", ascending=False, kind="stable")
    rows = [
        {"单位": named(row.unit), "得分": score(row.score), "档次": named(row.tier)} for row in ordered.itertuples()
    ]
    yield from claim_table(where(stem, "named"), shown["named"], rows)
    praises = sorted((score_of[unit] for unit in praised), reverse=True)
    yield from claim_numbers(where(stem, "praised"), shown["praised"], [score(each) for each in praises])
    bullets = [score(row.score) for tier in TIERS for row in ordered[ordered["tier"] == tier].itertuples()]
    bullets += [count(last.sum()), count(len(silent)), *(score(each) for each in silent["score"])]
    yield from claim_numbers(where(stem, "bullets"), shown["bullets"], bullets)
    counted = [int((points >= 80).sum()), int((points >= 85).sum()), int((points > points.mean()).sum())]
    counted += [int((points > points.median()).sum()), 8, len(of.lists["优秀"]) + len(of.lists["良好"])]
    totals = [56, 56, 56, 56, 8, n_listed]
    rows = [
        {"实有": count(k), "总数": count(n), "占比（%）": ("share in percent", 100 * k / n)}
        for k, n in zip(counted, totals, strict=True)
    ]
    yield from claim_table(where(stem, "claim-counts"), shown["claim-counts"], rows)
    sentence = [
        count(len(bad)),
        ("mean in a sentence", bad.mean()),
        count(len(rest)),
        ("mean in a sentence", rest.mean()),
    ]
    yield from claim_numbers(where(stem, "comparison"), shown["comparison"], [*sentence, *compare_groups(bad, rest)])
    both = math.ceil(57 / 2 + 0.25) + counted[5] - 57
    sentence = [count(n_listed), count(counted[5]), count(57), count(29), count(both)]
    yield from claim_numbers(where(stem, "standard"), shown["standard"], sentence)
    yield Claim("name", where(stem, "tier of the best"), tier_of[ordered["unit"].iloc[0]], TIERS[1])

    stem = "07_update_rules"
    shown = show(stem, "leizhou", "2017")
    seen, updated = (date(2017, 12, 20), date(2017, 12, 28)), (date(2017, 8, 1), date(2017, 8, 31))
    age = [("days", (seen[0] - updated[1]).days), ("days", (seen[1] - updated[0]).days)]
    yield from claim_numbers(where(stem, "headline"), shown["headline"], [count(2), *age])
    ages = NUMBER.findall(read_table(shown["named"])[1]["停更时间"])
    for printed_age, (statistic, exact) in zip(ages, age, strict=True):
        yield Claim(statistic, where(stem, "age"), printed_age, exact)


# --- The oracle: trends -----------------------------------------------------------------------------------

Periods = dict[str, pd.DataFrame]  # by period: a row per unit with list and value; missing where none is printed
WHOLE = {("ministries", "2014"): 30, ("ministries", "2016"): math.nan}  # how long lists are that were cut; not known


def read_value(cell: str) -> float:
    return float(cell) if re.fullmatch(r"-?[\d.]+", cell) else math.nan


def read_csv_place(place: str) -> Periods:
    found = {}
    for path in sorted((RAW / place).glob("*.csv")):
        with path.open(encoding="utf-8-sig") as file:
            table = pd.DataFrame(csv.DictReader(file))
        table["unit"] = table["unit"].replace("住房和城乡建设部", "住房城乡建设部")
        table["unit"] = table["unit"].str.removesuffix("市" if place == "guangdong" else "")
        has_scores = "score" in table
        table["value"] = [read_value(cell) for cell in (table["score"] if has_scores else "-" + table["rank"])]
        whole = WHOLE.get((place, path.stem), int(table["value"].notna().sum()))
        found[path.stem] = table.assign(list="", is_score=has_scores, whole=whole).set_index("unit")
    return found


def read_louxing() -> Periods:
    found = {}
    for path in sorted((RAW / "louxing").glob("*.txt")):
        rows = []
        blocks = path.read_text(encoding="utf-8").strip().split("\n\n")[1:]
        for block, name in zip(blocks, ("街道", "乡镇"), strict=True):
            _, head, *lines = block.split("\n")
            at = [cell.strip() for cell in head.split("|")].index("总分" if name == "街道" else "得分")
            rows += [
                (cells[0].strip(), name, float(cells[at].replace("..", ".")))
                for cells in (line.split("|") for line in lines)
            ]
        table = pd.DataFrame(rows, columns=["unit", "list", "value"]).assign(is_score=True)
        found[path.stem] = table.set_index("unit")
    return found


def place_units(table: pd.DataFrame) -> pd.DataFrame:
    """Place units in their lists by counting, and judge in which third they are."""
    known, rows = table.dropna(subset=["value"]), {}
    for unit, row in known.iterrows():
        peers = known.loc[known["list"] == row["list"], "value"]
        ahead, shared = int((peers > row["value"]).sum()), int((peers == row["value"]).sum())
        n = row.get("whole", len(peers))
        third = (
            "top"
            if ahead + shared <= (len(peers) if math.isnan(n) else n) / 3
            else "lowest"
            if ahead >= 2 * n / 3
            else ""
        )
        mark = f"{ahead + 1}{'=' if shared > 1 else ''}"
        rows[unit] = (mark, ahead + (shared + 1) / 2, (ahead + shared / 2) / n, third)
    return pd.DataFrame.from_dict(rows, orient="index", columns=["mark", "middle", "percent", "third"])


def name_period(period: str) -> str:
    year, _, month = period.partition("-")
    return f"{year}年{int(month)}月" if month else f"{year}年"


def expect_places(periods: Periods) -> list[Row]:
    placed = {period: place_units(table) for period, table in periods.items()}
    units = defaultdict(list)
    for table in placed.values():
        for unit, row in table.iterrows():
            units[unit].append(row)
    rows = []
    for unit, own in units.items():
        known = [row for row in own if not math.isnan(row["percent"])]
        percent = float(np.mean([row["percent"] for row in known])) if known else math.inf
        middle = float(np.mean([row["middle"] for row in own]))
        cells: Row = {"单位": named(unit)}
        for period, table in placed.items():
            listed = "–" if unit in periods[period].index else ""
            cells[name_period(period)] = named(table["mark"].get(unit, listed))
        thirds = Counter(row["third"] for row in own)
        cells |= {"平均名次": ("mean place", middle), "前三分之一（次）": count(thirds["top"])}
        rows.append(((round(percent, 9), unit), {**cells, "后三分之一（次）": count(thirds["lowest"])}))
    return [cells for _, cells in sorted(rows, key=lambda pair: pair[0])]


def pair_units(periods: Periods, before: str, after: str) -> pd.DataFrame:
    old, new = (periods[each].dropna(subset=["value"]) for each in (before, after))
    both = [unit for unit in new.index if unit in old.index]
    return pd.DataFrame(
        {"list": new["list"][both], "before": old["value"][both], "after": new["value"][both]}, index=both
    )


def expect_changes(pair: pd.DataFrame, *, by_points: bool) -> list[Row]:
    ends = [place_units(pair.assign(value=pair[end])) for end in ("before", "after")]
    rows = []
    for unit in pair.index:
        change = round(pair["after"][unit] - pair["before"][unit], 6)
        moved = ends[1]["middle"][unit] - ends[0]["middle"][unit]
        cells = {"单位": named(unit)}
        if by_points:
            cells |= {"前期得分": score(pair["before"][unit]), "后期得分": score(pair["after"][unit])}
            cells |= {"变动": ("change", change)}
        cells |= {f"{end}名次": named(table["mark"][unit]) for end, table in zip(("前期", "后期"), ends, strict=True)}
        rows.append(((change if by_points else -moved, str(unit)), cells))
    return [cells for _, cells in sorted(rows, key=lambda each: each[0])]


def count_moves(pair: pd.DataFrame, *, by_points: bool) -> tuple[int, int, int]:
    if by_points:
        values = [*pair["before"], *pair["after"]]
        step = 10.0 ** -max(len(f"{value:g}".partition(".")[2]) for value in values)
        moves = [b - a if abs(b - a) > step + 1e-9 else 0 for a, b in zip(pair["before"], pair["after"], strict=True)]
    else:
        tables = [place_units(pair.assign(value=pair[end])) for end in ("before", "after")]
        firsts = [table["mark"].str.rstrip("=").astype("int64") for table in tables]
        old, new = (zip(first, 2 * table["middle"], strict=True) for first, table in zip(firsts, tables, strict=True))
        # Of shared places the first one moved, and the last one did not go the other way.
        moves = [a - c if (a - c) * ((b - a) - (d - c)) >= 0 else 0 for (a, b), (c, d) in zip(old, new, strict=True)]
    return sum(move > 0 for move in moves), sum(move < 0 for move in moves), sum(move == 0 for move in moves)


def expect_level(periods: Periods) -> list[Row]:
    scored = {period: table for period, table in periods.items() if table["is_score"].all()}
    known = {period: set(table.dropna(subset=["value"]).index) for period, table in scored.items()}
    constant = set.intersection(*known.values())
    rows = []
    for period, table in periods.items():
        for name in dict.fromkeys(table["list"]):
            own = table[table["list"] == name]
            cells: Row = {"期次": named(name_period(period)), "单位数": count(len(own))}
            points = own["value"].dropna() if period in scored else pd.Series(dtype="float64")
            cells |= {"有得分数": count(len(points))} | ({"名单": named(name)} if name else {})
            if len(points):
                same = points[points.index.isin(constant)]
                cells |= {
                    "中位数": ("median", np.median(points)),
                    "各期都有的单位的中位数": ("median", np.median(same)),
                }
                cells |= {"最低": score(min(points)), "最高": score(max(points))}
            if len(points) >= 8:
                cells |= {"下四分位数": ("quartile", np.quantile(points, 0.25))}
                cells |= {"上四分位数": ("quartile", np.quantile(points, 0.75))}
            rows.append(cells)
    return rows


def expect_steps(periods: Periods, by_points: Sequence[bool | None]) -> list[Row]:
    rows = []
    for (before, after), points in zip(itertools.pairwise(periods), by_points, strict=True):
        cells: Row = {"前期单位数": count(len(periods[before])), "后期单位数": count(len(periods[after]))}
        if points is None:
            moves: list[Cell] = [named("不适用")] * 3
        else:
            moves = [*map(count, count_moves(pair_units(periods, before, after), by_points=points))]
        rows.append({**cells, **dict(zip(("升高", "降低", "不变"), moves, strict=True))})
    return rows


@dataclass(frozen=True)
class Trend:
    """A place with what its trend report compares: the pair of periods, and each step by points, places or neither."""

    place: str
    read: Callable[[], Periods]
    before: str
    after: str
    is_points: bool
    steps: tuple[bool | None, ...]


TRENDS = [
    Trend("louxing", read_louxing, "2017-04", "2017-05", True, (False, True)),
    Trend("guangdong", lambda: read_csv_place("guangdong"), "2017-08", "2022-09", True, (None, None, True, True, True)),
    Trend("ministries", lambda: read_csv_place("ministries"), "2016", "2022", False, (False, False)),
    Trend("jiangxi", lambda: read_csv_place("jiangxi"), "2022-06", "2024-05", False, (False,) * 5),
    Trend("xianning", lambda: read_csv_place("xianning"), "2022-08", "2023-06", True, (False, True, True)),
]


def expect_trend(trend: Trend, show: Callable[..., Shown]) -> Iterator[Claim]:
    periods, name = trend.read(), f"{trend.place} {trend.after} 05_trends"
    shown = show("05_trends", trend.place, trend.after)
    yield from claim_table(f"{name} places", shown["places"], expect_places(periods))
    if any(table["is_score"].all() for table in periods.values()):
        yield from claim_table(f"{name} level", shown["level"], expect_level(periods))
    pair = pair_units(periods, trend.before, trend.after)
    yield from claim_table(f"{name} changes", shown["changes"], expect_changes(pair, by_points=trend.is_points))
    yield from claim_table(f"{name} steps", shown["steps"], expect_steps(periods, trend.steps))
    risen, fallen, same = count_moves(pair, by_points=trend.is_points)
    yield from claim_numbers(
        f"{name} chart", shown["changes-chart"].alt, [*map(count, (len(pair), fallen, risen, same))]
    )


def expect_baoshan(show: Callable[..., Shown]) -> Iterator[Claim]:
    renamed = {"区环保局": "区生态环境局", "区规划土地局": "区规划资源局", "区卫生计生委": "区卫生健康委"}
    tiers: dict[str, dict[str, str]] = {}
    for period in ("2016", "2021"):
        tier, own = "", {}
        for line in (RAW / "baoshan" / f"{period}.txt").read_text(encoding="utf-8").split("\n"):
            if heading := re.match("[一二]、(优秀|良好)单位", line):
                tier = heading[1]
            elif tier and "、" in line:
                own |= dict.fromkeys(line.split(":")[-1].rstrip("。").split("、"), tier)
        tiers[period] = own
    old = {renamed.get(unit, unit): tier for unit, tier in tiers["2016"].items()}
    moves = Counter((tier, tiers["2021"][unit]) for unit, tier in old.items() if unit in tiers["2021"])
    shown = show("05_trends", "baoshan", "2021")
    ordered = sorted(moves.items(), key=lambda move: (move[0][0] == move[0][1], -move[1]))  # changes first
    rows = [{"前期档次": named(a), "后期档次": named(b), "单位数": count(n)} for (a, b), n in ordered]
    yield from claim_table("baoshan 2021 ratings", shown["ratings"], rows)
    best = [Counter(own.values())["优秀"] for own in tiers.values()]
    sizes = [len(own) for own in tiers.values()]
    bullets = [count(each) for pair in zip(sizes, best, strict=True) for each in pair]
    yield from claim_numbers("baoshan 2021 bullets", shown["bullets"], bullets)
    changed = [moves.total(), moves["良好", "优秀"] + moves["优秀", "良好"]]
    yield from claim_numbers("baoshan 2021 headline", shown["headline"], [*map(count, changed)])


# --- Comparing --------------------------------------------------------------------------------------------


EXPECTED: dict[str, Callable[[Callable[..., Shown]], Iterator[Claim]]] = {
    "leizhou": lambda show: expect_leizhou(read_leizhou(), show),
    **{trend.place: partial(expect_trend, trend) for trend in TRENDS},
    "baoshan": expect_baoshan,
}


def tabulate(claims: Sequence[Claim]) -> str:
    rows = [f"{'statistic':26} {'cases':>6} {'tolerance':>10} {'largest difference':>19}"]
    for statistic in sorted({claim.statistic for claim in claims}):
        own = [claim.difference for claim in claims if claim.statistic == statistic]
        rows.append(f"{statistic:26} {len(own):6} {TOLERANCES[statistic]:10g} {max(own):19.6g}")
    return "\n".join(rows)


@pytest.fixture(scope="module")
def claims(show) -> list[Claim]:
    return [claim for expect in EXPECTED.values() for claim in expect(show)]


def test_the_reports_print_what_the_oracle_computes(claims) -> None:
    print("\n" + tabulate(claims))
    assert [claim for claim in claims if claim.is_wrong] == []
    assert len(claims) > 1600


def plant(
    module: str, function: str, change: Callable[..., Callable[..., Any]]
) -> Callable[[pytest.MonkeyPatch], None]:
    """Prepare an error: replace a function by what `change` makes of it."""
    target = importlib.import_module(f"audit_lib.analysis.{module}")
    return lambda patch: patch.setattr(target, function, change(getattr(target, function)))


SIDES = {"town": "bureau", "bureau": "town"}
ERRORS = {
    "twice the smaller tail for a p": (
        "04_groups",
        "leizhou",
        plant("groups", "permutation_p", lambda _: lambda *_: 0.3537),
    ),
    "labels of two groups swapped": (
        *("04_groups", "leizhou"),
        plant(
            "groups", "points_of", lambda of: lambda table, column, group: of(table, column, SIDES.get(group, group))
        ),
    ),
    "a place off by one": (
        *("02_distribution", "leizhou"),
        plant("distribution", "range_ranks", lambda of: lambda rank, n: of(rank + 1, n)),
    ),
    "a sign of change flipped": (
        *("05_trends", "louxing"),
        plant("paired", "find_direction", lambda of: lambda change, step: -of(change, step)),
    ),
}


@pytest.mark.parametrize("error", ERRORS)
def test_a_planted_error_is_found(claims, show, monkeypatch: pytest.MonkeyPatch, error: str) -> None:
    stem, place, spoil = ERRORS[error]
    spoil(monkeypatch)
    found = EXPECTED[place](lambda each, own, period: show(each, own, period, again=each == stem))
    assert {stem in claim.where for claim in found if claim.is_wrong} == {True}


# --- Random small tables ----------------------------------------------------------------------------------


def draw_table(dice: random.Random) -> list[tuple[str, float, str | None]]:
    """Draw 8 to 11 units with half-points that tie often, and tiers that mostly follow them."""
    n, spread = dice.randint(8, 11), dice.choice([3, 8, 30])
    points = [80 + dice.randint(-spread, spread) / 2 for _ in range(n)]
    ordered = sorted(points, reverse=True)
    tiers = [TIERS[min(2, max(0, 3 * ordered.index(each) // n + dice.choice([0, 0, 0, 1, -1])))] for each in points]
    names = [f"{letter}{dice.choice('镇局')}" for letter in "甲乙丙丁戊己庚辛壬癸子"[:n]]
    names[:4] = ["甲镇", "乙镇", "丙局", "丁局"]
    is_rated = dice.random() < 0.7
    return [(name, each, tier if is_rated else None) for name, each, tier in zip(names, points, tiers, strict=True)]


def compare_table(rows: list[tuple[str, float, str | None]], table: pd.DataFrame) -> Iterator[tuple[str, float]]:
    """Yield statistics of a table with how far the library's value is from that of SciPy, statsmodels or brute force."""
    points = np.array([each for _, each, _ in rows])
    summary = distribution.summarise_scores(table)
    described = DescrStatsW(points)
    yield "mean", abs(summary["mean"] - described.mean)
    yield "standard deviation", abs(summary["sd"] - math.sqrt(described.var_ddof(1)))
    yield "median", abs(summary["median"] - statistics.median(points))
    quartiles = statistics.quantiles(points, n=4, method="inclusive")
    yield "quartiles", max(abs(summary["q1"] - quartiles[0]), abs(summary["q3"] - quartiles[2]))
    reach = 1.5 * stats.iqr(points)
    beyond = {name for name, each, _ in rows if each < quartiles[0] - reach or each > quartiles[2] + reach}
    yield "outliers", len(beyond ^ set(distribution.find_outliers(table)["unit_name"]))
    ranks = dict(zip((name for name, *_ in rows), stats.rankdata(-points, method="min"), strict=True))
    counted = distribution.count_scores(table)
    yield "ranks", max(abs(row.rank - ranks[unit]) for row in counted.itertuples() for unit in row.units)
    sides = [[each for name, each, _ in rows if name.endswith(end)] for end in ("镇", "局")]
    [compared] = groups.compare_groups(table, "side", 2)
    test = stats.permutation_test(
        sides, lambda x, y, axis: x.mean(axis=axis) - y.mean(axis=axis), n_resamples=np.inf, vectorized=True
    )
    as_large = np.abs(test.null_distribution) >= abs(test.statistic) - 1e-9
    yield "p of permutation", abs((compared.p or 0) - as_large.mean())
    both = CompareMeans.from_data(*sides)
    yield "difference of means", abs(compared.gap - (both.d1.mean - both.d2.mean))
    u = stats.mannwhitneyu(*sides).statistic
    yield "pairs (U)", abs(compared.pairs.wins + compared.pairs.ties / 2 - u)
    for row in cuts.imply_cuts(table).itertuples():
        better, worse = ([each for _, each, tier in rows if tier == own] for own in (row.better_tier, row.lower_tier))
        errors = [sum(b < cut for b in better) + sum(w >= cut for w in worse) for cut in sorted(set(points))]
        yield "cuts", abs(int(row.is_overlap) - int(min(errors) > 0)) + abs(row.low - min(max(worse), min(better)))


def test_random_tables(make_scores) -> None:
    dice, found = random.Random(2017), defaultdict(list)
    for _ in range(30):
        rows = draw_table(dice)
        for statistic, difference in compare_table(rows, make_scores(rows)):
            found[statistic].append(difference)
    print("\n" + "\n".join(f"{name:20} {len(each):4} {max(each):8.1g}" for name, each in found.items()))
    assert {name: max(each) for name, each in found.items() if max(each) > 1e-9} == {}

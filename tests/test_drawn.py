"""Drawn notices: any table or list, in any print, under any heading and label, is read exactly or reported.

Names are those of real units. Notice n of a seed is always the same. More of them, or others, with the shares printed:
DRAWN_INPUTS=40000 DRAWN_SEED=7 pytest tests/test_drawn.py -s
"""

import csv
import html
import os
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from audit_lib.documents.html import read_html
from audit_lib.documents.model import Document
from audit_lib.documents.text import read_csv, read_text
from audit_lib.errors import AuditError
from audit_lib.notices.notice import Notice, parse_notice

SEED = int(os.environ.get("DRAWN_SEED", "2017"))
N_INPUTS = int(os.environ.get("DRAWN_INPUTS", "2000"))
N_CHUNKS = 4
LEAST_EXACT = 0.75  # of the drawn notices; the rest are reported or refused

DATA = Path(__file__).parents[1] / "data"
UNIT_HEADINGS = [
    *["单位", "单位名称", "乡镇", "村名", "街道", "部门", "村别", "学校", "考核对象", "责任主体", "受检单位"],
    *["参评对象", "被考核单位", "镇街名称", "对象", "点位", "测评区域", "主体", "承办方", "地方", "成员"],
    *["评价对象", "各地"],
]
SCORE_HEADINGS = [
    *["得分", "总分", "评分", "综合得分", "成绩", "考核得分", "指数", "满意度", "平均分", "得分率", "积分"],
    *["分数(100分)", "测评值", "考评情况", "水平", "综合指数", "打分", "结果值"],
]
RANK_HEADINGS = ["名次", "排名", "位次", "排序", "名列", "座次"]
LAST_HEADINGS = ["上月得分", "5月得分", "去年得分", "累计得分", "问卷得分", "上期成绩"]
SUM_WORDS = ["合计", "平均分", "全县平均", "总平均", "均值", "全市均分", "小计", "总体情况"]
SCALES = [
    *[["优秀", "良好", "一般"], ["优秀", "良好", "合格", "不合格"], ["优", "良", "中", "差"]],
    *[["A级", "B级", "C级"], ["一等奖", "二等奖", "三等奖"], ["红榜", "黑榜"], ["绿牌", "黄牌", "红牌"]],
    *[["五星级", "四星级", "三星级"], ["称职", "基本称职", "不称职"], ["达标", "不达标"]],
    *[["先进", "达标", "落后"], ["第一档", "第二档", "第三档"], ["好", "较好", "一般", "较差"]],
    *[["甲等", "乙等", "丙等"], ["卓越", "良好", "待改进"], ["优秀", "基本合格", "不合格"]],
]
SEPARATORS = ["、", ",", ";", "\uff0c", " ", "\u3000"]


def _read_names() -> tuple[list[str], list[str]]:
    """Read the names of real units: those that end as names of units do, and bare ones."""
    names: dict[str, str] = {}
    for path in sorted((DATA / "processed").glob("*/scores.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            names |= {row["unit_name"]: row["kind"] for row in csv.DictReader(file)}
    known = [name for name, kind in names.items() if name[-1] in "镇乡局委办区县村部会道心联社"]
    bare = [name for name in names if name not in known and len(name) < 4]
    return known, bare


KNOWN, BARE = _read_names()


@dataclass
class Drawn:
    """A notice that was drawn, and what it says: scores by unit, or units by tier."""

    content: str
    kind: str
    suffix: str = ".txt"
    scores: dict[str, float] = field(default_factory=dict)
    tiers: dict[str, list[str]] = field(default_factory=dict)


def draw_names(dice: random.Random, n: int) -> list[str]:
    pool = BARE if dice.random() < 0.1 and n <= len(BARE) else KNOWN
    return dice.sample(pool, n)


def draw_table(dice: random.Random) -> Drawn:
    n = dice.randint(2, 12)
    names = draw_names(dice, n)
    scores = sorted((dice.randint(120, 200) / 2 for _ in names), reverse=dice.random() < 0.9)
    ranks = [1 + sum(other > score for other in scores) for score in scores]
    columns: list[tuple[str, list[str]]] = [(dice.choice(UNIT_HEADINGS), list(names))]
    columns.append((dice.choice(SCORE_HEADINGS), [f"{score:g}" for score in scores]))
    if dice.random() < 0.4:
        columns.insert(dice.choice([0, 2]), (dice.choice(RANK_HEADINGS), list(map(str, ranks))))
    elif dice.random() < 0.5:
        columns.insert(0, ("序号", [str(at) for at in range(1, n + 1)]))
    if dice.random() < 0.25:
        columns.append((dice.choice(LAST_HEADINGS), [f"{dice.randint(120, 200) / 2:g}" for _ in names]))
    if dice.random() < 0.2:
        columns.append(("备注", [dice.choice(["", "迟报", "整改中"]) for _ in names]))
    if dice.random() < 0.2:
        for _, cells in columns:
            value = f"{sum(scores) / n:.2f}" if cells is columns_of(columns, names) else ""
            cells.append(value)
        place_sum(dice, columns, names, scores)
    rows = [[heading for heading, _ in columns], *map(list, zip(*(cells for _, cells in columns), strict=True))]
    name, suffix, write = dice.choice(PRINTS)
    return Drawn(write(rows), f"table {name}", suffix, dict(zip(names, scores, strict=True)))


def columns_of(columns: Sequence[tuple[str, list[str]]], names: Sequence[str]) -> list[str]:
    return next(cells for _, cells in columns if cells[: len(names)] == list(names))


def place_sum(
    dice: random.Random, columns: Sequence[tuple[str, list[str]]], names: Sequence[str], scores: Sequence[float]
) -> None:
    """Fill the last row as one that sums up: its word where the units stand, the mean where the scores do."""
    printed = [f"{score:g}" for score in scores]
    for _, cells in columns:
        if cells[: len(names)] == list(names):
            cells[-1] = dice.choice(SUM_WORDS)
        elif cells[: len(names)] == printed:
            cells[-1] = f"{sum(scores) / len(scores):.2f}"
        else:
            cells[-1] = ""


def print_page(lines: Sequence[str], between: str = "\n") -> str:
    above = ["某县2021年6月份环境卫生考评情况的通报", "各有关单位:", "现将情况通报如下。"]
    return between.join([*above, *lines, "特此通报。", "2021年7月5日"])


def print_html(rows: Sequence[Sequence[str]]) -> str:
    cells = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<html><body><h1>某县2021年6月份环境卫生考评情况的通报</h1><table>{cells}</table></body></html>"


def print_beside(rows: Sequence[Sequence[str]]) -> str:
    half = len(rows) // 2 + 1
    left, right = rows[1:half], rows[half:]
    right = [*right, *[[""] * len(rows[0])] * (len(left) - len(right))]
    return print_html([[*rows[0], *rows[0]], *([*a, *b] for a, b in zip(left, right, strict=True))])


def print_box(rows: Sequence[Sequence[str]]) -> str:
    rule = "├" + "┼".join("──" for _ in rows[0]) + "┤"
    return print_page([line for row in rows for line in (rule, "│" + "│".join(row) + "│")] + [rule])


Rows = Sequence[Sequence[str]]
PRINTS: list[tuple[str, str, Callable[[Rows], str]]] = [
    ("html", ".html", print_html),
    ("transposed", ".html", lambda rows: print_html(list(zip(*rows, strict=True)))),
    ("beside", ".html", print_beside),
    ("csv", ".csv", lambda rows: "\n".join(",".join(row) for row in rows)),
    ("lines", ".txt", lambda rows: print_page([cell or "\u00a0" for row in rows for cell in row], "\n\n")),
    ("bars after", ".txt", lambda rows: print_page([f"{cell} |".lstrip() for row in rows for cell in row])),
    ("bars", ".txt", lambda rows: print_page([f"| {' | '.join(row)} |" for row in rows])),
    ("tabs", ".txt", lambda rows: print_page(["\t".join(row) for row in rows])),
    ("turned", ".txt", lambda rows: print_page(["\t".join(row) for row in zip(*rows, strict=True)])),
    ("spaces", ".txt", lambda rows: print_page(["   ".join(cell or "-" for cell in row) for row in rows])),
    ("box", ".txt", print_box),
]


def draw_parts(dice: random.Random) -> list[tuple[str, list[str]]]:
    scale = dice.choice(SCALES)
    names = draw_names(dice, dice.randint(len(scale), 14))
    cuts = sorted(dice.sample(range(1, len(names)), len(scale) - 1))
    parts = [names[start:end] for start, end in zip([0, *cuts], [*cuts, len(names)], strict=True)]
    return list(zip(scale, parts, strict=True))


def draw_lists(dice: random.Random) -> Drawn:
    """Draw headed lists: the label with or without number, noun, count and colon, the names beside it or below."""
    parts = draw_parts(dice)
    number = dice.choice(["{}、", "({})", "", "", "{}."])
    noun = dice.choice(["", "单位", "等次", "等次单位"])
    count = dice.choice(["", "({}个)", "({}家)", "{}个"])
    colon = dice.choice(["", ":", "\uff1a"])
    separator = dice.choice(SEPARATORS)
    is_below = dice.random() < 0.6
    is_labelled = is_below and dice.random() < 0.2
    lines: list[str] = []
    for at, (tier, names) in enumerate(parts):
        numeral = str(at + 1) if number == "{}." else "一二三四"[at]
        stated = len(names) + (dice.random() < 0.1)
        head = number.format(numeral) + tier + noun + count.format(stated) + (colon if is_below else ":")
        end = dice.choice(["", "。"]) if separator in "、," else ""
        listed = separator.join(names)
        if is_labelled and len(names) > 1:
            half = len(names) // 2
            listed = f"乡镇:{separator.join(names[:half])};\n部门:{separator.join(names[half:])}"
        if is_below and dice.random() < 0.2 and not is_labelled:
            lines += [head, *names]
        else:
            lines += [head, listed + end] if is_below else [head + listed + end]
    return Drawn(print_page(lines), "lists", tiers=dict(parts))


def draw_sentences(dice: random.Random) -> Drawn:
    parts = draw_parts(dice)
    verb = dice.choice(["为", "考核为", "评定为", "考核结果为", "被评为", "年度考核等次为", "2021年度考核结果为"])
    noun = dice.choice(["", "等次", "等次", "档次"])
    ends = dice.choice([",", ";", "。"])
    lead = dice.choice(["", "经研究,", "经考核评定,", "经研究,确定"])
    count = dice.choice(["", "等{}个单位", "{}个单位"])
    before = dice.random() < 0.3
    number = dice.choice(["", "{}、"])
    clauses = []
    for at, (tier, names) in enumerate(parts):
        listed, counted = "、".join(names), count.format(len(names))
        if before:
            clauses.append(f"{tier}{noun or '等次'}的有{listed}")
        else:
            clauses.append(f"{listed}{counted}{verb}{tier}{noun}")
        if number:
            clauses[-1] = "一二三四"[at] + "、" + clauses[-1]
    lines = [f"{clause}。" for clause in clauses] if number else [lead + ends.join(clauses) + "。"]
    return Drawn(print_page(lines), "sentences", tiers=dict(parts))


def draw_scored(dice: random.Random) -> Drawn:
    n = dice.randint(2, 9)
    names = draw_names(dice, n)
    scores = sorted((dice.randint(120, 200) / 2 for _ in names), reverse=True)
    form = dice.choice(
        [
            "{unit}{score}分",
            "{unit}({score}分)",
            "{unit}得分{score}分",
            "第{rank}名:{unit},得分{score}分",
            "{unit}得分{score}分,排名第{rank}",
            "第{rank}名{unit}{score}分",
            "{number}.{unit}:{score}分",
            "{unit}环境卫生{part}分、数字城管{part}分,综合得分{score}分,排名第{rank}",
            "{unit}以{score}分列第{rank}位",
        ]
    )
    items = [
        form.format(
            unit=unit, score=f"{score:g}", rank="一二三四五六七八九"[at], number=at + 1, part=dice.randint(70, 99)
        )
        for at, (unit, score) in enumerate(zip(names, scores, strict=True))
    ]
    simple = "," not in form and "名:" not in form and "." not in form
    between = dice.choice(["、", ",", ";"] if simple else [";"])
    on_lines = "." in form or dice.random() < 0.4
    lead = dice.choice(["", "得分依次为:", "其中,"]) if simple and not on_lines else ""
    lines = items if on_lines else [lead + between.join(items) + "。"]
    return Drawn(print_page(lines), f"scored {form}", scores=dict(zip(names, scores, strict=True)))


def draw_pairs(dice: random.Random) -> Drawn:
    """Draw units each with its tier, beside it or on the line below."""
    parts = draw_parts(dice)
    form = dice.choice(["{}({})", "{}:{}", "{} {}", "{}({}等次)", "{}\n{}"])
    pairs = [form.format(name, tier) for tier, names in parts for name in names]
    if dice.random() < 0.5:
        pairs = [f"{at}.{pair}" for at, pair in enumerate(pairs, start=1)]
    return Drawn(print_page(pairs), f"pairs {form}", tiers=dict(parts))


def draw_titled(dice: random.Random) -> Drawn:
    """Draw a table below the label of each tier."""
    parts = draw_parts(dice)
    head, noun = dice.choice(["{}{}", "{}{}:", "{}{}({}个)"]), dice.choice(["", "单位", "等次"])
    gap, has_header = dice.choice(["  ", "\t", " | "]), dice.random() < 0.6
    scores = {name: dice.randint(120, 200) / 2 for _, names in parts for name in names}
    lines: list[str] = []
    for tier, names in parts:
        rows = [["单位", "得分"]] if has_header else []
        rows += [[name, f"{scores[name]:g}"] for name in names]
        lines += [head.format(tier, noun, len(names)), *(gap.join(row) for row in rows)]
    return Drawn(print_page(lines), "titled", scores=scores, tiers=dict(parts))


def draw_merged(dice: random.Random) -> Drawn:
    """Draw a table whose first column has each tier once, as a merged cell is typed."""
    parts = draw_parts(dice)
    scores = {name: dice.randint(120, 200) / 2 for _, names in parts for name in names}
    rows = [[dice.choice(["等次", "等级", "考核等次"]), "序号", "单位", "得分"]]
    for tier, names in parts:
        rows += [
            [tier if name == names[0] else "", str(len(rows) + at), name, f"{scores[name]:g}"]
            for at, name in enumerate(names)
        ]
    gap = dice.choice(["\t", "|"])
    edge = "" if gap == "\t" else gap
    lines = [f"{edge}{gap.join(row)}{edge}" for row in rows]
    return Drawn(print_page(lines), "merged", scores=scores, tiers=dict(parts))


def draw_groups(dice: random.Random) -> Drawn:
    """Draw lists in groups below the heading of each tier, in text or as a page on one source line."""
    while not (parts := [(tier, names) for tier, names in draw_parts(dice) if len(names) > 1]):
        pass
    count, group = dice.choice(["({}个)", "\n({}个)", ""]), dice.choice(["({}){}({}个)", "{}.{}({}个):", "{}:", "{}——"])
    lines: list[str] = []
    for tier, names in parts:
        half = len(names) // 2
        lines.append(f"{tier}单位{count.format(len(names))}")
        for at, (label, listed) in enumerate([("乡镇", names[:half]), ("县直部门", names[half:])]):
            number = "一二"[at] if group.startswith("(") else at + 1
            head = group.format(number, label, len(listed)) if group.count("{") > 1 else group.format(label)
            lines.append(f"{head}{'' if head[-1] in ':—' else chr(10)}{'、'.join(listed)}")
    lines = [piece for line in lines for piece in line.split("\n")]
    if dice.random() < 0.3:
        page = "".join(f"<p>{line}</p>" for line in print_page(lines).split("\n"))
        return Drawn(f"<html><body>{page}</body></html>", "groups of a page", ".html", tiers=dict(parts))
    return Drawn(print_page(lines), "groups", tiers=dict(parts))


def draw_ranked(dice: random.Random) -> Drawn:
    """Draw ranks, names and scores by turns on lines of their own, or on one with marks before them."""
    names = dice.sample(KNOWN, dice.randint(2, 9))
    scores = sorted((dice.randint(120, 200) / 2 for _ in names), reverse=True)
    form = dice.choice(["NO.{}\n{}\n得分:{}分", "第{}名\n{}\n{}分", "🥇第{}名 {} {}分", "【第{}名】 {} {}分"])
    lines = [form.format(at, name, f"{score:g}") for at, (name, score) in enumerate(zip(names, scores, strict=True), 1)]
    return Drawn(print_page(lines), f"ranked {form}", scores=dict(zip(names, scores, strict=True)))


DRAWS = [
    *[draw_table, draw_table, draw_lists, draw_sentences, draw_scored, draw_pairs, draw_titled],
    *[draw_merged, draw_groups, draw_ranked],
]


def draw(number: int) -> Drawn:
    dice = random.Random(f"{SEED} {number}")
    return dice.choice(DRAWS)(dice)


def read(drawn: Drawn) -> Notice:
    content = drawn.content.encode()
    if drawn.suffix == ".html":
        encoding, blocks = read_html(content)
    elif drawn.suffix == ".csv":
        _, encoding, blocks = read_csv(content, ".csv")
    else:
        encoding, blocks = read_text(content)
    return parse_notice(Document(Path(f"drawn{drawn.suffix}"), "", drawn.suffix[1:], encoding, tuple(blocks)))


def judge(drawn: Drawn) -> tuple[str, Notice | None]:
    try:
        notice = read(drawn)
    except AuditError:
        return "refused", None
    tiers: dict[str, list[str]] = {}
    for listed in notice.tiers:
        tiers.setdefault(listed.tier, []).extend(listed.units)
    rows = [row for table in notice.tables for row in table.rows]
    scores = {row.unit: row.score for row in rows if row.score is not None}
    named = {*drawn.scores, *(unit for units in drawn.tiers.values() for unit in units)}
    for table in notice.tables if drawn.tiers else ():
        for row in table.rows:  # a label that is not known as a tier is kept as the title of its rows
            title = re.sub(r"[:(].*", "", row.tier or row.group or table.title or "")
            tier = title if title in drawn.tiers else title.removesuffix("单位").removesuffix("等次")
            tiers.setdefault(tier, []).append(row.unit)
    is_exact = (
        scores == drawn.scores
        and len(rows) == len({row.unit for row in rows} & named)
        and {tier: sorted(units) for tier, units in tiers.items()}
        == {tier: sorted(units) for tier, units in drawn.tiers.items()}
    )
    if is_exact:
        return "exact", notice
    return ("reported" if any(each.severity != "note" for each in notice.problems) else "silent"), notice


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(N_CHUNKS))
def test_drawn_notices_are_read_exactly_or_reported(chunk: int) -> None:
    verdicts: Counter[str] = Counter()
    silent = []
    for number in range(chunk, N_INPUTS, N_CHUNKS):
        drawn = draw(number)
        verdict, _ = judge(drawn)
        verdicts[verdict] += 1
        silent += [drawn.content] if verdict == "silent" else []
    print(dict(verdicts))
    assert silent == []
    assert verdicts["exact"] >= LEAST_EXACT * sum(verdicts.values())

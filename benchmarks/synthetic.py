"""Made-up places for the benchmarks: notices in the layout of Leizhou 2017, with random scores; no facts."""

import random
from pathlib import Path

SURNAMES, ENDINGS = "甲乙丙丁戊己庚辛壬癸", {"镇": 20, "局": 36}
TIERS = {"优秀": (90, 101), "良好": (80, 90), "一般": (0, 80)}


def write_places(data: Path, n_places: int, periods: tuple[str, ...] = ("2017",), seed: int = 20170101) -> None:
    """Write data/raw for so many places, named synthetic-0001 and so on."""
    draw = random.Random(seed)
    for number in range(1, n_places + 1):
        for period in periods:
            path = data / "raw" / f"synthetic-{number:04}" / f"{period}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(write_notice(draw, period), encoding="utf-8")


def write_notice(draw: random.Random, period: str) -> str:
    """Word a notice about made-up units."""
    names = [
        f"{first}{second}{end}" for end, n in ENDINGS.items() for first in SURNAMES for second in SURNAMES[: n // 10]
    ]
    scores = sorted((min(100, max(60, round(draw.gauss(85, 6)))) for _ in names), reverse=True)
    draw.shuffle(names)
    lines = [f"关于{period}年合成市政务公开工作检查情况的通报", "日期: 2018-01-29 16:04:06", "合成函〔2018〕1号"]
    for order, (tier, (low, high)) in enumerate(TIERS.items()):
        units = [name for name, score in zip(names, scores, strict=True) if low <= score < high]
        if units:
            lines += [f"({'一二三'[order]}){tier}单位({len(units)}个)", "、".join(units) + "。"]
    lines += ["特此通报", "合成市人民政府办公室", "2018年 1月23日", "附件", f"{period}年合成市政务公开工作检查评分表"]
    lines += ["序  号", "单位名称", "评  分"]
    for serial, (name, score) in enumerate(zip(names, scores, strict=True), start=1):
        lines += [str(serial), name, str(score)]
    return "\n\n".join(lines) + "\n"

"""The words by which notices are read: table headers, tiers, headings, name endings. One row per word, in a file."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

VOCABULARY = Path(__file__).with_name("vocabulary.csv")


@dataclass(frozen=True)
class Vocabulary:
    """What printed words mean. Keys are squeezed words (see `documents.squeeze`)."""

    header: dict[str, str]  # 评分 → score
    tier: dict[str, int]  # 优秀 → 1, the best; tiers of one order are the same step on different scales
    tier_noun: tuple[str, ...]  # words that may follow a tier in a heading: 优秀单位
    level_prefix: tuple[str, ...]  # the level of government that some lists print before a name: 市公安局
    sentiment: dict[str, str]  # word in a heading → how units named below it are spoken of
    suffix: dict[str, str]  # name ending → kind of unit
    side: dict[str, str]  # kind → town, bureau or other
    no_unit: tuple[str, ...]  # beginnings of cells that name no unit: sums, notes

    def kind_of(self, name: str) -> str:
        """Classify a unit by the longest ending we know; `other` where we know none."""
        endings = [suffix for suffix in self.suffix if name.endswith(suffix)]
        return self.suffix[max(endings, key=len)] if endings else "other"

    def strip_level(self, name: str) -> str | None:
        """Take one level prefix off a name; None if it has none.

        Exactly one: 市市场监管局 is the 市 of the city before the 市 of 市场.
        """
        return name[1:] if name.startswith(self.level_prefix) else None


@cache
def read_vocabulary(path: Path = VOCABULARY) -> Vocabulary:
    """Read the vocabulary file. Raises KeyError for a file without its columns."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    words: dict[str, dict[str, str]] = {}
    for row in rows:
        words.setdefault(row["list"], {})[row["word"]] = row["means"]
    return Vocabulary(
        header=words["header"],
        tier={row["word"]: int(row["order"]) for row in rows if row["list"] == "tier"},
        tier_noun=tuple(words["tier_noun"]),
        level_prefix=tuple(words["level_prefix"]),
        sentiment=words["sentiment"],
        suffix=words["suffix"],
        side=words["side"],
        no_unit=tuple(words["no_unit"]),
    )

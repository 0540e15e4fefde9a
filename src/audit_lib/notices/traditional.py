"""Convert a document to simplified characters for parsing, and restore the printed characters in the result."""

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from audit_lib.documents.model import Block, Document, Grid, Line
from audit_lib.notices.lists.tier_lists import TierList
from audit_lib.notices.words.simplified import SIMPLIFIED, TRADITIONAL
from audit_lib.notices.words.vocabulary import Vocabulary

T = TypeVar("T")

# How a character is pronounced, which some pages in traditional characters print behind it: 區(qū).
PINYIN = re.compile("(?<=[\u4e00-\u9fff])[(\uff08][a-z]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-z]*[)\uff09]")
FIXED = frozenset(["place", "heading", "check", "severity", "key", "mark", "level", "document"])  # no print


class Conversion:
    """A document in simplified characters, and what is needed to restore its own in what was read of it."""

    def __init__(self, document: Document, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.kept: dict[int, Line] = {}  # each line as printed, by its simplified form
        self.folded = replace(document, blocks=tuple(self._fold(block, {}) for block in document.blocks))
        self.printed = "\n".join(PINYIN.sub("", line.printed) for line in document.lines)
        self.plain = self.printed.translate(SIMPLIFIED)
        self.chars = {ord(s): t for t, s in zip(self.printed, self.plain, strict=True) if s != t}

    def _fold(self, block: Block, made: dict[int, Line]) -> Block:
        if isinstance(block, Grid):
            rows = tuple(tuple(self._fold_line(cell, made) for cell in row) for row in block.rows)
            return Grid(rows, tuple(self._fold(each, made) for each in block.blocks))
        return self._fold_line(block, made)

    def _fold_line(self, line: Line, made: dict[int, Line]) -> Line:
        if id(line) not in made:  # a merged cell stands in several fields
            made[id(line)] = replace(line, text=PINYIN.sub("", line.text).translate(SIMPLIFIED))
            self.kept[id(made[id(line)])] = line
        return made[id(line)]

    def restore_text(self, text: str) -> str:
        """Return a text as the document prints it."""
        at = self.plain.find(text)
        return self.printed[at : at + len(text)] if at >= 0 else text.translate(self.chars)

    def restore_tier(self, tier: str) -> str:
        """Return a tier as printed, or as the vocabulary names it."""
        return self.vocabulary.name_tier(self.restore_text(tier))

    def restore(self, value: T) -> T:
        """Return a value with all text in it as printed."""
        return self._restore(value)  # type: ignore[no-any-return]

    def _restore(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.restore_text(value)
        if isinstance(value, Line):
            return self.kept.get(id(value)) or replace(value, text=self.restore_text(value.text))
        if isinstance(value, tuple | list):
            return type(value)(map(self._restore, value))
        if isinstance(value, dict):
            return {
                self._restore(key): self.restore_tier(each) if key == "tier" else self._restore(each)
                for key, each in value.items()
            }
        if not is_dataclass(value) or isinstance(value, type | Document):
            return value
        named = {each.name: getattr(value, each.name) for each in fields(value)}
        changed = {name: self._restore(each) for name, each in named.items() if name not in FIXED and each is not None}
        if isinstance(value, TierList):
            changed["tier"] = self.restore_tier(value.tier)
        return replace(value, **changed)


def is_traditional(document: Document) -> bool:
    return any(TRADITIONAL.search(line.text) or PINYIN.search(line.text) for line in document.lines)

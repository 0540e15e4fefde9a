"""Read traditional characters as the simplified ones of the vocabulary, and print what was read as it stands."""

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from audit_lib.documents.model import Block, Document, Grid, Line
from audit_lib.notices.tier_lists import TierList
from audit_lib.notices.vocabulary import Vocabulary

T = TypeVar("T")

# The characters of words that this package knows, and of their endings. By OpenCC's table TSCharacters.
_TRADITIONAL = (
    "並亞佈佔併來係個們備價優兒兩別則創動務勝區協員問單國園團場報奬婦學寧屬島廁廠廳強後從戶採揚據數於時會東業構樓標機檔檢殘氣決測減滿潔為無熱爲獎獲環產産發"
    "監確稅稱積範紅級終組結經綜綠網緑編縣總績繫職與處號計設註證評話該認說説請議變財貿軍較輪辦農這週進過達郵鄉醫銀銷鎮門開間關陸隊雙電頁須預題類馬體點順詳墊"
)
_SIMPLIFIED = (
    "并亚布占并来系个们备价优儿两别则创动务胜区协员问单国园团场报奖妇学宁属岛厕厂厅强后从户采扬据数于时会东业构楼标机档检残气决测减满洁为无热为奖获环产产发"
    "监确税称积范红级终组结经综绿网绿编县总绩系职与处号计设注证评话该认说说请议变财贸军较轮办农这周进过达邮乡医银销镇门开间关陆队双电页须预题类马体点顺详垫"
)
TRADITIONAL = re.compile(f"[{_TRADITIONAL}]")
SIMPLIFIED = str.maketrans(_TRADITIONAL, _SIMPLIFIED)
FIXED = frozenset(["place", "heading", "check", "severity", "key", "mark", "level", "document"])  # no print


class Print:
    """The characters of a document, to print what was read of its simplified form as it stands."""

    def __init__(self, document: Document, vocabulary: Vocabulary) -> None:
        self.document, self.vocabulary = document, vocabulary
        self.kept: dict[int, Line] = {}  # each line as printed, by its simplified form
        self.folded = replace(document, blocks=tuple(self._fold(block, {}) for block in document.blocks))
        self.printed = "\n".join(line.printed for line in document.lines)
        self.plain = self.printed.translate(SIMPLIFIED)
        self.chars = {ord(s): t for t, s in zip(self.printed, self.plain, strict=True) if s != t}

    def _fold(self, block: Block, made: dict[int, Line]) -> Block:
        if isinstance(block, Grid):
            rows = tuple(tuple(self._fold_line(cell, made) for cell in row) for row in block.rows)
            return Grid(rows, tuple(self._fold(each, made) for each in block.blocks))
        return self._fold_line(block, made)

    def _fold_line(self, line: Line, made: dict[int, Line]) -> Line:
        if id(line) not in made:  # a merged cell stands in several fields
            made[id(line)] = replace(line, text=line.text.translate(SIMPLIFIED))
            self.kept[id(made[id(line)])] = line
        return made[id(line)]

    def restore_text(self, text: str) -> str:
        """Return a text as the document prints it."""
        at = self.plain.find(text)
        return self.printed[at : at + len(text)] if at >= 0 else text.translate(self.chars)

    def restore_tier(self, tier: str) -> str:
        """Return a tier as printed, or the form by which the vocabulary names it."""
        printed = self.restore_text(tier)
        return self.vocabulary.name_tier(printed) if printed in self.vocabulary.tier else printed

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
    return any(TRADITIONAL.search(line.text) for line in document.lines)

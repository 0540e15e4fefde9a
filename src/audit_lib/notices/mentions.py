"""Find where the numbered sections of a notice name its units, and whether they praise or criticise them."""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from audit_lib.documents.model import Line, squeeze
from audit_lib.notices.lists.tier_lists import HEADING
from audit_lib.notices.words.vocabulary import Vocabulary

STRETCH = re.compile("至(?!今)")  # 甲村至省道路段 is a road, and says nothing of the village
LONGEST_ITEM = 30  # characters; a numbered line beyond that is a paragraph that begins with its number


@dataclass(frozen=True)
class Mention:
    """A unit named in the prose. Section and item are the numerals that the notice prints (二 and 八)."""

    unit: str
    section: str | None
    item: str | None
    place: str
    sentiment: str | None


@dataclass(frozen=True)
class Heading:
    """A numbered line: its level (section, subsection, item), its numeral and what follows."""

    level: str
    numeral: str
    text: str
    place: str


def parse_heading(line: Line) -> Heading | None:
    """Read the number that a line begins with.

    >>> parse_heading(Line("line 31", "  二、主要存在问题"))
    Heading(level='section', numeral='二', text='主要存在问题', place='line 31')
    """
    match = HEADING.match(line.key)
    if match is None or match.lastgroup is None:
        return None
    return Heading(match.lastgroup, match[match.lastgroup], line.key[match.end() :], line.place)


@dataclass
class _Position:
    """Where in the outline of the notice a line stands."""

    section: str | None = None
    item: str | None = None
    sentiments: dict[str, str | None] = field(default_factory=dict)

    def enter(self, heading: Heading, vocabulary: Vocabulary) -> None:
        if heading.level == "item":
            self.item = heading.numeral
            return
        self.item = None
        if heading.level == "section":
            self.section, self.sentiments = heading.numeral, {}
        words = heading.text if len(heading.text) <= LONGEST_ITEM else ""
        self.sentiments[heading.level] = next((s for word, s in vocabulary.sentiment.items() if word in words), None)

    @property
    def sentiment(self) -> str | None:
        return self.sentiments.get("subsection") or self.sentiments.get("section")


def find_mentions(lines: tuple[Line, ...], names: set[str], vocabulary: Vocabulary) -> tuple[Mention, ...]:
    """Find where the numbered sections name a unit of the tables or lists. Headings tell praise from criticism.

    The longest name wins where one stands inside another (市民政局, not 民政局); a unit counts once per line.
    """
    full = {name: name for name in map(squeeze, names)}
    full |= {short: name for name in full if (short := vocabulary.strip_level(name)) and len(short) > 2}
    lengths: dict[str, list[int]] = {}
    for initial, length in sorted({(name[0], len(name)) for name in full if name}, reverse=True):
        lengths.setdefault(initial, []).append(length)
    position = _Position()
    mentions: list[Mention] = []
    for line in lines:
        if heading := parse_heading(line):
            position.enter(heading, vocabulary)
        if position.section is None:
            continue
        found: dict[str, str] = {}
        for name, where in _find_names(line.aligned, full, lengths):
            found.setdefault(full[name], line.printed[where])
        for unit in found.values():
            mentions.append(Mention(unit, position.section, position.item, line.place, position.sentiment))
    return tuple(mentions)


def _find_names(text: str, names: Container[str], lengths: Mapping[str, Sequence[int]]) -> Iterator[tuple[str, slice]]:
    """Yield the names in a text, and where. `lengths` of the names by their first letter, the longest first."""
    at = 0
    while at < len(text):
        length = next((length for length in lengths.get(text[at], ()) if text[at : at + length] in names), 0)
        if length and not STRETCH.match(text, at + length):
            yield text[at : at + length], slice(at, at + length)
        at += length or 1

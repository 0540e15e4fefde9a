"""Read the lists below a head: the names beside it and in the lines below, until a line holds no names."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from audit_lib.documents.model import Line, squeeze
from audit_lib.notices.lists.described_lists import read_between, read_described, read_numbered
from audit_lib.notices.lists.list_names import SHORTEST_SENTENCE, add_list, read_names
from audit_lib.notices.lists.printed_heads import COLON, STATED
from audit_lib.notices.lists.tier_heads import INSIDE, SEMICOLONS, Head, read_head
from audit_lib.notices.lists.tier_lists import HEADING, Block
from audit_lib.notices.words.dates import is_date, read_numeral
from audit_lib.notices.words.entries import ENUMERATOR, SEPARATORS, Entry, split_outside
from audit_lib.notices.words.vocabulary import Vocabulary
from audit_lib.notices.words.word_lists import HAN

ENDING_CUT = range(1, 4)  # characters of an ending before the line end that cuts it
SENTENCE_WORD = re.compile("[,\uff0c不未]")


@dataclass(frozen=True)
class Lines:
    """The lines outside tables, and what is known of them: the line `until` which lists go on, and their `steps`."""

    lines: Sequence[Line]
    until: int
    steps: Counter[str]  # see `count_steps`
    vocabulary: Vocabulary

    def join_cut(self, line: Line, end: int) -> tuple[Line, int]:
        """Join the lines from `end` on that a line end cuts from a line; return it with where the next begins."""
        while _is_cut(line, self.lines[end : min(self.until, end + 1)], self.vocabulary):
            line, end = Line(line.place, line.text.rstrip() + self.lines[end].text.lstrip()), end + 1
        return line, end


def read_block(lines: Lines, at: int, head: Head, above: Block | None) -> Block:
    """Read the lists of a head, beside it and below it, line by line until one holds no names.

    `above` is the block that ends just before the head.
    """
    block = Block(head, lines.lines[at : at + 1])
    end = _read_beside(lines, at, block) if squeeze(head.names) else at + 1
    block.lines = lines.lines[at:end]
    if block.rest and not block.lists:
        return block
    if not block.lists and _read_described(lines, end, block, above):
        return block
    end = _read_below(lines, end, block)
    block.lines = lines.lines[at:end]
    return block


def _read_beside(lines: Lines, at: int, block: Block) -> int:
    """Read the names beside a head; return where the lines below them begin."""
    beside, end = Line(lines.lines[at].place, block.head.names), at + 1
    if len(split_outside(beside.key, SEPARATORS)) != block.head.stated:
        beside, end = lines.join_cut(beside, end)
    for text in _split_segments(beside.text):
        read_names(Line(beside.place, text), None, block, lines.vocabulary)
    return end


def _read_described(lines: Lines, end: int, block: Block, above: Block | None) -> bool:
    """Read lines that each name a unit and say more, number or list names. Return True if any are read."""
    head, vocabulary, steps = block.head, lines.vocabulary, lines.steps

    def below() -> Iterator[Line]:
        return map(lines.lines.__getitem__, range(end, lines.until))

    described = read_described(below, head, vocabulary, steps)
    numbered = [] if described else read_numbered(below(), head, vocabulary)
    if not (described or numbered or squeeze(head.names)):
        is_after = above is not None and above.is_described and above.head.form == head.form
        described = read_between(below(), head, vocabulary, steps, is_after=is_after)
    block.is_described = bool(described)
    named = described or numbered
    for line, name, _ in named:
        add_list(block, line, None, None, [Entry(name)])
    n_read = named[-1][2] if named else 0
    block.lines = [*block.lines, *lines.lines[end : end + n_read]]
    return bool(block.lists)


def _read_below(lines: Lines, end: int, block: Block) -> int:
    """Read the lines below a head as lists; return the place of the first that is not one."""
    head, vocabulary = block.head, lines.vocabulary
    has_names = bool(squeeze(head.names))
    is_open = squeeze(head.names)[-1:] not in {"。", ";"}
    nested = set[object]()  # forms of labels below a tier that has no names of its own: 政法单位(3个):甲局
    while end < lines.until and (is_open or block.left or 0) > 0:
        line, upto = lines.lines[end], end + 1
        is_part = upto < lines.until and _is_subheading(line, block, vocabulary)
        if is_part:
            line, upto = Line(line.place, f"{line.text.rstrip()}:{lines.lines[upto].text.lstrip()}"), upto + 1
        elif HEADING.match(line.key) or (has_names and (INSIDE.match(line.text) or ENUMERATOR.match(line.key))):
            break
        below = None if is_part else read_head(line, vocabulary, lines.steps)
        if below and below.form not in nested and _may_nest(below, block, vocabulary):
            nested.add(below.form)
        if below and below.form not in nested and _ends_list(below, head, lines):
            break
        line, upto = lines.join_cut(line, upto)
        is_signed = upto < lines.until and (
            is_date(lines.lines[upto].key)
            or _signs_with_next(line, lines.lines[upto : min(lines.until, upto + 2)], block, vocabulary)
        )
        pieces = [text for text in _split_segments(line.text) if squeeze(text)]
        read = [read_names(Line(line.place, text), is_signed, block, vocabulary) for text in pieces]
        if not any(read):
            break
        end = upto
        if not all(read):
            left = [squeeze(text) for text, is_list in zip(pieces, read, strict=True) if not is_list]
            block.rest += [(text, line.place) for text in left if (text, line.place) not in block.rest]
            break
    return end


def _ends_list(below: Head, head: Head, lines: Lines) -> bool:
    """Check whether a head begins another list, and is no label in the list of the head above it."""
    is_step = below.tier.endswith(lines.vocabulary.steps)
    is_again = below.form.has_colon and lines.steps[below.tier] > 1 and below.tier[0] != "第"  # no group: 第一组
    is_other = (is_step or is_again) and not head.is_known
    form = below.form
    is_heading = bool(form.number) or form.is_counted or (bool(form.noun) and not form.has_colon)
    return is_other or below.is_known or is_heading


def _may_nest(below: Head, block: Block, vocabulary: Vocabulary) -> bool:
    """Check whether a counted label begins the list of a tier above it, which has no names of its own."""
    head = block.head
    is_empty = not block.lists and not squeeze(head.names)
    is_tier = head.is_sure or head.form.noun.startswith(vocabulary.scale_noun)
    is_part = not below.is_known and bool(below.form.is_counted and squeeze(below.names))
    return is_empty and is_tier and is_part and (head.form.is_counted or not below.form.number)


def _signs_with_next(line: Line, below: Sequence[Line], block: Block, vocabulary: Vocabulary) -> bool:
    """Check whether two lines above a date sign together: names, the first of a kind that the list does not have."""
    if (
        block.left
        or len(below) < 2
        or not is_date(below[1].key)
        or not vocabulary.names_unit(below[0].key)
        or COLON.search(line.key)
    ):
        return False
    kinds = {vocabulary.kind_of(unit) for unit in block.units}
    return vocabulary.kind_of(line.key) not in kinds


def _split_segments(text: str) -> list[str]:
    """Split what follows a colon where labelled lists do: (1)部门(8个):甲局、乙局;(2)乡镇(2个):丙镇、丁镇."""
    pieces = [piece for piece, _ in split_outside(text, SEMICOLONS)]
    is_labelled = any(INSIDE.match(piece) for piece in pieces)
    has_sentence = any(map(SENTENCE_WORD.search, pieces[1:]))
    return pieces if is_labelled or has_sentence else [text]


def _is_subheading(line: Line, block: Block, vocabulary: Vocabulary) -> bool:
    """Check whether a line labels the next as a part of the list: (一)乡镇(2个) under 一、优秀等次.

    A label that we do not know counts no more names than are to come: 二、群团部门(2个) after 一、乡镇(3个).
    """
    number, of_head = ENUMERATOR.match(line.key), block.head.form.number
    if number is None or ("、" in number[0] and of_head) or of_head[:1] == number[0][:1] or COLON.search(line.key):
        return False
    stated = STATED.search(line.key)
    is_counted = bool(block.lists) and stated is not None and (read_numeral(stated["n"]) or 0) <= (block.left or -1)
    return is_counted or vocabulary.is_label(STATED.sub("", line.key))


def _is_cut(line: Line, below: Sequence[Line], vocabulary: Vocabulary) -> bool:
    """Check whether a line end cuts a name: neither half ends as names of units do, the whole does."""
    if not below or COLON.search(below[0].key) or ENUMERATOR.match(below[0].key) or line.key[-1:] in SEPARATORS:
        return False
    _, colon, listed = line.key.rpartition(":")
    *above, half = [piece for piece, _ in split_outside(listed, SEPARATORS)]
    first, sign = split_outside(below[0].key, SEPARATORS)[0]
    if not half:
        return False
    if below[0].key[0] == "(" and half[-1] != ")":
        return True  # 发展改革委 / (粮食局)
    is_alone = not (above or colon) and (len(half) <= SHORTEST_SENTENCE or vocabulary.has_tier(half))  # 不称职 / 邮政局
    if len(first) > 1 and first in vocabulary.suffix and vocabulary.kind_of(half) == "other" and not is_alone:
        return True  # no name is an ending, or a character
    if any(half[-n:] + first in vocabulary.suffix for n in ENDING_CUT) and first not in vocabulary.suffix:
        return True  # 长江街 / 道办事处
    if not (above or colon) or not HAN.search(first):
        return False
    if len(first) == 1:  # 东湖街 / 道, but not 文化部 / 中
        return vocabulary.kind_of(half) == "other" or vocabulary.kind_of(half + first) != "other"
    if vocabulary.kind_of(half) != "other" or any(map(str.isdigit, half)):
        return False
    is_among = bool(above) and all(vocabulary.kind_of(name) != "other" for name in above)
    is_end = (is_among or len(half) > SHORTEST_SENTENCE) and bool(sign) and len(first) < SHORTEST_SENTENCE
    return vocabulary.kind_of(half + first) != "other" or is_end

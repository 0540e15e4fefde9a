"""Read units that are printed each with its tier: 甲镇(优秀)、乙局(良好); 甲镇:优秀."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from audit_lib.documents.model import Line, squeeze
from audit_lib.notices.grids.rows import Problem, note_problem
from audit_lib.notices.sentences.clause_names import trim_lead
from audit_lib.notices.sentences.tier_clauses import QUOTED, TierPattern
from audit_lib.notices.words.entries import ASIDE, CLAUSE_ENDS, Entry, lists_none, split_outside, strip_number
from audit_lib.notices.words.names import is_name, look_like_units
from audit_lib.notices.words.vocabulary import Vocabulary

PAIR = re.compile("(?P<unit>[^:(\\s]+?)(?:\\s*[:(]\\s*|\\s+)(?P<word>[\u4e00-\u9fff]{1,6})\\)?")
WORD_AT_END = re.compile("[:\uff1a(\uff08\\s][\u4e00-\u9fff]{1,6}[)\uff09]?[。;\uff1b]?\\s*$")
FEWEST_PAIRS = 3  # that make a scale of words none of which is a known tier


@dataclass(frozen=True)
class Stated:
    """A clause on one tier: the names in it, the other pieces among them, and the number of units that it states."""

    tier: str
    is_known: bool
    entries: list[Entry]
    rest: list[str]
    stated: int | None
    place: str
    link: str = ""  # the words that lead to the tier: 被评为
    series: str = ""  # what was assessed, between them: 耕地保护考核


def find_pairs(lines: Sequence[Line], vocabulary: Vocabulary) -> tuple[dict[int, list[Stated]], list[Problem]]:
    """Find runs of units each with its tier, in a line or one a line: 甲镇(优秀)、乙局(良好); 甲镇:优秀.

    Where two units have known tiers, or few words serve many units, a short word in the place of a tier is one too:
    丙局:中. A problem says so where none of them is known.
    """
    found: dict[int, list[Stated]] = {}
    problems: list[Problem] = []
    read = [(at, _read_pairs(line, vocabulary)) for at, line in enumerate(lines)]
    sure = {unit for _, pairs in read for unit, _ in pairs}
    read = [(at, pairs or _read_words(lines[at], vocabulary)) for at, pairs in read]
    for is_paired, run in groupby(read, key=lambda each: bool(each[1])):
        paired = list(run) if is_paired else []
        units = [unit for _, pairs in paired for unit, _ in pairs]
        n_sure, words = len(sure.intersection(units)), dict.fromkeys(tier for _, pairs in paired for _, tier in pairs)
        are_few = 2 * len(words) <= len(units) or any(a != b and a in b for a in words for b in words)
        is_new = n_sure == 0 and are_few and len(words) > 1 and len(units) >= FEWEST_PAIRS
        is_scale = n_sure > 1 or (n_sure and 2 * len(words) <= len(units)) or is_new
        if len(set(units)) < 2 or not is_scale or not look_like_units(units, vocabulary):
            continue
        if is_new:
            facts = {"tiers": "、".join(words)}
            problems.append(note_problem("not_read", "new_tiers", lines[paired[0][0]].place, "warning", **facts))
        for at in (paired[0][0] - 1, paired[-1][0] + 1):
            beside = lines[at] if 0 <= at < len(lines) else None
            if beside and PAIR.fullmatch(_plain(beside)):  # a bare name and its word
                facts = {"found": beside.key}
                problems.append(note_problem("not_read", "sibling", beside.place, "warning", **facts))
        for at, pairs in paired:
            tiers = dict.fromkeys(tier for _, tier in pairs)
            listed = {tier: [Entry(unit) for unit, its in pairs if its == tier] for tier in tiers}
            found[at] = [Stated(tier, True, entries, [], None, lines[at].place) for tier, entries in listed.items()]
    return found, problems


def _read_pairs(line: Line, vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """Read a line that is nothing but units with their tiers; nothing where it is another."""
    pattern = vocabulary.cached(TierPattern)
    if not pattern.graded.search(line.key):
        return []
    text = strip_number(QUOTED.sub("", ASIDE.sub("", unicodedata.normalize("NFKC", line.text.strip()))))
    for listed in (text, text.partition(":")[2]):
        pieces = [strip_number(piece.strip()) for piece, _ in split_outside(listed, f"、,{CLAUSE_ENDS}")]
        pairs = [pattern.pair.fullmatch(piece) for piece in pieces if piece]
        read = [(trim_lead(squeeze(pair["unit"]), vocabulary), pair["tier"], pair["sign"]) for pair in pairs if pair]
        # Without a sign between them 县一中基本合格 may be of another tier.
        if (
            pairs
            and len(read) == len(pairs)
            and all(vocabulary.names_unit(unit) or (sign and is_name(unit, vocabulary)) for unit, _, sign in read)
        ):
            return [(unit, vocabulary.name_tier(tier)) for unit, tier, _ in read]
    return []


def _read_words(line: Line, vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """Read a line that is nothing but names of units, each with a short word that may be its tier."""
    if not WORD_AT_END.search(line.text):
        return []
    text = _plain(line)
    read: list[tuple[str, str]] = []
    for piece, _ in split_outside(text, "、,;"):
        pair = PAIR.fullmatch(strip_number(piece.strip()))
        word = pair["word"].removesuffix("等次") if pair else ""
        if not pair or not word or lists_none(word) or not vocabulary.names_unit(pair["unit"]):
            return []
        if vocabulary.names_unit(word):
            return []
        read.append((pair["unit"], word))
    return read


def _plain(line: Line) -> str:
    return strip_number(unicodedata.normalize("NFKC", line.text.strip())).rstrip("。;")

"""Split the names that a sentence lists from the words that lead to them and follow them."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from audit_lib.notices.words.entries import Entry, read_entries, split_outside
from audit_lib.notices.words.names import LONGEST_BARE, is_name
from audit_lib.notices.words.vocabulary import Vocabulary
from audit_lib.notices.words.word_lists import PLACES, either

OTHERS = re.compile("其[余他它]|剩[余下]|余下|^各")  # units that the sentence does not name
MOST_LEADS, SHORTEST_LEAD = 3, 4  # as many short stretches before the names are names too
BARE = re.compile("(?:(?![在中的得分以被等共其经各为])[\u4e00-\u9fff]){2,6}")  # may be a name that only spaces part
AUTONOMOUS = "自治"  # in the longest names of places
TAKEN = re.compile("[将把](?!军)|对")  # 将甲镇评为优秀; not 将军路街道
LONGER = 2  # characters of a word before a name
YEAR_BEHIND = re.compile(r"[在于]?\d{4}年?度?$|[在于]?\d{4}年.*$")


def split_units(text: str, vocabulary: Vocabulary, stated: int | None) -> tuple[list[Entry], list[str]]:
    """Split 经考核,甲镇、乙局和丙局2021年度 into its names, from the last back to where a sentence leads to them.

    Return the names, and what is among them and no name; nothing where it is no list of names.
    """
    listed = text.strip(",、").rsplit(":", 1)[-1]
    pieces = split_outside(listed, ",")
    names: list[str] = []
    for at, (piece, _) in enumerate(reversed(pieces)):
        if at and not _is_list(piece, vocabulary):
            break
        names.insert(0, piece)
    left = [piece for piece, _ in pieces[: len(pieces) - len(names)]][-MOST_LEADS:]  # 近日,经研究, at most
    is_cut = len(left) == MOST_LEADS and all(len(piece) <= SHORTEST_LEAD for piece in left)
    inside = [piece for piece, _ in split_outside("、".join(names), "、")]
    last = inside[-1]
    inside[-1] = trim_tail(last, vocabulary)
    cut = vocabulary.cached(compile_verbs).sub("", last.removeprefix(inside[-1]))
    if len(inside) == 1 and len(cut) > LONGEST_BARE:
        return [], []  # 甲省领导小组要求 is no 甲省
    cut = cut if BARE.fullmatch(cut) and last.startswith(inside[-1] + cut) else ""
    inside[-1] += cut  # 州公安局交警支队 may be a name, and two that spaces part: kept whole, and reported
    inside[0] = trim_lead(inside[0], vocabulary)
    joined = "、".join(inside)
    entries, rest = read_entries(joined, vocabulary)
    if entries:
        lead = vocabulary.first_lead.match(entries[0].unit)
        rest_of = entries[0].unit[lead.end() :] if lead else ""
        entries[0] = replace(entries[0], unit=rest_of) if len(rest_of) > 1 else entries[0]
    if _may_hold_lead([entry.unit for entry in entries], vocabulary):
        entries[0] = replace(entries[0], is_doubtful=True)
    unnamed = [name for name in (*rest, *(entry.unit for entry in entries)) if OTHERS.search(name)]
    rest = [piece for piece in rest if piece not in unnamed]
    entries = [entry for entry in entries if entry.unit not in unnamed]
    if unnamed and not entries:
        return [], unnamed
    rest += unnamed
    known = [vocabulary.names_unit(entry.unit) for entry in entries]
    if len(entries) == 1 and not known[0] and (stated != 1 or len(entries[0].unit) > LONGEST_BARE):
        is_doubtful = stated != 1 and len(entries[0].unit) <= LONGEST_BARE and len(entries[0].unit) > 1
        return [], [entries[0].unit] if is_doubtful and entries[0].unit[0] != "其" else []
    rest += left if is_cut else []
    if rest and 2 * sum(known) <= len(known) + len(rest):
        return [], []
    is_of_name = any(name.endswith(cut) for name in inside[:-1])  # 甲镇工会、乙公司工会
    return entries, [*rest, cut] if cut and not is_of_name else rest


def _may_hold_lead(names: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Check whether the first of several places may begin with a word of the sentence: 核定铜官区 beside 义安区.

    It is longer than all others, and its end alone is a name.
    """
    first, *others = names or [""]
    is_longer = bool(others) and len(first) >= LONGER + max(map(len, others))
    if not is_longer or any(vocabulary.kind_of(name) not in PLACES for name in names):
        return False
    ends = range(LONGER, len(first) - LONGER if AUTONOMOUS not in first else 0)
    return any(
        vocabulary.names_unit(first[at:])
        and first[at:] not in vocabulary.suffix
        and not vocabulary.names_unit(first[:at])
        for at in ends
    )


def _is_list(piece: str, vocabulary: Vocabulary) -> bool:
    """Check whether the stretch between two commas is of the list that goes on after it."""
    pieces = [trim_lead(each, vocabulary) for each, _ in split_outside(piece, "、")]
    return all(vocabulary.names_unit(each) for each in pieces) or (
        len(pieces) > 1 and all(is_name(each, vocabulary) for each in pieces) and vocabulary.names_unit(pieces[-1])
    )


def trim_lead(name: str, vocabulary: Vocabulary) -> str:
    """Remove what leads to the first name of a list: 确定甲镇, 得分前两名的是甲镇 and 将甲镇 are 甲镇.

    将, 把 and 对 stay where one character is left before the ending (将乐县), 对 before what is no place (对外经贸局).
    """
    if vocabulary.kind_of(name) == "other":
        return name  # what it ends with is no name either
    lead = vocabulary.lead.match(name)
    taken = None if lead else TAKEN.match(name)
    found = lead or taken
    rest = name[found.end() :] if found else ""
    kind = vocabulary.kind_of(rest)
    if taken and (rest[1:] in vocabulary.suffix or (taken[0] == "对" and kind not in PLACES)):
        return name
    return rest if len(rest) > 1 and kind != "other" else name


def trim_tail(name: str, vocabulary: Vocabulary) -> str:
    """Remove what follows the last name of a list: 丙县2021年度考核结果 is 丙县."""
    if vocabulary.kind_of(name) != "other":
        return name
    name = YEAR_BEHIND.sub("", name) or name
    ends = range(len(name), 1, -1)
    whole = (end for end in ends if name[end - 1 : end + 1] not in vocabulary.compound)  # not 农贸市|场
    return next((name[:end] for end in whole if vocabulary.names_unit(name[:end])), name)


def compile_verbs(vocabulary: Vocabulary) -> re.Pattern[str]:
    """Return the pattern of the words before a tier that belong to no name: 2021年, 考核, 评定."""
    return re.compile(f"\\d{{4}}年|{either(vocabulary.tier_verb)}")


def count_shared(texts: Sequence[str]) -> int:
    """Count the characters with which all texts end."""
    return sum(1 for _ in takewhile(lambda ends: len(set(ends)) == 1, zip(*map(reversed, texts), strict=False)))

"""The balance of a notice: what is left after reading and looks like what should have been read, with its line."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from audit_lib.documents.model import Line, flatten, squeeze
from audit_lib.notices.grids.columns import read_figure
from audit_lib.notices.grids.rows import Problem, note_problem
from audit_lib.notices.lists.tier_lists import TierList
from audit_lib.notices.sentences.clause_names import trim_lead, trim_tail
from audit_lib.notices.sentences.score_clauses import split_unit
from audit_lib.notices.sentences.tier_clauses import TOWARDS
from audit_lib.notices.words.dates import NUMERAL, is_date, read_numeral
from audit_lib.notices.words.entries import ENUMERATOR, POINTS, split_and, split_outside, strip_number
from audit_lib.notices.words.names import LONGEST_BARE, MASK
from audit_lib.notices.words.vocabulary import Vocabulary
from audit_lib.notices.words.word_lists import BRACKET, HAN, LONGEST_NAME

if TYPE_CHECKING:
    from audit_lib.notices.notice import Notice

NOT_READ = "not_read"  # the check of everything that is left over
FEWEST_NAMES = 3  # from which on a run of names outside all lists is no address and no example
LONGEST_IN_LIST = 6  # characters of a bare name in a line that holds nothing but names
NUMBER_BESIDE = re.compile(rf"(?P<name>[^\d、,;。:().\s][^\d、,;。:()]{{1,19}}?)\(?(?P<n>{POINTS})(?P<mark>[分名位%])")
MARKED = re.compile(r"\d[分名位%]")
PLACED = re.compile(
    r"(?P<name>[^\d、,;。:()第]{2,20}?)(?:排名|位列|列|居)?(?:并列)?第[一二三四五六七八九十\d]{1,3}[名位]"
)
PLACE_AHEAD = re.compile(r"第\d{1,3}[名位]")  # 第1名 甲区 得分94分
MASKED = re.compile(rf"(?:{MASK.pattern}|[*×]\.|\.[*×])[.\d*×]{{0,4}}分")
LONGEST_GRADE_WORD = 4  # characters beside a name that may be its tier
SENTENCE_WORDS = re.compile("[不未的了被须请]")
GRADE = re.compile("[(\uff08][\u4e00-\u9fff]{1,6}[)\uff09]")  # 甲镇(基本合格)
LISTED = re.compile("[、:为]")
SENTENCES = re.compile("[,;].*。|。.")
SIGN = re.compile("[,:;!?]|。.")
COUNTED_LIST = re.compile(  # 甲、乙、丙等3个县
    rf"(?:[^、,;。:\d]{{2,12}}、){{2,200}}[^、,;。:\d]{{2,12}}?等(?P<n>{NUMERAL})[个家]"
)
SUSPICIOUS = re.compile(r"[、,;第\d*×]")


def balance_notice(
    notice: "Notice", prose: Sequence[Line], vocabulary: Vocabulary, *, is_table_reported: bool
) -> tuple[Problem, ...]:
    """Return what is left over, in the order of the lines; `prose` are the lines outside tables and headed lists."""
    names = _known_names(notice.names, vocabulary)
    parts = set(map(squeeze, {name for table in notice.tables for row in table.rows for name in row.extra}))
    scored: dict[str, float | None] = dict.fromkeys(parts)
    scored |= {squeeze(row.unit): row.score for table in notice.tables for row in table.rows}
    places = {row.place for table in notice.tables for row in table.rows} | {tier.place for tier in notice.tiers}
    found = [
        *compare_counts(notice.tiers),
        *_find_unlike(notice.tiers, vocabulary),
        *_find_names_on_lines(prose, names, vocabulary),
    ]
    named = [(squeeze(unit), tier.place) for tier in notice.tiers for unit in tier.units]
    named += [(squeeze(row.unit), row.place) for table in notice.tables for row in table.rows]
    found += _find_remarks(named, vocabulary)
    if not is_table_reported:
        found += _find_pairs(prose, names, vocabulary)
    for line in prose:
        found += _balance_line(line, names | parts, scored, line.place in places, vocabulary)
    found += _find_siblings(notice, prose, {each.place for each in found}, vocabulary)
    return tuple(found)


def _find_siblings(
    notice: "Notice", prose: Sequence[Line], reported: set[str], vocabulary: Vocabulary
) -> Iterator[Problem]:
    """Yield the numbered or labelled lines that were not read as a list, next to one that was: 二、 after 一、."""
    read = {tier.place for tier in notice.tiers} | {row.place for table in notice.tables for row in table.rows}
    left = {line.place for line in prose} - read - reported
    lines = [line for line in flatten(notice.document.blocks) if line.key]
    for before, line, after in zip([None, *lines], lines, [*lines[1:], None], strict=False):
        beside = [each for each in (before, after) if each and each.place in read] if line.place in left else []
        shape = _shape_of_line(line, vocabulary) if beside else ""
        is_like = shape and any(_shape_of_line(each, vocabulary) == shape for each in beside)
        if is_like and (shape == "pair" or LISTED.search(strip_number(line.key))):
            yield note_problem(NOT_READ, "sibling", line.place, "warning", found=line.key)


def _shape_of_line(line: Line, vocabulary: Vocabulary) -> str:
    """Return how a line that lists something begins: with a number, a label, or neither."""
    beside = BRACKET.search(strip_number(line.key))
    if beside and beside.start() and GRADE.fullmatch(beside[0]):
        return "pair"
    if ENUMERATOR.match(line.key):
        return "number"
    words = line.text.split()
    grade = squeeze(words[1]) if len(words) == 2 and len(line.key) <= LONGEST_NAME else ""
    if vocabulary.has_tier(grade) or vocabulary.may_grade(grade):
        return "pair"
    label, colon, rest = line.key.partition(":")
    if (
        colon
        and 0 < len(rest) <= LONGEST_GRADE_WORD
        and (vocabulary.names_unit(label) or len(label) <= LONGEST_GRADE_WORD)
    ):
        return "pair"
    is_list = colon and not SENTENCES.search(rest)
    is_label = is_list and len(label) <= LONGEST_BARE and label not in vocabulary.furniture and not SIGN.search(label)
    return "label" if is_label else ""


def _known_names(units: Iterable[str], vocabulary: Vocabulary) -> set[str]:
    names = set(map(squeeze, units))
    return names | {short for name in names if (short := vocabulary.strip_level(name))}


def compare_counts(tiers: Iterable[TierList]) -> Iterator[Problem]:
    """Yield the lists that are longer or shorter than their heading states; lists under one heading count together."""
    counted: Counter[tuple[str, int, str]] = Counter()
    for tier in tiers:
        if tier.stated is not None and tier.units:
            counted[tier.tier, tier.stated, tier.heading or tier.place] += len(tier.units)
    for (name, stated, place), n in counted.items():
        if n != stated:
            where = " ".join(place.split(" ")[:2]) if place.startswith("line ") else place
            yield note_problem("tier_count", "count", where, tier=name, stated=stated, n=n)


def _find_unlike(tiers: Sequence[TierList], vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield entries that do not look like their neighbours: long or with words of a sentence, and of no known kind."""
    bare = [len(u) for tier in tiers for u in tier.units if vocabulary.kind_of(u) == "other"]
    tiers_known = [word for word in vocabulary.tier if len(word) > 1]
    longest = min(bare, default=0) + 1  # of a bare name; a longer one may be two with a space between
    ends = Counter(unit[-1:] for tier in tiers for unit in tier.units)
    n_listed = sum(ends.values())
    for tier in tiers:
        known = [vocabulary.kind_of(u) != "other" or 1 < ends[u[-1:]] > n_listed / 2 for u in tier.units]
        for unit, is_known in zip(tier.units, known, strict=True):
            if not is_known and (
                SENTENCE_WORDS.search(unit)
                or (
                    len(unit) >= LONGEST_IN_LIST and any(word in unit for word in (*vocabulary.sentiment, *tiers_known))
                )
                or (len(unit) > LONGEST_BARE and any(known))
                or (len(unit) > longest and not any(known))
            ):
                yield note_problem(NOT_READ, "unlike", tier.place, "warning", found=unit)


def _find_remarks(names: Sequence[tuple[str, str]], vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield names with their places that end in a bracket as few others do, and would be names without it."""
    ending = [(name, place) for name, place in names if BRACKET.search(name)]
    for name, place in ending if len(ending) < len(names) else ():
        bare = BRACKET.sub("", name)
        inside = [piece for piece, _ in split_outside(name[len(bare) + 1 : -1], "、")]
        if vocabulary.names_unit(bare) and not all(vocabulary.kind_of(piece) != "other" for piece in inside):
            yield note_problem(NOT_READ, "unlike", place, "warning", found=name)


def _find_names_on_lines(prose: Sequence[Line], names: set[str], vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield names, one a line, that are in no list."""
    dated = {id(line) for line, below in pairwise(prose) if is_date(below.key)}
    for is_name, run in groupby(prose, lambda line: vocabulary.names_unit(strip_number(line.key))):
        run_lines = list(run)
        lines = [line for line in run_lines if _is_unread(strip_number(line.key), names, vocabulary)]
        is_among = len(lines) < len(run_lines)  # others of the run were read
        is_dated = bool(lines) and id(lines[-1]) in dated
        fewest = 1 + is_dated if is_among else FEWEST_NAMES - bool(names and not is_dated)
        if is_name and lines and len(lines) >= fewest:
            facts = {"n": len(lines), "found": lines[0].key}
            yield note_problem(NOT_READ, "names", lines[0].place, "warning", **facts)


def _find_pairs(prose: Sequence[Line], names: set[str], vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield names each with a number on the line below: the cells of a table that was not found."""
    pairs = [
        (line, vocabulary.names_unit(line.key))
        for line, below in pairwise(prose)
        if read_figure(below.key) is not None and _may_name(line.key, vocabulary) and line.key not in names
    ]
    if len(pairs) >= FEWEST_NAMES or any(is_known for _, is_known in pairs):
        facts = {"n": len(pairs), "found": pairs[0][0].key}
        yield note_problem(NOT_READ, "pairs", pairs[0][0].place, "warning", **facts)


def _may_name(key: str, vocabulary: Vocabulary) -> bool:
    is_word = 1 < len(key) <= LONGEST_BARE and HAN.search(key) is not None and vocabulary.meaning_of(key) is None
    return is_word and not any(char.isdigit() for char in key) and not vocabulary.sums_up(key)


def _balance_line(
    line: Line, names: set[str], scored: Mapping[str, float | None], is_read: bool, vocabulary: Vocabulary
) -> Iterator[Problem]:
    """Yield what is left over in a line: masked numbers, and the names or the number beside a name that is not read."""
    text = line.aligned
    if not SUSPICIOUS.search(text) or not HAN.search(text):
        return
    if n_masked := len(MASKED.findall(text)):
        yield note_problem(NOT_READ, "masked", line.place, "warning", n=n_masked)
    if text.partition(":")[0] in vocabulary.furniture:
        return
    sentences = [_list_pieces(sentence, vocabulary) for sentence in text.split("。")]
    if (facts := _find_unlisted(text, sentences, names, vocabulary, is_read=is_read)) is not None:
        yield note_problem(NOT_READ, "names", line.place, "warning", **facts)
    elif not any(map(_is_to_all, sentences)) and (found := _find_unscored(text, names, scored, vocabulary)):
        yield note_problem(NOT_READ, "beside", line.place, "warning", found=found)


def _find_unlisted(
    text: str, sentences: Sequence[list[str]], names: set[str], vocabulary: Vocabulary, *, is_read: bool
) -> dict[str, object] | None:
    """Return how many names of a line are in no list, and the first; None where too few are to be a list."""
    pieces = [TOWARDS.sub("", piece) for listed in sentences if not _is_to_all(listed) for piece in listed]
    unread = [
        each for piece in pieces if (each := trim_lead(piece, vocabulary)) and _is_unread(each, names, vocabulary)
    ]
    first = set(unread)
    for before, piece in pairwise(pieces):
        tail = trim_tail(piece, vocabulary) if before in first and piece not in first else ""
        unread += [tail] if tail and _is_unread(tail, names, vocabulary) else []
    is_labelled = ":" in text and vocabulary.is_label(text.partition(":")[0])
    if len(unread) >= FEWEST_NAMES or ((is_read or is_labelled) and unread):
        return {"n": len(unread), "found": unread[0]}
    bare = [] if is_read or "、" not in text else _list_bare(text) or _list_counted(text, vocabulary)
    return (
        {"n": len(unread) or len(bare), "found": (unread or bare)[0]} if bare and not names.issuperset(bare) else None
    )


def _list_bare(text: str) -> list[str]:
    """Return the words of a line that holds nothing but short words, perhaps after a label; else none."""
    label, colon, listed = text.partition(":") if text.count(":") == 1 else ("", "", text)
    words = [strip_number(piece) for piece, _ in split_outside(listed.rstrip("。;"), "、") if piece]
    is_list = all(1 < len(word) <= LONGEST_IN_LIST and HAN.search(word) for word in words)
    is_list = is_list and len(words) >= FEWEST_NAMES - bool(colon)
    is_label = len(label) <= LONGEST_NAME and not SIGN.search(label)
    return words if is_list and is_label and not (SIGN.search(listed) or SENTENCE_WORDS.search(listed)) else []


def _list_counted(text: str, vocabulary: Vocabulary) -> list[str]:
    """Return the names that a sentence lists and counts as units: 甲、乙、丙等3个县; else none."""
    for found in COUNTED_LIST.finditer(text):
        names = [name for name, _ in split_outside(found[0].rpartition("等")[0], "、")]
        if read_numeral(found["n"]) == len(names) and vocabulary.bare_kind.match(text, found.end()):
            return names
    return []


def _find_unscored(
    text: str, names: set[str], scored: Mapping[str, float | None], vocabulary: Vocabulary
) -> str | None:
    """Return the first number or place of a line that stands beside a name and was not read."""
    numbered = NUMBER_BESIDE.finditer(PLACE_AHEAD.sub("", text)) if MARKED.search(text) else ()
    placed = PLACED.finditer(text) if "第" in text else ()
    for match in (*numbered, *placed):
        name = strip_number(match["name"])
        n = float(match.groupdict().get("n") or -1)
        begun = [end for end in range(2, len(name)) if name[:end] in scored]
        is_read = any(unit.endswith(name) for unit in scored)
        if is_read or any(name[end:] in scored or scored[name[:end]] == n for end in begun):
            continue  # a unit, or one with what its number scores: 甲街道市容市貌91分
        unit, _ = split_unit(name, vocabulary, is_first=True)
        is_known = vocabulary.names_unit(unit)
        is_missed = is_known and _is_unread(unit, names, vocabulary)
        if is_missed or (is_known and unit not in scored and match.groupdict().get("mark") == "分" and scored):
            return str(match[0])
    return None


def _list_pieces(sentence: str, vocabulary: Vocabulary) -> list[str]:
    """Split a sentence where names of a list are parted."""
    parts = [strip_number(piece).removeprefix("以及") for piece, _ in split_outside(sentence, "、,;:!?") if piece]
    split = [split_and(part, vocabulary) for part in parts]
    whole = [each if len(each) > 1 else split_and(trim_lead(each[0], vocabulary), vocabulary) for each in split]
    return [piece for each in whole for piece in each if piece]


def _is_to_all(pieces: Sequence[str]) -> bool:
    """Check whether a sentence is about all units: 开发区管委会,各镇人民政府:."""
    return any(piece[0] == "各" for piece in pieces)


def _is_unread(name: str, names: set[str], vocabulary: Vocabulary) -> bool:
    bare = BRACKET.sub("", name) or name
    return vocabulary.names_unit(name) and names.isdisjoint((name, bare, vocabulary.strip_level(bare)))


def drop_known(problems: Iterable[Problem], units: set[str], vocabulary: Vocabulary) -> tuple[Problem, ...]:
    """Leave out what names only units that were read elsewhere: such a list is a mention."""
    names = _known_names(units, vocabulary)
    return tuple(each for each in problems if not _names_known(each, names))


def _names_known(problem: Problem, names: set[str]) -> bool:
    listed = problem.phrase.facts.get("units")
    return isinstance(listed, list) and names.issuperset(map(squeeze, listed))

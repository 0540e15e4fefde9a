"""Check whether a text may be the name of a unit, and whether names look like each other."""

import re
from collections import Counter
from collections.abc import Sequence

from audit_lib.documents.model import squeeze
from audit_lib.notices.words.dates import DATE, NUMERAL
from audit_lib.notices.words.vocabulary import Vocabulary
from audit_lib.notices.words.word_lists import BRACKETED, HAN, LONGEST_NAME

HALF_QUOTE = re.compile("[“‘][^”’]*$|^[^“‘]*[”’]")
STOP = re.compile("[,!?]|。.")  # no name holds one
SHORTEST_WORD = 2  # characters of a name
COUNTED_ALONE = re.compile(rf"[第前后末]?(?:{NUMERAL})[位名个家]")
NUMBER_OF = re.compile(r"\d[个家名]")  # 甲镇5个镇
FUNCTION = re.compile(  # words of a closed class, with which clauses begin and names do not
    "[在以按由被把而或则但因是为该这我你]|希望|根据|同时|没有|予以|给予|特此|均(?:[获被为达]|予以)"
    "|见附|详见|不含|其[余他它]|剩[余下]|余下|各|所[有属辖]|全部|上述|以上|.直各|除|去年|今年|上年|[上本]期|[上本]月|同期|倒数"
)
NUMBER_IN_NAME = re.compile(
    r"(?<=[\u4e00-\u9fff])\d{1,3}(?=[\u4e00-\u9fff]{2})(?![分名位年月日个家件条次项元万期第])"
)  # 绿地21新城
FEWEST_ALIKE = 3  # names of which most end alike
LONGEST_BARE = 8  # characters of a name that does not end as names of units do
MASK = re.compile(r"[*\uff0a×xXⅹ?]{2,}|[(\uff08]略[)\uff09]|[○〇□]{2,}")


def is_name(text: str, vocabulary: Vocabulary) -> bool:
    """Check whether a text may be the name of a unit; figures stand only before a known ending."""
    key = squeeze(text)
    if (
        not HAN.search(key)
        or len(key) > LONGEST_NAME
        or DATE.search(key)
        or MASK.search(key)
        or STOP.search(BRACKETED.sub("", key))
        or vocabulary.sums_up(key)
        or key.count("(") > key.count(")")
    ):
        return False
    if vocabulary.states_tier(key) or names_none(key, vocabulary):
        return False
    is_known = vocabulary.kind_of(key) != "other"
    return is_known or not any(char.isdigit() for char in NUMBER_IN_NAME.sub("", key).split("(")[0])


def names_none(key: str, vocabulary: Vocabulary) -> bool:
    """Check whether a text can be no name: a character, a kind of units, a number of them, or words of a clause."""
    bare = BRACKETED.sub("", key)
    if HALF_QUOTE.search(key):
        return True
    if key.startswith("希望") and key[2:] in vocabulary.suffix:  # 希望小学, but 希望各镇
        return False
    is_short = len(bare) < SHORTEST_WORD or COUNTED_ALONE.fullmatch(bare) is not None
    return (
        is_short or NUMBER_OF.search(bare) is not None or vocabulary.is_bare(bare) or FUNCTION.match(bare) is not None
    )


def look_alike(names: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Check whether names look like each other: most end as names of units do, or all are short, or all alike."""
    return all(len(name) <= LONGEST_BARE for name in names) or look_like_units(names, vocabulary)


def look_like_units(names: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Check whether most names end as names of units do, or all end or begin alike: 甲医院, 乙医院; 县一中, 县职校."""
    known = sum(vocabulary.names_unit(name) for name in names)
    ends = Counter(name[-1:] for name in names)
    is_alike = len(ends) == 1 or all(name.startswith(vocabulary.level_prefix) for name in names)
    is_mostly = len(names) >= FEWEST_ALIKE and 2 * max(ends.values()) > len(names)
    return 2 * known > len(names) or (len(names) > 1 and is_alike) or is_mostly

"""Chinese names in Latin letters."""

import re
from functools import cache

HAN = re.compile(r"[\u3400-\u9fff]+")


@cache
def spell_in_pinyin(name: str) -> str:
    """Spell the Chinese of a name in pinyin without tones, each run with a capital; all else stays.

    >>> spell_in_pinyin("水务局"), spell_in_pinyin("A级"), spell_in_pinyin("Commerce")
    ('Shuiwuju', 'AJi', 'Commerce')
    """
    return HAN.sub(lambda run: "".join(_spell(run[0])).capitalize(), name)


@cache
def find_initials(name: str) -> str:
    """Find the initials of a name in pinyin, as people type them: swj for 水务局."""
    return HAN.sub(lambda run: "".join(syllable[0] for syllable in _spell(run[0])), name).lower()


def _spell(run: str) -> list[str]:
    from pypinyin import lazy_pinyin  # reads a dictionary of phrases; most reports need none of it

    return [syllable for syllable in lazy_pinyin(run) if syllable]

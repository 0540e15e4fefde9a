"""The simplified forms of traditional characters, from `simplified.txt`."""

import re
from pathlib import Path

_LINES = Path(__file__).with_name("simplified.txt").read_text(encoding="utf-8").splitlines()
_PAIRS = [pair for line in _LINES if not line.startswith("#") for pair in line.split()]
SIMPLIFIED = str.maketrans({pair[0]: pair[1] for pair in _PAIRS})
TRADITIONAL = re.compile(f"[{''.join(map(chr, SIMPLIFIED))}]")

"""A strip of dots: where one score lies among all of its table. Inline SVG that follows the width of its page."""

from collections import Counter
from collections.abc import Sequence

from markupsafe import Markup

from audit_lib.wording.number_format import format_score
from audit_lib.wording.words import Words

STEP, TALLEST = 6, 48  # px between two dots of a tie; the tallest tie shrinks to fit
LABEL, FOOT = 20, 8  # px above and below the dots
MARGIN = 2.0  # percent of the width that is kept free at both ends


def draw_strip(scores: Sequence[float], own: float, label: str) -> Markup:
    """Draw one dot for each score, ties above each other, the own one larger and with its value; `label` is the text.

    The ends are the lowest and the highest score. Ties are lines of round dashes: one element a score, however many.
    """
    ties = Counter(scores)
    tallest = max(ties.values()) - 1
    step = min(STEP, TALLEST / max(1, tallest))
    ground = LABEL + STEP + step * tallest
    columns = [_draw_column(_place(score, scores), ground, step, n) for score, n in sorted(ties.items())]
    svg = '<svg class="strip" role="img" width="100%" height="{height:g}" aria-label="{label}">{dots}{own}</svg>'
    marked = _mark(_place(own, scores), ground, format_score(own))
    return Markup(svg).format(height=ground + FOOT, label=label, dots=Markup("").join(columns), own=marked)


def _place(score: float, scores: Sequence[float]) -> float:
    low, high = min(scores), max(scores)
    return round(MARGIN + (100 - 2 * MARGIN) * ((score - low) / (high - low) if high > low else 0.5), 1)


def _draw_column(x: float, ground: float, step: float, n: int) -> Markup:
    # A line of no length draws no dot everywhere; a tenth of a pixel does.
    line = '<line x1="{x}%" x2="{x}%" y1="{y1:g}" y2="{y2:g}" stroke-dasharray="0 {step:.4g}"/>'
    return Markup(line).format(x=x, y1=ground, y2=ground - step * (n - 1) - 0.1, step=step)


def _mark(x: float, ground: float, value: str) -> Markup:
    anchor = "start" if x < 10 else "end" if x > 90 else "middle"
    dot = (
        '<circle class="own" cx="{x}%" cy="{y:g}" r="5.5"/><text x="{x}%" y="13" text-anchor="{anchor}">{value}</text>'
    )
    return Markup(dot).format(x=x, y=ground, anchor=anchor, value=value)


def describe_strip(scores: Sequence[float], own: float, period: str, words: Words) -> str:
    """Say in words what a strip shows."""
    higher, lower = sum(each > own for each in scores), sum(each < own for each in scores)
    facts = {"period": words.date(period), "n": len(scores), "low": min(scores), "high": max(scores), "score": own}
    return words("units.strip", higher=higher, lower=lower, equal=len(scores) - higher - lower - 1, **facts)

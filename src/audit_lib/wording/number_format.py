"""How numbers are printed: half up, with a true minus sign, scores as published and computed numbers rounded."""

from audit_lib.numbers import round_half_up

MOST_DIGITS = 2  # decimals of a mean of scores on a half-point grid; more would be false precision
MOST_PUBLISHED = 4  # decimals of a score; a number that needs more was computed


def format_number(value: float, digits: int) -> str:
    """Print a number as a reader would round it: half up, with a minus sign that is one.

    >>> format_number(81.125, 2), format_number(-1.47619, 2)
    ('81.13', '−1.48')
    """
    return f"{round_half_up(value, digits):,f}".replace("-", "−")


def format_score(value: float) -> str:
    """Print a number with the decimals that the notice gives it, one that can only be computed with two.

    >>> [format_score(value) for value in (97.0, 88.5, 88.125, 85.589286)]
    ['97', '88.5', '88.125', '85.59']
    """
    return format_number(value, _count_decimals(value, MOST_PUBLISHED))


def format_rounded(value: float) -> str:
    """Print a computed number with as many decimals as it needs, two at most: 97, 88.5, 88.13."""
    return format_number(value, _count_decimals(value, MOST_DIGITS))


def _count_decimals(value: float, most: int) -> int:
    return next((digits for digits in range(most + 1) if abs(round(value, digits) - value) < 1e-9), MOST_DIGITS)

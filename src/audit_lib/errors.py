"""The one error that a user sees: where, what was found, what was expected."""


class AuditError(Exception):
    """An input or argument we cannot use. Its text is one line for the user; the command line exits with 2."""

    def _render_traceback_(self) -> list[str]:
        """Give what a notebook shows instead of a traceback (a hook of IPython's): the line alone."""
        return [str(self)]


def unusable(where: object, found: str, expected: str) -> AuditError:
    """Word an error the way all of them are worded.

    >>> str(unusable("leizhou-2017 line 47", "score 104.5", "a scale that ends at 100"))
    'leizhou-2017 line 47: found score 104.5; expected a scale that ends at 100'
    """
    return AuditError(f"{where}: found {found}; expected {expected}")

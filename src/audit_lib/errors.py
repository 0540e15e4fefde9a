"""The one error that a user sees: where, what was found, what was expected."""


class AuditError(Exception):
    """An input or argument that cannot be used. Its text is one line for the user; the command line exits with 2."""

    def _render_traceback_(self) -> list[str]:
        """Return the one-line message that notebooks show instead of a traceback (a hook of IPython)."""
        return [str(self)]


def unusable(where: object, found: str, expected: str) -> AuditError:
    """Return an error in the one form that all messages have.

    >>> str(unusable("leizhou-2017 line 47", "score 104.5", "a scale that ends at 100"))
    'leizhou-2017 line 47: found score 104.5; expected a scale that ends at 100'
    """
    return AuditError(f"{where}: found {found}; expected {expected}")

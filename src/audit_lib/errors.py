"""The one error that a user sees: where, what was found, what was expected."""


class AuditError(Exception):
    """An input or argument that cannot be used. Its text is one line for the user; the command line exits with 2."""

    def __init__(self, message: str) -> None:
        super().__init__(show_controls(message))

    def _render_traceback_(self) -> list[str]:
        """Return the one-line message that notebooks show instead of a traceback (a hook of IPython)."""
        return [str(self)]


def unusable(where: object, found: str, expected: str) -> AuditError:
    """Return an error in the one form that all messages have.

    >>> str(unusable("leizhou-2017 line 47", "score 104.5", "a scale that ends at 100"))
    'leizhou-2017 line 47: found score 104.5; expected a scale that ends at 100'
    """
    return AuditError(f"{where}: found {found}; expected {expected}")


def show_controls(text: str) -> str:
    """Return a text with the code of each character that a terminal would obey, or not show as itself.

    >>> show_controls("9\\u200b7 \\x1b[2J")
    '9\\\\u200b7 \\\\x1b[2J'
    """
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)

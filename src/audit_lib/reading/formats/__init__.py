"""How each kind of file becomes blocks: one module per kind, each from the bytes of a file to its lines and tables.

`kinds` tells by content what a file is; text and pages are read here and now, everything else by `worker` in a process
of its own, so that a file that breaks its reader breaks nothing else.
"""


class UnreadableError(Exception):
    """What a reader found in place of what it expected, and where in the file if it can tell."""

    def __init__(self, found: str, expected: str, place: str | None = None) -> None:
        super().__init__(found, expected, place)
        self.found, self.expected, self.place = found, expected, place

"""How a batch is followed: a bar on a terminal, plain lines elsewhere, one JSON object per report for programs."""

import json
import sys
from collections import Counter
from typing import Any, TextIO

from tqdm import tqdm

from audit_lib.batch.tasks import RunResult
from audit_lib.sources import Source


class BatchObserver:
    """Callbacks for the progress of a batch. These do nothing."""

    def planned(self, total: int) -> None:
        """So many reports will be run or found unchanged."""

    def built(self, source: Source) -> None:
        """The tables of a notice were built."""

    def running(self, names: list[str]) -> None:
        """These tasks have been running for a while."""

    def finished(self, result: RunResult) -> None:
        """A report was run or found unchanged, or its run failed."""

    def note(self, message: str) -> None:
        """Something that changes nothing."""

    def error(self, message: str) -> None:
        """A notice that cannot be read, or pages that cannot be rendered: the batch goes on without."""


class Progress(BatchObserver):
    """Prints what happens to stderr, and with `as_json` each report to stdout; `why` also names unchanged ones."""

    def __init__(self, *, why: bool = False, as_json: bool = False, stream: TextIO | None = None) -> None:
        self._why = why
        self._as_json = as_json
        self._stream = stream or sys.stderr
        self._counts: Counter[str] = Counter()
        self._total = 0
        self._running = ""
        self._bar: tqdm[Any] | None = None

    def planned(self, total: int) -> None:
        self._total = total
        if self._stream.isatty():
            self._bar = tqdm(
                total=total, unit="report", file=self._stream, leave=False, dynamic_ncols=True,
                bar_format="{n}/{total} |{bar}| {elapsed}, {remaining} left{postfix}",
            )  # fmt: skip

    def close(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.close()

    def built(self, source: Source) -> None:
        self._write(f"{source.notice_id} built")

    def running(self, names: list[str]) -> None:
        self._running = f" · {', '.join(names)}" if names else ""
        self._update(0)

    def finished(self, result: RunResult) -> None:
        self._counts[result.status] += 1
        if self._as_json:
            print(json.dumps(result.as_dict(), ensure_ascii=False), flush=True)
        if self._why or result.status == "failed" or (result.status == "done" and self._bar is None):
            taken = f" ({result.seconds:.1f} s)" if result.seconds else ""
            reason = f": {result.why}" if self._why or result.status == "failed" else ""
            counted = "" if self._bar else f"{self._counts.total()} of {self._total} "
            self._write(f"{counted}{result.run.name} {result.status}{taken}{reason}")
        self._update(1)

    def note(self, message: str) -> None:
        self._write(message)

    def error(self, message: str) -> None:
        self._write(f"error: {message}")

    def _write(self, line: str) -> None:
        tqdm.write(line, file=self._stream)

    def _update(self, n: int) -> None:
        if self._bar is not None:
            self._bar.update(n)
            self._bar.set_postfix_str(f"{count_states(self._counts)}{self._running}")


def count_states(counts: Counter[str]) -> str:
    """Return how many reports were done, unchanged and failed, as text."""
    return ", ".join(f"{counts[status]} {status}" for status in ("done", "unchanged", "failed"))

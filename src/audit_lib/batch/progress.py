"""How a batch is followed: a bar on a terminal, plain lines elsewhere, one JSON object per report for programs."""

import json
import sys
from collections import Counter
from typing import TextIO

from tqdm import tqdm

from audit_lib.batch.batch import Watch
from audit_lib.batch.tasks import Result


class Progress(Watch):
    """Tells on stderr what happens, and with `as_json` on stdout of each report.

    `total` is how many reports will run. Unchanged ones are counted, and named only with `why`.
    """

    def __init__(self, total: int, *, why: bool, as_json: bool, stream: TextIO = sys.stderr) -> None:
        super().__init__(self._tell_result, self._tell_running, self._tell_error)
        self.counts = Counter({"done": 0, "unchanged": 0, "failed": 0})
        self._why = why
        self._as_json = as_json
        self._stream = stream
        self._running = ""
        self._bar = tqdm(
            total=total, unit="report", file=stream, leave=False, disable=not (total and stream.isatty()),
            dynamic_ncols=True, bar_format="{n}/{total} |{bar}| {elapsed}, {remaining} left{postfix}",
        )  # fmt: skip

    def close(self) -> None:
        """Take the bar away."""
        self._bar.close()

    def _tell_result(self, result: Result) -> None:
        self.counts[result.status] += 1
        if self._as_json:
            print(json.dumps(result.as_dict(), ensure_ascii=False), flush=True)
        is_told = result.status == "failed" or (result.status == "done" and self._bar.disable)
        if is_told or self._why:
            taken = f" ({result.seconds:.1f} s)" if result.seconds else ""
            reason = f": {result.why}" if self._why or result.status == "failed" else ""
            self._write(f"{result.run.name} {result.status}{taken}{reason}")
        if result.status != "unchanged":
            self._bar.update()
        self._show()

    def _tell_running(self, names: list[str]) -> None:
        self._running = f" · {', '.join(names)}" if names else ""
        self._show()

    def _tell_error(self, message: str) -> None:
        self._write(f"error: {message}")

    def _write(self, line: str) -> None:
        tqdm.write(line, file=self._stream)

    def _show(self) -> None:
        if not self._bar.disable:
            self._bar.set_postfix_str(f"{self.word_counts()}{self._running}")

    def word_counts(self) -> str:
        """Say how many reports were done, unchanged, failed."""
        return ", ".join(f"{n} {status}" for status, n in self.counts.items())

"""Time one report run beside the same run by hand: papermill and nbconvert, one command each per notebook.

Prints both times and their ratio; the ratio is what counts, seconds depend on the machine.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def timed(*commands: list[str]) -> float:
    """Run commands one after the other and give the seconds they took."""
    started = time.perf_counter()
    for command in commands:
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    return time.perf_counter() - started


def by_hand(folder: Path) -> list[list[str]]:
    """The commands that a user would type for every notebook."""
    python = [sys.executable, "-m"]
    commands = []
    for notebook in NOTEBOOKS:
        report = str(folder / notebook.name)
        commands.append(
            [*python, "papermill", str(notebook), report, "-p", "jurisdiction", "leizhou", "-r", "period", "2017"]
        )
        commands.append([*python, "nbconvert", "--to", "html", report])
    return commands


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        hand = timed(*by_hand(Path(folder)))
        run = [sys.executable, "-c", "from audit_lib.cli import main; main()"]
        ours = timed([*run, "run", "leizhou", "2017", "--force", "--reports", folder])
    print(f"{len(NOTEBOOKS)} reports, .ipynb and .html")
    print(f"papermill and nbconvert by hand  {hand:6.1f} s")
    print(f"audit-lib run --force            {ours:6.1f} s")
    print(f"ratio                            {hand / ours:6.1f}")


if __name__ == "__main__":
    main()

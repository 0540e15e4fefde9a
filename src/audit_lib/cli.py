"""The command line: its commands forward to the library, print, and return an exit code (`console.py`).

Here are the commands from tables to reports; those from a file to tables are in `cli_tables.py`.
"""

import json
import shlex
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from audit_lib import cli_options as options
from audit_lib.cli_tables import add, build, check, parse
from audit_lib.console import DONE, FAILED, OutputError, run_command
from audit_lib.files import find_data, find_project
from audit_lib.sources import Source, find_sources

# What loads pandas is imported inside the commands: `audit-lib --help` need not wait for it.


@click.group(cls=options.Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="audit-lib", prog_name="audit-lib")
def cli() -> None:
    """Read government inspection notices into checked tables, and report what they say."""


for command in (parse, add, check, build):
    cli.add_command(command)


@cli.command()
@options.about
@options.folder("--to", "folder", help="Where the files go (default: export/, here).")
@click.option("--pdf", is_flag=True, help="Also print each page of the notice's reports to PDF, with Chromium.")
@options.folder("--reports", help="Where the pages are (default: the project's).")
def export(
    jurisdiction: str | None,
    period: str | None,
    folder: Path | None,
    pdf: bool,
    data: Path | None,
    reports: Path | None,
) -> int:
    """Write the scores of all notices, or of a place, as CSV and Parquet; of one notice a workbook and a ZIP file.

    The workbook holds the tables of the notice, the ZIP file all of its data.

    \b
    Example: audit-lib export
             audit-lib export leizhou 2017 --pdf
    """
    sources = find_sources(find_data(data), jurisdiction, period)
    if jurisdiction is not None and period is not None:
        return _export_notice(sources[0], folder, find_data(data), reports, pdf=pdf)
    if pdf:
        raise click.UsageError("--pdf: found no notice; expected audit-lib export J P --pdf")
    return _export_panel(sources, folder or Path("export", jurisdiction or ""), find_data(data))


def _export_panel(sources: list[Source], folder: Path, data: Path) -> int:
    from audit_lib.export.panel import read_panel, save_panel

    panel, errors = read_panel(data, sources)
    for error in errors:
        click.echo(f"error: {error}", err=True)
    if len(panel):
        for path in save_panel(panel, folder):
            click.echo(f"{path}  {len(panel)} rows of {panel['notice_id'].nunique()} notices")
    return FAILED if errors else DONE


def _export_notice(source: Source, folder: Path | None, data: Path, reports: Path | None, *, pdf: bool) -> int:
    from audit_lib.export.package import export_notice
    from audit_lib.export.pdf import find_chromium, list_pages, print_pages

    folder = folder or Path("export", source.notice_id)
    if pdf:  # nothing is written where the pages could not be
        chromium = find_chromium()
        pages = list_pages(reports or find_project() / "reports", source, folder)
    for path, holds in export_notice(data, source, folder).items():
        click.echo(f"{path}  {holds}")
    if pdf:
        for path in print_pages(pages, chromium):
            click.echo(path)
    return DONE


@cli.command()
@options.about
@click.option("--notebook", "names", multiple=True, metavar="N", help="Only this notebook, e.g. 03_tiers; repeatable.")
@click.option("--language", "languages", multiple=True, metavar="L", help="Only this language, e.g. zh; repeatable.")
@click.option("-p", "given", multiple=True, metavar="NAME=VALUE", help="Set a parameter, e.g. top_cut=92; repeatable.")
@click.option("--into-committed", is_flag=True, help="Let -p change the project's own reports.")
@click.option("--jobs", type=click.IntRange(1, 1024), help="Reports at a time (default: the cores, as memory allows).")
@click.option("--scheduler", metavar="ADDRESS", help="Run on this Dask cluster, e.g. tcp://host:8786.")
@click.option("--force", is_flag=True, help="Run also what has not changed.")
@click.option("--why", is_flag=True, help="Print for each report why it runs or not.")
@click.option("--cold", is_flag=True, help="Start a new interpreter for each report, not a fork of a warm one.")
@click.option(
    "--deadline",
    type=options.Amount(1, 7 * 24 * 3600),
    default=300,
    metavar="S",
    help="Seconds a report may take (300).",
)
@click.option(
    "--memory", type=options.Amount(0.5, 2**20), default=4, metavar="GIB", help="Memory a report may take (4 GiB)."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each report.")
@options.notebooks
@options.folder("--reports", help="Where reports go (default: the project's).")
def run(
    jurisdiction: str | None,
    period: str | None,
    data: Path | None,
    given: tuple[str, ...],
    into_committed: bool,
    why: bool,
    cold: bool,
    deadline: float,
    memory: float,
    as_json: bool,
    notebooks: Path | None,
    reports: Path | None,
    names: tuple[str, ...],
    **chosen: Any,
) -> int:
    """Build the tables, run the notebooks, and write reports, pages and index: only what changed.

    \b
    Example: audit-lib run leizhou 2017 --notebook 03_tiers
    """
    from audit_lib.batch.observer import Progress, count_states
    from audit_lib.batch.processes import CAN_FORK, RunOptions
    from audit_lib.batch.run import Request, run_batch

    folders = options.find_folders(data, notebooks, reports)
    settings = options.read_settings(given)
    if settings and not into_committed and folders.reports == folders.data.parent / "reports":
        raise click.UsageError(f"-p {given[0]}: found no --reports; expected another folder, or --into-committed")
    request = Request(jurisdiction, period, names, settings=settings, **chosen)
    limits = RunOptions(CAN_FORK and not cold, deadline, int(memory * 2**30))
    index = folders.reports / "index.html"
    with closing(Progress(why=why, as_json=as_json)) as progress:
        try:
            summary = run_batch(folders, request, limits, progress)
        except OutputError as error:
            if isinstance(error.__cause__, BrokenPipeError):  # the reader of our output is gone: the same as Ctrl-C
                raise click.Abort from None
            raise
    for result in summary.failed:
        click.echo(f"failed: {result.run.name}: {result.why} · {result.run.log}", err=True)
    counts = Counter(summary.counts)
    click.echo(f"{counts.total()} reports: {count_states(counts)} · {index}", err=as_json)
    return DONE if summary.is_complete else FAILED


@cli.command()
@options.about
@options.notebooks
def explore(jurisdiction: str | None, period: str | None, data: Path | None, notebooks: Path | None) -> int:
    """Write working copies of the notebooks to explore/, which git ignores: to change and run in JupyterLab.

    The place and period are filled in; copies that are there already are kept.

    \b
    Example: audit-lib explore louxing 2020
    """
    from audit_lib.batch.explore import find_example, write_copies

    folders = options.find_folders(data, notebooks, None)
    new, kept = write_copies(folders, find_example(folders, jurisdiction, period))
    folder = (new or kept)[0].parent
    click.echo(f"{folder}  {len(new)} notebooks written, {len(kept)} kept as they were")
    click.echo(f"next       jupyter lab {shlex.quote(str(folder))}")
    return DONE


@cli.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--all", "every", is_flag=True, help="Print every difference, not the first ones alone.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each file.")
@options.data
@options.notebooks
@options.folder("--reports", help="The reports that pages link (default: the project's).")
@options.debug
def verify(
    path: Path, every: bool, as_json: bool, data: Path | None, notebooks: Path | None, reports: Path | None
) -> int:
    """Make published reports and pages anew from the data, and compare them byte by byte.

    PATH is a page (.html), a notebook (.ipynb), or a folder of them.

    \b
    Example: audit-lib verify reports/leizhou/2017/03_tiers.html
    """
    from audit_lib.verify.verify import verify_path

    confirmed = []
    for verified in verify_path(path, options.find_folders(data, notebooks, reports)):
        lines = [json.dumps(verified.as_dict(), ensure_ascii=False)] if as_json else verified.lines(every=every)
        click.echo("\n".join(lines))
        confirmed.append(verified.is_confirmed)
    click.echo(f"{sum(confirmed)} of {len(confirmed)} files confirmed", err=True)
    return DONE if all(confirmed) else FAILED


def main() -> None:
    """Run the command line and exit."""
    run_command(cli)

"""The command line: it forwards to the library, prints, and sets the exit code.

0: done. 1: some run or check failed, the others are done. 2: unusable arguments or input.
"""

import json
import os
import shlex
import signal
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audit_lib.errors import AuditError

if TYPE_CHECKING:
    from audit_lib.batch.plan import Folders
    from audit_lib.sources import Source

DONE, FAILED, UNUSABLE = 0, 1, 2
FOLDER = click.Path(file_okay=False, path_type=Path)

# The library is imported inside the commands: `audit-lib --help` need not wait for pandas.


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="audit-lib", prog_name="audit-lib")
def cli() -> None:
    """Read government inspection notices into checked tables, and report what they say."""


def _about(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command its place and period arguments, the data folder, and --debug."""
    for decorate in (
        click.option("--debug", is_flag=True, expose_value=False, help="Show a traceback where there is an error."),
        click.option("--data", type=FOLDER, metavar="DIR", help="The data folder (default: the project's)."),
        click.argument("period", required=False),
        click.argument("jurisdiction", required=False),
    ):
        command = decorate(command)
    return command


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show a traceback where there is an error.")
def parse(file: Path, as_json: bool) -> int:
    """Print what is read from FILE, as printed there.

    \b
    Example: audit-lib parse data/raw/leizhou/2017.txt --json
    """
    from audit_lib.documents.read import read_document
    from audit_lib.notices.notice import parse_notice, print_notice

    notice = parse_notice(read_document(file))
    if as_json:
        click.echo(json.dumps(notice.as_dict(), ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(print_notice(notice)))
    return DONE


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--jurisdiction", required=True, metavar="J", help="Which government: the folder in data/raw.")
@click.option("--period", metavar="P", help="What the inspection covers, where the title does not say.")
@click.option("--url", help="Where the notice was published.")
@click.option("--title", help="Its title, where it prints none or another.")
@click.option("--publisher", help="Who issued it.")
@click.option("--published-on", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="When it was put on the page.")
@click.option("--accept-aliases", is_flag=True, help="Write the suggested aliases to aliases.csv.")
@click.option("--data", type=FOLDER, metavar="DIR", help="The data folder (default: the project's).")
@click.option("--debug", is_flag=True, expose_value=False, help="Show a traceback where there is an error.")
def add(
    file: Path,
    jurisdiction: str,
    period: str | None,
    published_on: datetime | None,
    accept_aliases: bool,
    data: Path | None,
    **given: Any,
) -> int:
    """Copy FILE into data/raw, record it in notices.csv, and print what was read.

    \b
    Example: audit-lib add 2018.html --jurisdiction leizhou
    """
    from audit_lib.tables.add import add_notice, print_added, print_suggestions, shorten
    from audit_lib.tables.aliases import accept_suggestions

    folder = _find_data(data)
    given["published_on"] = published_on and published_on.date().isoformat()
    added = add_notice(folder, file, jurisdiction, period, **given)
    source = added.reading.source
    click.echo("\n".join([*print_added(added), *print_suggestions(added.suggestions)]))
    place = ["--data", str(data)] if data else []
    if accept_aliases:
        n = accept_suggestions(folder, source, added.suggestions)
        written = f"{n} written to {shorten(folder / 'reference' / jurisdiction / 'aliases.csv')}"
        click.echo(f"aliases    {written if n else 'none to accept'}")
    elif added.suggestions:
        again = [
            "audit-lib",
            "add",
            str(shorten(source.path)),
            "--jurisdiction",
            jurisdiction,
            "--period",
            source.period,
        ]
        click.echo(f"to accept  {shlex.join([*again, *place, '--accept-aliases'])}")
    click.echo(f"next       {shlex.join(['audit-lib', 'run', jurisdiction, source.period, *place])}")
    return DONE


@cli.command()
@_about
@click.option("--strict", is_flag=True, help="Exit with 1 if any problem is an error.")
def check(jurisdiction: str | None, period: str | None, data: Path | None, strict: bool) -> int:
    """Print where each notice does not agree with itself.

    \b
    Example: audit-lib check leizhou 2017
    """
    from audit_lib.tables.build import check_source

    code = DONE
    folder = _find_data(data)
    for source in _find_sources(folder, jurisdiction, period):
        try:
            problems = check_source(folder, source)
            problems["place"] = (" " + problems["place"]).fillna("")
        except AuditError as error:
            if period is not None:
                raise
            click.echo(f"error: {error}", err=True)
            code = FAILED
            continue
        for row in problems.itertuples():
            click.echo(f"{source.notice_id}{row.place}: {row.severity} {row.check}: {row.message}")
        counts = problems["severity"].value_counts()
        counted = ", ".join(f"{counts.get(name, 0)} {name}s" for name in ("error", "warning", "note"))
        click.echo(f"{source.notice_id}: {counted}", err=True)
        if strict and counts.get("error", 0):
            code = FAILED
    return code


@cli.command()
@_about
def build(jurisdiction: str | None, period: str | None, data: Path | None) -> int:
    """Write data/processed from data/raw and data/reference.

    \b
    Example: audit-lib build leizhou
    """
    folder = _find_data(data)
    sources = _find_sources(folder, jurisdiction, period)
    return FAILED if len(_build(folder, sources, alone=period is not None)) < len(sources) else DONE


@cli.command()
@click.argument("jurisdiction")
@click.argument("period")
@click.option("--to", "folder", type=FOLDER, metavar="DIR", help="Where the files go (default: export/<J>-<P>, here).")
@click.option("--pdf", is_flag=True, help="Also print each page of the notice's reports to PDF, with Chromium.")
@click.option("--data", type=FOLDER, metavar="DIR", help="The data folder (default: the project's).")
@click.option("--reports", type=FOLDER, metavar="DIR", help="Where the pages are (default: the project's).")
@click.option("--debug", is_flag=True, expose_value=False, help="Show a traceback where there is an error.")
def export(
    jurisdiction: str, period: str, folder: Path | None, pdf: bool, data: Path | None, reports: Path | None
) -> int:
    """Write a notice's tables as an Excel workbook, and all of its data as a ZIP file.

    \b
    Example: audit-lib export leizhou 2017 --pdf
    """
    from audit_lib.export.package import export_notice
    from audit_lib.export.pdf import find_chromium, list_pages, print_pages
    from audit_lib.files import find_project

    [source] = _find_sources(_find_data(data), jurisdiction, period)
    folder = folder or Path("export", source.notice_id)
    if pdf:  # nothing is written where the pages could not be
        chromium = find_chromium()
        pages = list_pages(reports or find_project() / "reports", source, folder)
    for path, holds in export_notice(_find_data(data), source, folder).items():
        click.echo(f"{path}  {holds}")
    if pdf:
        for path in print_pages(pages, chromium):
            click.echo(path)
    return DONE


@cli.command()
@_about
@click.option("--notebook", "names", multiple=True, metavar="N", help="Only this notebook, e.g. 03_tiers; repeatable.")
@click.option("--language", "languages", multiple=True, metavar="L", help="Only this language, e.g. zh; repeatable.")
@click.option("--jobs", type=click.IntRange(min=1), help="Reports at a time (default: the cores, as memory allows).")
@click.option("--scheduler", metavar="ADDRESS", help="Run on this Dask cluster, e.g. tcp://host:8786.")
@click.option("--force", is_flag=True, help="Run also what has not changed.")
@click.option("--why", is_flag=True, help="Print for each report why it runs or not.")
@click.option("--cold", is_flag=True, help="Start a new interpreter for each report, not a fork of a warm one.")
@click.option(
    "--deadline", type=click.FloatRange(min=1), default=300, metavar="S", help="Seconds a report may take (300)."
)
@click.option(
    "--memory", type=click.FloatRange(min=0.5), default=4, metavar="GIB", help="Memory a report may take (4 GiB)."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each report.")
@click.option("--notebooks", type=FOLDER, metavar="DIR", help="The notebooks (default: the project's).")
@click.option("--reports", type=FOLDER, metavar="DIR", help="Where reports go (default: the project's).")
def run(
    jurisdiction: str | None,
    period: str | None,
    data: Path | None,
    names: tuple[str, ...],
    languages: tuple[str, ...],
    jobs: int | None,
    scheduler: str | None,
    force: bool,
    why: bool,
    cold: bool,
    deadline: float,
    memory: float,
    as_json: bool,
    notebooks: Path | None,
    reports: Path | None,
) -> int:
    """Build the tables, run the notebooks, and write reports, pages and index: only what changed.

    \b
    Example: audit-lib run leizhou 2017 --notebook 03_tiers
    """
    from audit_lib.batch.batch import Batch, lock
    from audit_lib.batch.executors import open_executor
    from audit_lib.batch.manifest import find_reason, list_stale, record_tables
    from audit_lib.batch.plan import check_contracts, plan_runs
    from audit_lib.batch.processes import CAN_FORK, Limits, start_warming
    from audit_lib.batch.progress import Progress
    from audit_lib.batch.snapshot import Snapshot
    from audit_lib.sources import find_sources

    folders = _find_folders(data, notebooks, reports)
    sources = _find_sources(folders.data, jurisdiction, period)
    runs = plan_runs(folders, sources, names, languages)
    limits = Limits(CAN_FORK and not cold, deadline, int(memory * 2**30))
    warms_here = limits.warm and scheduler is None
    with lock(folders.reports):
        if force and warms_here:
            start_warming()
        snapshot = Snapshot(folders.data, find_sources(folders.data, jurisdiction))
        if stale := list_stale(sources, snapshot, folders.reports):
            if warms_here:
                start_warming()
            built = _build(folders.data, stale, alone=period is not None)
            snapshot = snapshot.renew()
            record_tables(built, snapshot, folders.reports)
            sources = [source for source in sources if source not in stale or source in built]
        reasons = {run: "forced" if force else find_reason(run, snapshot) for run in runs if run.source in set(sources)}
        if to_do := [run for run, reason in reasons.items() if reason]:
            if warms_here:
                start_warming()
            check_contracts(to_do)
        progress = Progress(len(to_do), why=why, as_json=as_json)
        with closing(progress), open_executor(jobs, scheduler) as (executor, width):
            results, bad_pages = Batch(folders, reasons, snapshot, executor, width, limits, progress).do()
    for result in results:
        if result.status == "failed":
            click.echo(f"failed: {result.run.name}: {result.why} · {result.run.log}", err=True)
    click.echo(f"{len(results)} reports: {progress.word_counts()} · {folders.reports / 'index.html'}", err=as_json)
    return FAILED if progress.counts["failed"] or bad_pages or len(results) < len(runs) else DONE


@cli.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--all", "every", is_flag=True, help="Print every difference, not the first ones alone.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each file.")
@click.option("--data", type=FOLDER, metavar="DIR", help="The data folder (default: the project's).")
@click.option("--notebooks", type=FOLDER, metavar="DIR", help="The notebooks (default: the project's).")
@click.option("--reports", type=FOLDER, metavar="DIR", help="The reports that pages link (default: the project's).")
@click.option("--debug", is_flag=True, expose_value=False, help="Show a traceback where there is an error.")
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
    for verified in verify_path(path, _find_folders(data, notebooks, reports)):
        lines = [json.dumps(verified.as_dict(), ensure_ascii=False)] if as_json else verified.lines(every=every)
        click.echo("\n".join(lines))
        confirmed.append(verified.is_confirmed)
    click.echo(f"{sum(confirmed)} of {len(confirmed)} files confirmed", err=True)
    return DONE if all(confirmed) else FAILED


def _build(data: Path, sources: "list[Source]", *, alone: bool) -> "list[Source]":
    """Build the tables of these notices and give those that could be read. A notice asked for by name must be."""
    from audit_lib.tables.build import build_tables

    built = []
    for source, error in build_tables(data, sources):
        if error is None:
            built.append(source)
            click.echo(f"{source.notice_id} built", err=True)
        elif alone:
            raise error
        else:
            click.echo(f"error: {error}", err=True)
    return built


def _find_sources(data: Path, jurisdiction: str | None, period: str | None) -> "list[Source]":
    from audit_lib.sources import find_sources

    return find_sources(data, jurisdiction, period)


def _find_data(data: Path | None) -> Path:
    from audit_lib.files import find_data

    return data if data is not None else find_data()


def _find_folders(data: Path | None, notebooks: Path | None, reports: Path | None) -> "Folders":
    from audit_lib.batch.plan import Folders
    from audit_lib.files import find_project

    if data is None or notebooks is None or reports is None:
        project = find_project()
        data, notebooks, reports = (
            data or project / "data",
            notebooks or project / "notebooks",
            reports or project / "reports",
        )
    return Folders(data.resolve(), notebooks.resolve(), reports.resolve())  # whole, for workers elsewhere


def main() -> None:
    """Run the command line and exit. Errors are one line; a traceback only with --debug."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: so ask systemd, Slurm and docker stop
    if "--debug" in sys.argv:
        sys.exit(cli(standalone_mode=False))
    try:
        code = cli(standalone_mode=False)
    except click.ClickException as error:
        click.echo(f"error: {error.format_message()}", err=True)
        code = UNUSABLE
    except AuditError as error:
        click.echo(f"error: {error}", err=True)
        code = UNUSABLE
    except click.Abort:  # Ctrl-C: what works for us ends with us, and nothing is half-written
        from audit_lib.batch.processes import end_all

        end_all()
        click.echo("stopped; what was done is kept, and run again goes on from there", err=True)
        sys.stdout.flush()
        os._exit(130)
    except OSError as error:  # the reader of our output went away, as `| head` does; or it has no room
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = DONE
        if not isinstance(error, BrokenPipeError):
            click.echo(f"error: {error.filename or 'output'}: {error.strerror or error}", err=True)
            code = UNUSABLE
    sys.exit(code)

"""The command line: its commands forward to the library, print, and return an exit code (`console.py`)."""

import json
import shlex
from collections import Counter
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from audit_lib import cli_options as options
from audit_lib.console import DONE, FAILED, UNUSABLE, OutputError, run_command
from audit_lib.files import find_data, find_project
from audit_lib.sources import Source, find_sources

# What loads pandas is imported inside the commands: `audit-lib --help` need not wait for it.


@click.group(cls=options.Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="audit-lib", prog_name="audit-lib")
def cli() -> None:
    """Read government inspection notices into checked tables, and report what they say."""


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@options.debug
def parse(file: Path, as_json: bool) -> int:
    """Print what is read from FILE, as printed there.

    \b
    Example: audit-lib parse data/raw/leizhou/2017.txt --json
    """
    from audit_lib.documents.read import read_document
    from audit_lib.notices.notice import parse_notice, print_notice

    document = read_document(file)
    if document.format == "scan":
        click.echo("read from pictures by a program: audit-lib add asks about what is doubtful", err=True)
    notice = parse_notice(document)
    lines = [json.dumps(notice.as_dict(), ensure_ascii=False, indent=1)] if as_json else print_notice(notice)
    click.echo("\n".join(lines))
    return DONE


@cli.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@click.option("--jurisdiction", required=True, metavar="J", help="Which government: the folder in data/raw.")
@click.option("--period", metavar="P", help="What the inspection covers, where the title does not say.")
@click.option("--url", help="Where the notice was published.")
@click.option("--title", help="Its title, where it prints none or another.")
@click.option("--publisher", help="Who issued it.")
@click.option("--published-on", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="When it was put on the page.")
@click.option("--subject", help="What was inspected.")
@click.option("--score-name", metavar="NAME", help="What the scores are, where they are no points: 综合指数.")
@click.option("--score-column", metavar="HEADING", help="The column to read them from.")
@click.option("--better", type=click.Choice(["higher", "lower"]), help="Which scores are better.")
@click.option("--scale-min", type=float, metavar="N", help="The lowest score there can be.")
@click.option("--scale-max", type=float, metavar="N", help="The highest score there can be.")
@click.option(
    "--n-ranked", type=click.IntRange(min=1), metavar="N", help="How many were ranked, if the list is a part."
)
@click.option("--rubric-id", metavar="NAME", help="The marking scheme: points under one may be compared.")
@click.option("--accept-aliases", is_flag=True, help="Write the suggested aliases to aliases.csv.")
@options.data
@options.debug
def add(
    files: tuple[Path, ...],
    jurisdiction: str,
    period: str | None,
    published_on: datetime | None,
    accept_aliases: bool,
    data: Path | None,
    **given: Any,
) -> int:
    """Copy each FILE into data/raw, record it in notices.csv, and print what was read.

    Several files, a folder or an archive of them, are notices of several periods, each named in its title; or the page
    and the annexes of one. A scan is read with the extra ocr (pip install -e '.[ocr]'). What is doubtful is
    written beside it: a CSV file to answer in and a page to look at. After the answers the same command adds it.

    \b
    Example: audit-lib add 2018.html --jurisdiction leizhou
             audit-lib add page.html 附件1.xls 附件2.doc --jurisdiction leizhou
             audit-lib add downloads/ --jurisdiction leizhou
             audit-lib add annex.zip!附件1.xls --jurisdiction leizhou
    """
    from audit_lib.tables.add_session import Session, shorten

    given["published_on"] = published_on and published_on.date().isoformat()
    session = Session(find_data(data), files, jurisdiction, period, given)
    for line in session.add(accept_aliases=accept_aliases):
        click.echo(line)
    for error in session.refused:
        click.echo(f"error: {error}", err=True)
    place = ["--data", str(data)] if data else []
    only = session.periods if len(session.periods) == 1 else []
    if session.suggestions and not accept_aliases:
        again = ["audit-lib", "add", *(str(shorten(path)) for path in session.paths), "--jurisdiction", jurisdiction]
        again += ["--period", *only] if only else []
        click.echo(f"to accept  {shlex.join([*again, *place, '--accept-aliases'])}")
    if not session.periods:
        return UNUSABLE
    click.echo(f"next       {shlex.join(['audit-lib', 'run', jurisdiction, *only, *place])}")
    return FAILED if session.refused else DONE


@cli.command()
@options.about
@click.option("--strict", is_flag=True, help="Exit with 1 if any problem is an error.")
def check(jurisdiction: str | None, period: str | None, data: Path | None, strict: bool) -> int:
    """Print where each notice does not agree with itself, and what is wrong in the tables of data/reference.

    \b
    Example: audit-lib check leizhou 2017
    """
    from audit_lib.batch.observer import Progress
    from audit_lib.batch.run import check_notices

    code, n_checked = DONE, 0
    sources = find_sources(find_data(data), jurisdiction, period)
    for source, problems in check_notices(find_data(data), sources, Progress(), alone=period is not None):
        n_checked += 1
        for row in problems.assign(place=(" " + problems["place"]).fillna("")).itertuples():
            click.echo(f"{source.notice_id}{row.place}: {row.severity} {row.check}: {row.message}")
        counts = problems["severity"].value_counts()
        counted = ", ".join(f"{counts.get(name, 0)} {name}s" for name in ("error", "warning", "note"))
        click.echo(f"{source.notice_id}: {counted}", err=True)
        if strict and counts.get("error", 0):
            code = FAILED
    return code if n_checked == len(sources) else FAILED


@cli.command()
@options.about
def build(jurisdiction: str | None, period: str | None, data: Path | None) -> int:
    """Write data/processed from data/raw and data/reference.

    \b
    Example: audit-lib build leizhou
    """
    from audit_lib.batch.observer import Progress
    from audit_lib.batch.run import build_notices, keep_valid

    folder, progress, alone = find_data(data), Progress(), period is not None
    sources = find_sources(folder, jurisdiction, period)
    valid = keep_valid(folder, sources, progress, alone=alone)
    built = build_notices(folder, valid, progress, must=sources if alone else ())
    return DONE if len(built) == len(sources) else FAILED


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

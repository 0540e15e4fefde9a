"""The command line: it forwards to the library, prints, and sets the exit code.

0: done. 1: some run or check failed, the others are done. 2: unusable arguments or input.
"""

import json
import os
import shlex
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audit_lib.errors import AuditError

if TYPE_CHECKING:
    from audit_lib.publishing.batch import Result
    from audit_lib.publishing.plan import Folders
    from audit_lib.reading.build import Source

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
    from audit_lib.reading.documents import read_document
    from audit_lib.reading.notice import parse_notice, print_notice

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
    from audit_lib.reading.add import add_notice, print_added, print_suggestions, shorten
    from audit_lib.reading.suggestions import accept_suggestions

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
    from audit_lib.reading.build import check_source

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
@_about
@click.option("--notebook", "names", multiple=True, metavar="N", help="Only this notebook, e.g. 03_tiers; repeatable.")
@click.option("--jobs", type=click.IntRange(min=1), default=None, help="Reports at a time (default: the cores).")
@click.option("--force", is_flag=True, help="Run also what has not changed.")
@click.option("--why", is_flag=True, help="Print for each report why it runs or not.")
@click.option("--cold", is_flag=True, help="Start a fresh kernel for each report (the only way so far).")
@click.option("--notebooks", type=FOLDER, metavar="DIR", help="The notebooks (default: the project's).")
@click.option("--reports", type=FOLDER, metavar="DIR", help="Where reports go (default: the project's).")
def run(
    jurisdiction: str | None,
    period: str | None,
    data: Path | None,
    names: tuple[str, ...],
    jobs: int | None,
    force: bool,
    why: bool,
    cold: bool,
    notebooks: Path | None,
    reports: Path | None,
) -> int:
    """Build the tables, run the notebooks, and write reports, pages and index: only what changed.

    \b
    Example: audit-lib run leizhou 2017 --notebook 03_tiers
    """
    from audit_lib.publishing.batch import publish, run_all
    from audit_lib.publishing.plan import plan_runs

    del cold  # every run is cold so far
    folders = _find_folders(data, notebooks, reports)
    sources = _find_sources(folders.data, jurisdiction, period)
    runs = plan_runs(folders, sources, names)
    built = _build(folders.data, sources, alone=period is not None)
    runs = [run for run in runs if run.source in built]
    results = run_all(runs, jobs or os.cpu_count() or 1, force, _teller(len(runs), why))
    failed = sum(result.status == "failed" for result in results)
    for path, error in publish(folders, results):
        if error:
            click.echo(f"error: {path}: {error}", err=True)
            failed += 1
    counts = {status: sum(result.status == status for result in results) for status in ("done", "unchanged", "failed")}
    summary = ", ".join(f"{n} {status}" for status, n in counts.items())
    click.echo(f"{len(results)} reports: {summary} · {folders.reports / 'index.html'}")
    return FAILED if failed or len(built) < len(sources) else DONE


def _teller(total: int, why: bool) -> "Callable[[Result], None]":
    """Tell each result on stderr: a bar on a terminal, one plain line per run otherwise."""
    from tqdm import tqdm

    bar = tqdm(total=total, unit="report", leave=False, disable=None)

    def tell(result: "Result") -> None:
        reason = f": {result.why}" if why or result.status == "failed" else ""
        taken = f" ({result.seconds:.1f} s)" if result.seconds else ""
        if why or result.status == "failed" or (bar.disable and result.status == "done"):
            tqdm.write(f"{result.run.name} {result.status}{taken}{reason}", file=sys.stderr)
        bar.set_postfix_str(result.run.name)
        bar.update()
        if bar.n == total:
            bar.close()

    return tell


def _build(data: Path, sources: "list[Source]", *, alone: bool) -> "list[Source]":
    """Build the tables of these notices and give those that could be read. A notice asked for by name must be."""
    from audit_lib.reading.build import build_tables

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
    from audit_lib.reading.build import find_sources

    return find_sources(data, jurisdiction, period)


def _find_data(data: Path | None) -> Path:
    from audit_lib.tables import find_data

    return data if data is not None else find_data()


def _find_folders(data: Path | None, notebooks: Path | None, reports: Path | None) -> "Folders":
    from audit_lib.publishing.plan import Folders
    from audit_lib.tables import find_project

    if data is None or notebooks is None or reports is None:
        project = find_project()
        return Folders(data or project / "data", notebooks or project / "notebooks", reports or project / "reports")
    return Folders(data, notebooks, reports)


def main() -> None:
    """Run the command line and exit. Errors are one line; a traceback only with --debug."""
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
    except click.Abort:
        code = 130
    except BrokenPipeError:  # the reader of our output went away, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = DONE
    sys.exit(code)

"""The commands from a file to checked tables: parse, add, check, build. As in `cli.py`, they import what they need."""

import json
import shlex
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from audit_lib import cli_options as options
from audit_lib.console import DONE, FAILED, UNUSABLE
from audit_lib.files import find_data
from audit_lib.sources import find_sources


@click.command(cls=options.Command)
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


@click.command(cls=options.Command)
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


@click.command(cls=options.Command)
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


@click.command(cls=options.Command)
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

"""Executed notebooks, and the notice behind them → self-contained HTML pages.

A page is one file: style inlined, figures as data, tables with their CSV, nothing to fetch, whole without its script.
Its text comes from the notebook, its neighbours and notices.csv alone, that of the notice from its raw file and what we
know of its units, so that the same reports give the same bytes.
"""

import csv
import io
import json
import os
from base64 import b64decode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, Template
from markupsafe import Markup
from nbformat import NotebookNode

from audit_lib.display.scene import STYLE, write_colours
from audit_lib.errors import AuditError, unusable
from audit_lib.files import save_bytes, save_text
from audit_lib.notebook.parameters import PARAMETERS, find_source_name, read_parameters
from audit_lib.notebook.report import open_words
from audit_lib.notebook.statements import read_data
from audit_lib.pages.cite import cite_page, read_site
from audit_lib.pages.findings import Opening, has_long_table, mark_anchors, read_opening
from audit_lib.pages.glossary import list_terms, read_text
from audit_lib.pages.html_parts import (
    Part,
    Prose,
    choose_language,
    hash_script,
    link_csv,
    link_units,
    read_parts,
    slug_unit,
    spell_unit,
    suggest_search,
)
from audit_lib.pages.notice_page import frame_notice, name_language
from audit_lib.pages.origin import Origin, describe_origin, find_root, finish_page
from audit_lib.pages.page_figures import Figure, read_figure
from audit_lib.pages.report_summary import find_title, find_words, list_reports, read_card, read_notebook
from audit_lib.sources import NOTICE, Source, find_sources
from audit_lib.tables.build import find_record, read_source
from audit_lib.wording.languages import find_translations
from audit_lib.wording.words import Unit, Words

TEMPLATES = Path(__file__).with_name("templates")
NOT_FOR_PAGES = {*PARAMETERS, "notebook-only"}  # cell tags
PARTS = ("more", "method")  # cell tags of what the closed parts of a page hold
MOST_VALUES = 600  # of a figure that a page lists; more are in its CSV alone
OPENS = ("headline", "bullets", "box", "settings")  # of what has a place of its own


def render_period(folder: Path, data: Path) -> list[Path]:
    """Render every report of reports/<jurisdiction>/<period>, each in its own language, and the notice; give the pages.

    The first chart of the first report is kept beside them as cover.png, for a README or a mail. The notice has a page
    while its raw file is there.
    """
    notebooks = list_reports(folder)
    pages = [notebook_path.with_suffix(".html") for notebook_path in notebooks]
    for notebook_path, page_path in zip(notebooks, pages, strict=True):
        render_page(notebook_path, page_path, find_words(notebook_path, data), data)
    if notebooks and (cover := find_chart(read_notebook(notebooks[0]))):
        save_bytes(cover, folder / "cover.png")
    if notebooks and (source := find_source(data, folder)):
        render_notice(source, folder / NOTICE, find_words(notebooks[0], data), data)
        pages.append(folder / NOTICE)
    return pages


def render_missing_notices(folder: Path, data: Path, language: str) -> None:
    """Render the notices of a place that have no page yet: the pages of trends and of units lead to all of them."""
    for source in find_sources(data, folder.name):
        page = folder / source.period / NOTICE
        if page.is_file():
            continue
        with suppress(AuditError):  # what cannot be read is told where it is built
            render_notice(source, page, open_words(data, source.jurisdiction, source.period, language), data)


def render_notice(source: Source, page_path: Path, words: Words, data: Path) -> None:
    """Render the page of a notice, beside the reports on it. Raises AuditError for a raw file that cannot be read."""
    notice = frame_notice(read_source(data, source, language=words.language), words)
    template = open_template("notice.html.j2")
    cards = [read_card(path) for path in list_reports(page_path.parent)]
    about = {
        "jurisdiction": source.jurisdiction,
        "period": source.period,
        "cards": cards,
        "words": words,
        "translations": link_translations(
            page_path, page_path.parents[2], words.language, lambda other: bool(list_reports(other.parent))
        ),
    }
    html = template.render(notice=notice | {"lang": name_language(notice["title"], words)}, **about)
    tree = page_path.parents[2]
    pages = [page_path, *find_translations(page_path, tree, words.language).values()]
    beside = [report for page in pages for report in list_reports(page.parent)]
    save_text(finish_page(html, describe_origin(page_path, find_root(tree, words.language), beside), words), page_path)


def find_source(data: Path, folder: Path) -> Source | None:
    """Find the raw file behind reports/<jurisdiction>/<period>; None where it is no longer there."""
    try:
        return find_sources(data, *folder.parts[-2:])[0]
    except AuditError:
        return None


def find_chart(notebook: NotebookNode) -> bytes | None:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    charts = [output.data["image/png"] for output in outputs if "image/png" in output.get("data", {})]
    return b64decode(charts[0]) if charts else None


Piece = Figure | Part | Markup


@dataclass
class Body:
    """What a page shows of its notebook: the open part, the closed ones, and all code."""

    open: list[tuple[Piece, str]] = field(default_factory=list)  # each with its anchor
    more: list[tuple[Piece, str]] = field(default_factory=list)
    method: list[tuple[Piece, str]] = field(default_factory=list)
    settings: list[tuple[Piece, str]] = field(default_factory=list)
    code: list[str] = field(default_factory=list)

    @property
    def figures(self) -> list[Figure]:
        return [piece for piece, _ in self.open if isinstance(piece, Figure)]


def render_page(notebook_path: Path, page_path: Path, words: Words, data: Path) -> None:
    """Render one executed report, reports/<jurisdiction>/<period>/<notebook>.ipynb, as an HTML page.

    The page links its neighbours in the period, so they must be there. Raises AuditError for a figure without alt text,
    a cell that failed, and an image that is not part of the notebook.
    """
    notebook = read_notebook(notebook_path)
    _check_outputs(notebook, notebook_path)
    choose_language(notebook, words.language)
    prose = Prose(notebook_path)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.metadata["prose"] = prose.render(cell)
    mark_anchors(notebook, prose.take_anchor)
    opening = read_opening(notebook)
    scores = read_data(notebook)
    units = _list_units(scores, words)
    pages = {words.name(path.stem): f"{path.stem}.html" for path in list_reports(notebook_path.parent)}
    body = _read_body(notebook, words, pages | {name: href for name, _, href in units})
    page = _frame_page(notebook, notebook_path, prose, opening, data, words)
    page |= {"body": body, "opening": opening, "data": link_csv(scores)}
    first = next(csv.DictReader(io.StringIO(scores)), {}).get("unit_name") or ""
    page["hint"] = suggest_search(first, words)
    has_strip = any(figure.wide for figure in body.figures)
    page["units"] = Markup(json.dumps(units, ensure_ascii=False).replace("<", "\\u003c")) if has_strip and units else ""
    page["scripts"] = [_read_script()] if body.figures or has_long_table(notebook.cells) else []
    page["glossary"] = list_terms("\n".join([opening.text, read_text(notebook)]), words)
    html = open_template("report.html.j2").render(
        page=page, words=words, translations=page["translations"], scripts=page["scripts"]
    )
    html = html.replace("τ-b", "τ\N{NON-BREAKING HYPHEN}b")
    save_text(finish_page(html, _describe_origin(notebook_path, page_path, words.language), words), page_path)


def _describe_origin(notebook_path: Path, page_path: Path, language: str) -> Origin:
    """Return the origin of a report's page: its neighbours and translations are beside it."""
    notebook, tree = read_notebook(notebook_path), page_path.parents[2]
    translations = find_translations(notebook_path, tree, language).values()
    return describe_origin(
        page_path,
        find_root(tree, language),
        [*list_reports(page_path.parent), *filter(Path.is_file, translations)],
        notebook=find_source_name(notebook.metadata, notebook_path),
        parameters=read_parameters(notebook),
        versions=notebook.metadata.get("audit", {}).get("versions", {}),
    )


def _read_body(notebook: NotebookNode, words: Words, pages: dict[str, str]) -> Body:
    """Sort what the cells show into the parts of a page by their tags; names of units and reports are linked."""
    body, question = Body(), []
    for cell in notebook.cells:
        tags = set(cell.metadata.get("tags", []))
        if tags & NOT_FOR_PAGES:
            continue
        if "question" in tags:  # is shown with what answers it
            question = [(Markup('<p class="k">{}</p>').format(cell.source.lstrip("# ")), "")]
            continue
        part = body.settings if "settings" in tags else body.more if "more" in tags else body.method
        if cell.cell_type == "markdown":
            if cell.metadata["prose"]:
                body.method.append((Markup(cell.metadata["prose"]), ""))
            continue
        if cell.cell_type != "code":
            continue
        body.code += [cell.source.strip()] if cell.source.strip() else []
        if tags & set(OPENS) and "settings" not in tags:
            continue
        shown = part if tags & {*PARTS, "settings"} else body.open
        if shown is body.open and cell.outputs:
            shown += question
            question = []
        for output in cell.outputs:
            anchor = str(output.get("metadata", {}).get("anchor", ""))
            shown += [(piece, anchor if at == 0 else "") for at, piece in enumerate(_read_output(output, words, pages))]
    return body


def _read_output(output: NotebookNode, words: Words, pages: dict[str, str]) -> list[Piece]:
    data = output.get("data", {})
    if "text/html" in data:
        parts = read_parts(data, (words.missing, words.inapplicable))
        return [_link_part(part, pages) for part in parts]
    if "image/png" in data:
        return [read_figure(output, words)]
    text = output.text if output.output_type == "stream" else data.get("text/plain", "")
    return [Markup("<pre>{}</pre>").format(text)]


def _link_part(part: Part, pages: dict[str, str]) -> Piece:
    return part.html if part.caption is None else replace(part, html=link_units(part.html, pages))


def _list_units(scores: str, words: Words) -> list[tuple[str, str, str]]:
    """List the units of a report: the name that tables show, what people may type for it, its page."""
    names = [row.get("unit_name") or "" for row in csv.DictReader(io.StringIO(scores))]
    return [
        (words.both(Unit(name)), " ".join(spell_unit(name, words)).lower(), f"../units/{slug_unit(name)}.html")
        for name in names
    ]


@cache
def _read_script() -> str:
    return (TEMPLATES / "report" / "page.js").read_text(encoding="utf-8")


def open_template(name: str) -> Template:
    """Open one of our templates; whatever it prints is escaped."""
    return _open_environment().get_template(name)


@cache
def _open_environment() -> Environment:
    environment = Environment(loader=FileSystemLoader(TEMPLATES / "report"), autoescape=True)
    environment.filters["hash_script"] = hash_script
    environment.globals |= {"colours": Markup(write_colours() + STYLE), "version": version("audit-lib")}
    environment.globals |= {"most_values": MOST_VALUES}
    return environment


def _frame_page(
    notebook: NotebookNode, path: Path, prose: Prose, opening: Opening, data: Path, words: Words
) -> dict[str, Any]:
    """Gather what stands around the cells of a report."""
    jurisdiction, period = path.parts[-3:-1]
    record = find_record(data, f"{jurisdiction}-{period}", words.language)
    source = {} if record is None else {name: value for name, value in record.items() if not pd.isna(value)}
    reports = list_reports(path.parent)
    place = reports.index(path)
    translations = find_translations(path, path.parents[2], words.language)
    made = notebook.metadata.get("audit", {})
    site = read_site(data)
    title = find_title(notebook, prose, path)
    return {
        "name": path.stem,
        "jurisdiction": jurisdiction,
        "period": period,
        "title": title,
        "parameters": {name: repr(value) for name, value in read_parameters(notebook).items()},
        "previous": read_card(reports[place - 1]) if place else None,
        "following": read_card(reports[place + 1]) if place + 1 < len(reports) else None,
        "source": source,
        "translations": {
            each: link_page(translation.with_suffix(".html"), path)
            for each, translation in translations.items()
            if translation.is_file()
        },
        "versions": made.get("versions", {}),
        "inputs": made.get("inputs", {}),
        "notice": NOTICE if find_source(data, path.parent) else None,
        "changed": made.get("changed"),
        "site": site,
        "cite": cite_page(path, opening.headline or title, source, made.get("versions", {}), site, words),
        "cover": "cover.png",
    }


def link_translations(page: Path, tree: Path, language: str, exists: Callable[[Path], bool]) -> dict[str, str]:
    """Return the links from a page of `tree` to the same page in other languages, by language, where there is one."""
    others = find_translations(page, tree, language)
    return {each: link_page(other, page) for each, other in others.items() if exists(other)}


def link_page(page: Path, beside: Path) -> str:
    """Return the link from one page to another."""
    return Path(os.path.relpath(page, beside.parent)).as_posix()


def _check_outputs(notebook: NotebookNode, path: Path) -> None:
    """Refuse what a page must not hold: an error, a figure that is no PNG, a figure without alt text."""
    numbered = [(number, output) for number, cell in enumerate(notebook.cells, 1) for output in cell.get("outputs", [])]
    for number, output in numbered:
        where = f"{path} cell {number}"
        if output.output_type == "error":
            raise unusable(where, f"{output.ename}: {output.evalue}", "a cell that ran")
        for kind in output.get("data", {}):
            if kind.startswith("image/") and kind != "image/png":
                raise unusable(where, f"a figure as {kind}", "a figure shown as audit_lib.display.Chart")
            if kind == "image/png" and not str(output.metadata.get(kind, {}).get("alt", "")).strip():
                raise unusable(where, "a figure without alt text", "a figure shown as audit_lib.display.Chart")

"""Executed notebooks, and the notice behind them → self-contained HTML pages.

A page is one file: style inlined, figures as data, tables with their CSV, nothing to fetch, whole without its script.
Its text comes from the notebook, its neighbours and notices.csv alone, that of the notice from its raw file and what we
know of its units, so that the same reports give the same bytes.
"""

import os
from base64 import b64decode
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import audit_lib
import nbformat
import pandas as pd
from jinja2 import Template
from markupsafe import Markup
from nbconvert.exporters import TemplateExporter
from nbformat import NotebookNode
from traitlets.config import Config

from audit_lib.display.scene import STYLE, write_colours
from audit_lib.errors import AuditError, unusable
from audit_lib.files import save_bytes, save_text
from audit_lib.notebook.parameters import PARAMETERS, read_parameters
from audit_lib.notebook.report import open_words
from audit_lib.notebook.statements import read_data
from audit_lib.pages.findings import (
    Evidence,
    drop_leads,
    find_evidence,
    has_long_table,
    list_findings,
    mark_evidence,
    split_sections,
)
from audit_lib.pages.glossary import list_terms, read_text
from audit_lib.pages.html_parts import Prose, choose_language, hash_script, link_csv, mark_han, read_parts
from audit_lib.pages.notice_page import frame_notice, name_language
from audit_lib.pages.page_figures import read_figure
from audit_lib.pages.report_summary import find_headline, find_title, find_words, list_reports, read_card, read_notebook
from audit_lib.sources import NOTICE, Source, find_sources
from audit_lib.tables.build import find_record, read_source
from audit_lib.wording.fonts import embed_characters
from audit_lib.wording.languages import find_translations
from audit_lib.wording.words import Words

TEMPLATES = Path(__file__).with_name("templates")
NOT_FOR_PAGES = {*PARAMETERS, "notebook-only"}  # cell tags
SHOWN = ["text/html", "image/png", "text/plain"]  # what an output is shown as, best first


def render_period(folder: Path, data: Path) -> list[Path]:
    """Render every report of reports/<jurisdiction>/<period>, each in its own language, and the notice; give the pages.

    The first chart of the first report is kept beside them as cover.png, for a README or a mail. The notice has a page
    while its raw file is there.
    """
    notebooks = list_reports(folder)
    pages = [notebook_path.with_suffix(".html") for notebook_path in notebooks]
    for notebook_path, page_path in zip(notebooks, pages, strict=True):
        render_page(notebook_path, page_path, find_words(notebook_path, data), data)
    if notebooks and (cover := _find_chart(read_notebook(notebooks[0]))):
        save_bytes(cover, folder / "cover.png")
    if notebooks and (source := _find_source(data, folder)):
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
    save_text(embed_font(html), page_path)


def _find_source(data: Path, folder: Path) -> Source | None:
    """Find the raw file behind reports/<jurisdiction>/<period>; None where it is no longer there."""
    try:
        return find_sources(data, *folder.parts[-2:])[0]
    except AuditError:
        return None


def _find_chart(notebook: NotebookNode) -> bytes | None:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    charts = [output.data["image/png"] for output in outputs if "image/png" in output.get("data", {})]
    return b64decode(charts[0]) if charts else None


def render_page(notebook_path: Path, page_path: Path, words: Words, data: Path) -> None:
    """Render one executed report, reports/<jurisdiction>/<period>/<notebook>.ipynb, as an HTML page.

    The page links its neighbours in the period, so they must be there. Raises AuditError for a figure without alt text,
    a cell that failed, and an image that is not part of the notebook.
    """
    notebook = read_notebook(notebook_path)
    _check_outputs(notebook, notebook_path)
    choose_language(notebook, words.language)
    leave_out(notebook, words)
    prose = Prose(notebook_path)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.metadata["prose"] = prose.render(cell)
    mark_evidence(notebook, prose.take_anchor)
    page = _frame_page(notebook, notebook_path, prose, data, words.language)
    page |= _open_page(notebook, notebook_path, page["headline"], words)
    notebook.cells = drop_leads(notebook.cells)
    html, _ = _open_exporter().from_notebook_node(notebook, resources={"page": page, "words": words})
    html = html.replace("τ-b", "τ\N{NON-BREAKING HYPHEN}b")
    save_text(embed_font(html), page_path)


def _open_page(notebook: NotebookNode, path: Path, headline: str | None, words: Words) -> dict[str, Any]:
    """Gather what a page opens and closes with: its findings and what shows them, its glossary, its script."""

    def find_report(sentence: str) -> Evidence | None:
        cards = [read_card(each) for each in list_reports(path.parent) if each != path]
        owner = next((card.name for card in cards if card.headline == sentence), None)
        return Evidence("report", words.name(owner), f"{owner}.html") if owner else None

    return {
        "evidence": find_evidence(headline or "", notebook.cells),
        "findings": list_findings(notebook.cells, find_report),
        "glossary": list_terms(f"{headline}\n{read_text(notebook)}", words),
        "scripts": [_read_script()] if has_long_table(notebook.cells) else [],
    }


@cache
def _read_script() -> str:
    return (TEMPLATES / "report" / "page.js").read_text(encoding="utf-8")


def leave_out(notebook: NotebookNode, words: Words) -> None:
    """Leave out what shows nothing: code without an output, and sections that only note why there is nothing to show.

    The headings of those are told at the end. A section is a heading of the second level with all cells down to the
    next; what stands before the first one stays, and so does a section without code.
    """
    opening, *headed = split_sections(notebook.cells)
    told = [section for section in headed if not _is_silent(section)]
    cells = [[cell for cell in section if cell.cell_type != "code" or cell.outputs] for section in told]
    silent = [section[0].source.partition("\n")[0].removeprefix("## ") for section in headed if _is_silent(section)]
    if silent and cells:
        text = words("page.left_out", headings=words.join(silent, "sentences"))
        cells.insert(len(cells) - 1, [nbformat.v4.new_markdown_cell(text, id="left-out")])
    notebook.cells = [cell for section in [opening, *cells] for cell in section]


def _is_silent(section: list[NotebookNode]) -> bool:
    cells = [cell for cell in section if cell.cell_type == "code"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return bool(cells) and all('class="note"' in output.get("data", {}).get("text/html", "") for output in outputs)


def open_template(name: str) -> Template:
    """Open one of our templates; whatever it prints is escaped."""
    template: Template = _open_exporter().environment.get_template(name)
    return template


def embed_font(html: str) -> str:
    """Put the Chinese characters of a page into it, so that no reader sees empty boxes."""
    return html.replace("</head>", f"{embed_characters(html)}\n</head>", 1)


def finish_page(html: str, words: Words) -> str:
    """Finish a page: mark Chinese in a page of another language, and embed its characters."""
    return embed_font(html if words.language == "zh" else mark_han(html))


@cache
def _open_exporter() -> TemplateExporter:
    """Open nbconvert with our template; one serves every page. Whatever a template prints is escaped."""
    config = Config(
        NbConvertBase={"display_data_priority": SHOWN},
        TagRemovePreprocessor={"enabled": True, "remove_cell_tags": NOT_FOR_PAGES},
    )
    exporter = TemplateExporter(
        config=config,
        template_name="report",
        template_file="report.html.j2",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_raw=True,
    )
    exporter.environment.autoescape = True
    exporter.register_filter("read_parts", read_parts)
    exporter.register_filter("read_figure", read_figure)
    exporter.register_filter("hash_script", hash_script)
    exporter.environment.globals["colours"] = Markup(write_colours() + STYLE)
    exporter.environment.globals["version"] = audit_lib.__version__
    return exporter


def _frame_page(notebook: NotebookNode, path: Path, prose: Prose, data: Path, language: str) -> dict[str, Any]:
    """Gather what stands around the cells. The headline leaves its cell for the top of the page, its code with it."""
    headline, code = None, ""
    if found := find_headline(notebook):
        cell, output = found
        headline, code = output.data["text/plain"], cell.source
        cell.outputs.remove(output)
        cell.source = ""
    jurisdiction, period = path.parts[-3:-1]
    record = find_record(data, f"{jurisdiction}-{period}", language)
    reports = list_reports(path.parent)
    place = reports.index(path)
    made = notebook.metadata.get("audit", {})
    return {
        "name": path.stem,
        "jurisdiction": jurisdiction,
        "period": period,
        "title": find_title(notebook, prose, path),
        "headline": headline,
        "headline_code": code,
        "headings": prose.headings,
        "parameters": {name: repr(value) for name, value in read_parameters(notebook).items()},
        "previous": read_card(reports[place - 1]) if place else None,
        "following": read_card(reports[place + 1]) if place + 1 < len(reports) else None,
        "source": {} if record is None else {name: value for name, value in record.items() if not pd.isna(value)},
        "translations": link_translations(
            path.with_suffix(".html"), path.parents[2], language, lambda other: other.with_suffix(".ipynb").is_file()
        ),
        "versions": made.get("versions", {}),
        "inputs": made.get("inputs", {}),
        "notice": NOTICE if _find_source(data, path.parent) else None,
        "data": link_csv(read_data(notebook)),
        "changed": made.get("changed"),
    }


def link_translations(page: Path, tree: Path, language: str, exists: Callable[[Path], bool]) -> dict[str, str]:
    """Return the links from a page of `tree` to the same page in other languages, by language, where there is one."""
    others = find_translations(page, tree, language)
    return {
        each: Path(os.path.relpath(other, page.parent)).as_posix() for each, other in others.items() if exists(other)
    }


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

"""Executed notebooks, and the notice behind them → self-contained HTML pages.

A page is one file: style inlined, figures as data, tables with their CSV, nothing to fetch, whole without its script.
Its text comes from the notebook, its neighbours and notices.csv alone, that of the notice from its raw file and what we
know of its units, so that the same reports make the same bytes.
"""

import csv
import io
from base64 import b64decode
from pathlib import Path
from typing import Any

from markupsafe import Markup
from nbformat import NotebookNode

from audit_lib.errors import unusable
from audit_lib.files import save_bytes
from audit_lib.notebook.parameters import find_source_name, read_parameters
from audit_lib.notebook.statements import read_data
from audit_lib.pages.cite import cite_page, read_site
from audit_lib.pages.findings import Opening, has_long_table, mark_anchors, read_opening
from audit_lib.pages.glossary import list_terms, read_text
from audit_lib.pages.html_parts import Prose, choose_language, link_csv, slug_unit, spell_unit, suggest_search
from audit_lib.pages.notice_page import find_source, render_notice
from audit_lib.pages.origin import save_page
from audit_lib.pages.page_templates import link_translations, open_template, read_script, write_json
from audit_lib.pages.place_reports import COVER
from audit_lib.pages.report_body import read_body
from audit_lib.pages.report_summary import find_title, find_words, list_reports, read_card, read_notebook
from audit_lib.sources import NOTICE
from audit_lib.tables.build import find_record
from audit_lib.wording.languages import find_translations
from audit_lib.wording.words import Unit, Words

MOST_NAMED = 11  # units that a reader finds in a figure without a search


def render_period(folder: Path, data: Path) -> list[Path]:
    """Render every report of reports/<jurisdiction>/<period>, each in its language, and the notice; return the pages.

    The first chart of the first report is kept beside them as cover.png, for a README or a mail. The notice has a page
    while its raw file is there.
    """
    notebooks = list_reports(folder)
    pages = [notebook_path.with_suffix(".html") for notebook_path in notebooks]
    for notebook_path, page_path in zip(notebooks, pages, strict=True):
        render_page(notebook_path, page_path, find_words(notebook_path, data), data)
    if notebooks and (cover := find_chart(read_notebook(notebooks[0]))):
        save_bytes(cover, folder / COVER)
    if notebooks and (source := find_source(data, folder)):
        render_notice(source, folder / NOTICE, find_words(notebooks[0], data), data)
        pages.append(folder / NOTICE)
    return pages


def find_chart(notebook: NotebookNode) -> bytes | None:
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
    prose = Prose(notebook_path)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.metadata["prose"] = prose.render(cell)
    mark_anchors(notebook, prose.take_anchor)
    opening = read_opening(notebook)
    scores = read_data(notebook)
    names = [row.get("unit_name") or "" for row in csv.DictReader(io.StringIO(scores))]
    units = [_describe_unit(name, words) for name in names]
    pages = {words.name(path.stem): f"{path.stem}.html" for path in list_reports(notebook_path.parent)}
    body = read_body(notebook, words, pages | {name: href for name, _, href in units})
    page = _frame_page(notebook, notebook_path, prose, opening, data, words)
    page |= {"body": body, "opening": opening, "data": link_csv(scores)}
    page["hint"] = suggest_search(names[0] if names else "", words)
    first = body.figures[0] if body.figures else None
    is_named = first is None or all(name in first.labels for name, _, _ in units)  # in the drawing itself
    is_searched = len(units) > MOST_NAMED and any(figure.wide for figure in body.figures) and not is_named
    page["units"] = Markup(write_json(units)) if is_searched else ""
    text = "\n".join([opening.headline or "", *opening.messages, read_text(notebook)])
    page["glossary"] = list_terms(text, words)
    scripts = [read_script("page.js")] if body.figures or has_long_table(notebook.cells) else []
    address, tree = notebook_path.with_suffix(".html"), page_path.parents[2]
    translations = link_translations(address, tree, words.language, lambda other: other.with_suffix(".ipynb").is_file())
    html = open_template("report.html.j2").render(page=page, words=words, translations=translations, scripts=scripts)
    translated = find_translations(notebook_path, tree, words.language).values()
    beside = [*list_reports(page_path.parent), *filter(Path.is_file, translated)]
    source = find_source_name(notebook.metadata, notebook_path)
    made = {"notebook": source, "parameters": read_parameters(notebook), "versions": page["versions"]}
    save_page(html, page_path, tree, beside, words, **made)


def _describe_unit(name: str, words: Words) -> tuple[str, str, str]:
    """Return the name of a unit that tables show, what people may type for it, and its page."""
    return words.both(Unit(name)), " ".join(spell_unit(name, words)).lower(), f"../units/{slug_unit(name)}.html"


def _frame_page(
    notebook: NotebookNode, path: Path, prose: Prose, opening: Opening, data: Path, words: Words
) -> dict[str, Any]:
    """Gather what stands around the cells of a report."""
    jurisdiction, period = path.parts[-3:-1]
    record = find_record(data, f"{jurisdiction}-{period}", words.language)
    source = {} if record is None else record.dropna().to_dict()
    reports = list_reports(path.parent)
    place = reports.index(path)
    made = notebook.metadata.get("audit", {})
    versions = made.get("versions", {})
    site, title = read_site(data), find_title(notebook, prose, path)
    return {
        "name": path.stem,
        "jurisdiction": jurisdiction,
        "period": period,
        "title": title,
        "parameters": {name: repr(value) for name, value in read_parameters(notebook).items()},
        "previous": read_card(reports[place - 1]) if place else None,
        "following": read_card(reports[place + 1]) if place + 1 < len(reports) else None,
        "source": source,
        "versions": versions,
        "inputs": made.get("inputs", {}),
        "notice": NOTICE if find_source(data, path.parent) else None,
        "changed": made.get("changed"),
        "site": site,
        "cite": cite_page(path, opening.headline or title, source, versions, site, words),
        "image": site.locate(words.language, jurisdiction, period, COVER),
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

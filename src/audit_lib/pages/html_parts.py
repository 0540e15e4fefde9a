"""The pieces of a page: the prose of a notebook, and its outputs split into tables and the rest."""

import csv
import io
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any
from unicodedata import normalize
from urllib.parse import quote

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString
from markupsafe import Markup, escape
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from wcwidth import wcswidth

from audit_lib.display.links import HREF
from audit_lib.errors import unusable
from audit_lib.tables.storage import guard_cell
from audit_lib.wording.languages import LANGUAGES, choose_part
from audit_lib.wording.pinyin import find_initials, spell_in_pinyin
from audit_lib.wording.words import Unit, Words

ELEMENTS = {  # what display.py and report.py write; HTML with anything else in it is shown as its plain text
    *("p", "span", "strong", "em", "code", "sub", "sup", "br", "ul", "ol", "li", "dl", "dt", "dd"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
}
ATTRIBUTES = {"class", "scope", "lang", "title"}
LONG, LONG_CELL = {"col": 12, "row": 16}, 26  # columns of text above which headings, cells may break (see page.css)
HEADING = re.compile(r"^(#+ )(.*)", flags=re.MULTILINE)
LONGEST_SLUG = 60  # letters: three bytes each, and a file name ends at 255
ENCODED = {ord(sign): quote(sign) for sign in '%#<>&"\r\n\t\ufeff'}  # in a link that holds a text
PHONE = 34  # columns of text that stand side by side on a small screen


@dataclass(frozen=True)
class Part:
    """A piece of an HTML output. A table has a caption, its values as a CSV link, and may be too wide for a phone.

    `legend` explains the marks in it, `title` is the finding above it. A matrix has cells in shades, which need a key.
    """

    html: Markup
    caption: str | None = None
    csv: str = ""
    file_name: str = ""
    is_wide: bool = False
    legend: str = ""
    title: str = ""
    is_matrix: bool = False


class Prose(IPythonRenderer):  # type: ignore[misc]
    """The markdown of one notebook, as HTML. Its first h1 becomes the title and leaves the text."""

    def __init__(self, notebook_path: Path) -> None:
        super().__init__(escape=True, allow_harmful_protocols=False, exclude_anchor_links=True)
        self.notebook_path = notebook_path
        self.title = ""
        self.anchors = {"finding", "contents", "made", "glossary", "terms"}

    def render(self, cell: NotebookNode) -> str:
        self.attachments = cell.get("attachments", {})
        return str(MarkdownWithMath(renderer=self).render(cell.source)).strip()

    def heading(self, text: str, level: int, **_: Any) -> str:
        plain = BeautifulSoup(text, "html.parser").get_text()
        if level == 1 and not self.title:
            self.title = plain
            return ""
        anchor = self.take_anchor(plain)
        level = max(level, 2)
        return f'<h{level} id="{anchor}">{text}</h{level}>\n'

    def take_anchor(self, text: str) -> str:
        """Return the anchor of a heading, a chart or a table."""
        return take_slug(make_slug(text), self.anchors)

    def link(self, text: str, url: str, title: str | None = None) -> str:
        """Lead to the page of a notebook where the text leads to the notebook."""
        is_notebook = re.fullmatch(r"[\w./-]+\.ipynb(#.*)?", url)
        return str(super().link(text, url.replace(".ipynb", ".html", 1) if is_notebook else url, title))

    def image(self, text: str, url: str, title: str | None = None) -> str:
        if not url.startswith("attachment:") or not text.strip():
            raise unusable(self.notebook_path, f"![{text}]({url})", "an image attached to its cell, described")
        return str(super().image(text, url, title))


def choose_language(notebook: NotebookNode, language: str) -> None:
    """Keep one language of a notebook that is written in all: its own cells, its own part of each heading.

    Markdown cells tagged with other languages go. A heading that has not one part for each language stays whole, and so
    does a notebook without such tags and headings.
    """
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type != "markdown" or _is_in(cell, language)]
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = HEADING.sub(lambda found: found[1] + choose_part(found[2], language), cell.source)
    if "title" in notebook.metadata:
        notebook.metadata["title"] = choose_part(str(notebook.metadata["title"]), language)


def _is_in(cell: NotebookNode, language: str) -> bool:
    tagged = set(LANGUAGES).intersection(cell.metadata.get("tags", []))
    return not tagged or language in tagged


def make_slug(text: str) -> str:
    """Turn a heading or a caption into an anchor or a file name; Chinese stays.

    >>> make_slug("Leizhou 2017: scores by printed tier")
    'leizhou-2017-scores-by-printed-tier'
    """
    return re.sub(r"[\W_]+", "-", normalize("NFKC", text).lower()).strip("-") or "section"


def read_parts(
    data: Mapping[str, str], missing: Collection[str], pages: Mapping[str, str] = MappingProxyType({})
) -> list[Part]:
    """Split an HTML output into its tables and the rest. Markup that is not ours gives way to the plain text.

    The name of a unit or report in a table leads to its page: `pages` are hrefs by the text of a cell.
    """
    soup = BeautifulSoup(data["text/html"], "html.parser")
    is_ours = all(_is_ours(tag) for tag in soup.find_all(True))
    if not is_ours or any(type(text) is not NavigableString for text in soup.find_all(string=True)):
        return [Part(Markup("<pre>{}</pre>").format(data.get("text/plain", "")))]
    parts: list[Part] = []
    for piece in soup.contents:
        if isinstance(piece, Tag) and "blanks" in piece.get_attribute_list("class") and parts:
            parts[-1] = replace(parts[-1], legend=piece.get_text())
        elif str(piece).strip():
            part = _read_part(piece, missing, pages)
            if part.caption is not None and parts and parts[-1].caption is None:
                part = replace(part, title=BeautifulSoup(parts.pop().html, "html.parser").get_text())
            parts.append(part)
    return parts


def _is_ours(tag: Tag) -> bool:
    """Return whether an element is one that we write. A link may lead to the page of a notice, and nowhere else."""
    if tag.name == "a":
        return set(tag.attrs) == {"href"} and HREF.fullmatch(str(tag["href"])) is not None
    return tag.name in ELEMENTS and set(tag.attrs) <= ATTRIBUTES


def _read_part(piece: Any, missing: Collection[str], pages: Mapping[str, str]) -> Part:
    if not isinstance(piece, Tag):
        return Part(escape(piece))
    if piece.name != "table":
        return Part(Markup(piece))
    caption = piece.caption.get_text() if piece.caption else ""
    if piece.caption:  # a span of its own stays in view while a wide table scrolls
        piece.caption.clear()
        piece.caption.append(BeautifulSoup(str(Markup("<span>{}</span>").format(caption)), "html.parser"))
    rows = [list(row.find_all(["th", "td"])) for row in piece.find_all("tr")]
    for cell in (each for row in rows for each in row[1:] if each.get_text() in missing):
        cell["class"] = [*cell.get_attribute_list("class"), "gap"]
    width = _fit_columns(rows)
    values = io.StringIO()
    csv.writer(values).writerows([_plain_value(cell, missing) for cell in row] for row in rows)
    _link_cells(rows, pages)
    file_name, is_matrix = f"{make_slug(caption)}.csv", "places" in piece.get_attribute_list("class")
    return Part(Markup(piece), caption, link_csv(values.getvalue()), file_name, width > PHONE, is_matrix=is_matrix)


def _link_cells(rows: list[list[Tag]], pages: Mapping[str, str]) -> None:
    for cell in (each for row in rows for each in row):
        href = pages.get(cell.get_text())
        if href and not cell.find("a"):
            link = Tag(name="a", attrs={"href": href})
            link.extend(list(cell.contents))
            cell.append(link)


def link_csv(text: str) -> Markup:
    """Return a CSV text as a link that holds it, marked as UTF-8 for spreadsheets; nothing for nothing."""
    return link_text("text/csv", f"\ufeff{text}") if text else Markup()


def link_text(kind: str, text: str) -> Markup:
    """Return a text as a link that holds it, for an attribute in double quotes: letters as they are, signs encoded.

    >>> link_text("text/csv", "水务局,97")
    Markup('data:text/csv;charset=utf-8,水务局,97')
    """
    return Markup(f"data:{kind};charset=utf-8,{text.translate(ENCODED)}")


def _fit_columns(rows: list[list[Tag]]) -> int:
    """Mark the cells that may break their lines, and return the least width of the table in columns of text."""
    widths: dict[int, int] = {}
    for row in rows:
        for column, cell in enumerate(row):
            most = LONG.get(str(cell.get("scope")), LONG_CELL)
            width = max(wcswidth(cell.get_text()), 0)
            if width > most:
                cell["class"] = " ".join([*cell.get_attribute_list("class"), "long"])
            widths[column] = max(widths.get(column, 0), min(width, most))
    return sum(widths.values()) + 2 * len(widths)


def _plain_value(cell: Tag, missing: Collection[str]) -> str:
    """Return a cell's value for a CSV file: nothing for missing, a number as machines write it, no formula."""
    is_head = cell.get("scope") == "col"
    text = str(cell["title"] if is_head and cell.get("title") else cell.get_text())
    if text in missing and cell.get("scope") is None:
        return ""
    is_number = "number" in cell.get_attribute_list("class") and not is_head
    return guard_cell(text.replace("−", "-").replace(",", "") if is_number else text)


TOKEN = re.compile(r"<[^>]*>|[^<]+")
HAN_RUN = re.compile(
    r"[\u3400-\u9fff\uf900-\ufaff〔《](?:[\u3400-\u9fff\uf900-\ufaff〔〕《》、，。；：（）·\d]*[\u3400-\u9fff\uf900-\ufaff〕》）])?"
)
MEASURED = re.compile(r"\d{4}年\d{1,2}月(?:\d{1,2}日)?|\d[\d.]*(?:～\d[\d.]*)?[分个年月日期位名周天件处项]")
UNMARKED = {"script", "style", "title", "option", "textarea"}  # elements that hold text alone
VOID = {"meta", "link", "input", "br", "img", "hr", "col", "wbr"}


def mark_han(html: str) -> str:
    """Mark every run of Chinese in a page of another language as such, so that it is read and drawn as Chinese.

    >>> mark_han("<p>Water Affairs (水务局)</p>")
    '<p>Water Affairs (<span lang="zh-Hans">水务局</span>)</p>'
    """

    def mark(text: str, element: str) -> str:
        tag = "tspan" if element == "text" else "span"
        return HAN_RUN.sub(rf'<{tag} lang="zh-Hans">\g<0></{tag}>', text)

    return _rewrite_text(html, mark, re.compile(r"<({})\b|\slang=\"zh".format("|".join(UNMARKED))))


def join_numbers(html: str) -> str:
    """Keep each number of a Chinese page and its measure word on one line.

    >>> join_numbers("<p>得分在82～89分之间</p>")
    '<p>得分在<span class="n">82～89分</span>之间</p>'
    """
    left = re.compile(r"<({}|text|td|th|pre)\b".format("|".join(UNMARKED)))
    return _rewrite_text(html, lambda text, _: MEASURED.sub(r'<span class="n">\g<0></span>', text), left)


def _rewrite_text(html: str, rewrite: Callable[[str, str], str], left: re.Pattern[str]) -> str:
    """Rewrite each text of a page, given the name of its element; elements whose tag matches `left` stay."""
    path: list[tuple[str, bool]] = []  # open elements, each with whether its text is left alone
    pieces: list[str] = []
    for token in TOKEN.findall(html):
        if token.startswith("</"):
            name = token[2:-1].strip().lower()
            while path and path.pop()[0] != name:
                pass
        elif token.startswith("<"):
            name = re.split(r"[\s/>]", token[1:], maxsplit=1)[0].lower()
            if name not in VOID and not token.endswith("/>") and not name.startswith("!"):
                path.append((name, left.search(token) is not None or bool(path and path[-1][1])))
        elif not path or not path[-1][1]:
            token = rewrite(token, path[-1][0] if path else "")
        pieces.append(token)
    return "".join(pieces)


def spell_unit(name: str, words: Words) -> list[str]:
    """List what a unit is found by: its name, its pinyin, the initials of that, its English name."""
    spelt = [name, spell_in_pinyin(name).lower(), find_initials(name), words.unit_names.get(name, "")]
    return list(dict.fromkeys(filter(None, spelt)))


def suggest_search(name: str, words: Words) -> str:
    """Show by a unit what may be typed to find one: 水务局, shuiwuju, Water Affairs."""
    return words.joiner.join(dict.fromkeys([name, spell_in_pinyin(name).lower(), words.short(Unit(name))]))


def take_slug(slug: str, taken: set[str]) -> str:
    """Return a slug, with a number from the second of one name on, and add it to those taken."""
    numbered = next(each for n in count(1) if (each := slug if n == 1 else f"{slug}-{n}") not in taken)
    taken.add(numbered)
    return numbered


def slug_unit(name: str) -> str:
    """Name the page of a unit.

    >>> slug_unit("水务局")
    '水务局'
    """
    return make_slug(name)[:LONGEST_SLUG]

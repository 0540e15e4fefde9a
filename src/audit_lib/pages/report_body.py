"""Sort what the cells of a report show into the parts of its page."""

from dataclasses import dataclass, field, replace

from markupsafe import Markup
from nbformat import NotebookNode

from audit_lib.notebook.parameters import PARAMETERS
from audit_lib.pages.html_parts import Part, read_parts
from audit_lib.pages.page_figures import Figure, read_figure
from audit_lib.wording.words import Words

NOT_FOR_PAGES = {*PARAMETERS, "notebook-only"}  # cell tags
PARTS = ("settings", "more", "method")  # cell tags of what the parts of a page other than the open one show
OPENING = {"headline", "bullets", "box"}  # of what begins a page

Piece = Figure | Part | Markup


@dataclass
class Body:
    """The parts of a notebook that its page shows: open, closed, and all code."""

    open: list[tuple[Piece, str]] = field(default_factory=list)  # each with its anchor
    more: list[tuple[Piece, str]] = field(default_factory=list)
    method: list[tuple[Piece, str]] = field(default_factory=list)
    settings: list[tuple[Piece, str]] = field(default_factory=list)
    code: list[str] = field(default_factory=list)

    @property
    def figures(self) -> list[Figure]:
        return [piece for piece, _ in self.open if isinstance(piece, Figure)]


def read_body(notebook: NotebookNode, words: Words, pages: dict[str, str]) -> Body:
    """Sort what the cells show into the parts of a page by their tags; names of units and reports are linked."""
    body, question, sources = Body(), [], set()
    for cell in notebook.cells:
        tags = set(cell.metadata.get("tags", []))
        if tags & NOT_FOR_PAGES:
            continue
        if "question" in tags:  # is shown with what answers it
            question = [(Markup('<p class="k">{}</p>').format(cell.source.lstrip("# ")), "")]
            continue
        if cell.cell_type == "markdown":
            if cell.metadata["prose"]:
                body.method.append((Markup(cell.metadata["prose"]), ""))
            continue
        if cell.cell_type != "code":
            continue
        body.code += [cell.source.strip()] if cell.source.strip() else []
        if tags & OPENING and "settings" not in tags:
            continue
        shown: list[tuple[Piece, str]] = getattr(body, next((part for part in PARTS if part in tags), "open"))
        if shown is body.open and cell.outputs:
            shown += question
            question = []
        for output in cell.outputs:
            anchor = str(output.get("metadata", {}).get("anchor", ""))
            for at, piece in enumerate(_read_output(output, words, pages)):
                if isinstance(piece, Figure):  # what figures share is said once
                    repeated = piece.source in sources
                    sources.add(piece.source)
                    piece = replace(piece, source="") if repeated else piece
                shown.append((piece, anchor if at == 0 else ""))
    return body


def _read_output(output: NotebookNode, words: Words, pages: dict[str, str]) -> list[Piece]:
    data = output.get("data", {})
    if "text/html" in data:
        parts = read_parts(data, words.blanks, pages)
        return [part.html if part.caption is None else part for part in parts]
    if "image/png" in data:
        return [read_figure(output)]
    text = output.text if output.output_type == "stream" else data.get("text/plain", "")
    return [Markup("<pre>{}</pre>").format(text)]

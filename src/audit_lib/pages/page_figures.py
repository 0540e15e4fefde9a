"""The figures of a page: two drawings with real text, the words around them, files to take along."""

from dataclasses import dataclass

from markupsafe import Markup
from nbformat import NotebookNode

from audit_lib.display.charts import SCENES, Key
from audit_lib.display.scene import COLOURS, Label, fill_frame, read_scene
from audit_lib.pages.html_parts import link_csv, link_text, make_slug


@dataclass(frozen=True)
class Figure:
    """A figure of a page. `wide` and `narrow` are SVG elements; a figure without them is shown as its picture.

    `csv` and `svg` are links that hold the values and the drawing as a file; of that the page's script makes the
    picture. `png` is one that holds the picture, where there is no drawing. `labels` are the texts in the drawing.
    """

    title: str
    subtitle: str
    source: str
    alt: str
    png: str
    wide: Markup
    narrow: Markup
    svg: str
    legend: list[Key]
    csv: str
    name: str
    labels: frozenset[str] = frozenset()


def read_figure(output: NotebookNode) -> Figure:
    """Read a figure from the output of a cell, as `audit_lib.display.Chart` writes it.

    Raises AuditError for a drawing that is none of ours.
    """
    shown, data = output.metadata["image/png"], output.data
    scenes = {
        name: read_scene(data[kind])
        for name in ("wide", "narrow", "frame")
        if (kind := SCENES.format(name=name)) in data
    }
    alt = shown["alt"]
    wide, narrow = (
        Markup(scenes[name].to_svg(name, alt)) if name in scenes else Markup() for name in ("wide", "narrow")
    )
    file = ""
    if "frame" in scenes and "wide" in scenes:
        file = fill_frame(scenes["frame"], scenes["wide"], float(shown.get("drawn_at", 0))).to_file(alt)
    return Figure(
        title=shown.get("title", ""),
        subtitle=shown.get("subtitle", ""),
        source=shown.get("source", ""),
        alt=alt,
        png="" if file else f"data:image/png;base64,{''.join(data['image/png'].split())}",
        wide=wide,
        narrow=narrow,
        svg=link_text("image/svg+xml", file) if file else "",
        legend=[Key(str(key[0]), str(key[1]), bool(key[2])) for key in shown.get("legend", []) if key[0] in COLOURS],
        csv=link_csv(data.get("text/csv", "")),
        name=make_slug(shown.get("title", "") or "figure"),
        labels=frozenset(mark.text for mark in scenes["wide"].marks if isinstance(mark, Label))
        if wide
        else frozenset(),
    )

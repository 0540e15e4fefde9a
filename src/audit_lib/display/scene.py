"""A drawing as a list of primitives in CSS pixels, in named colours, and its SVG.

One description serves a page (inline SVG, whose colours follow light and dark), a file of its own and a picture (see
figures/picture.py). It is kept in a notebook as lines of JSON, so that a page is made from the notebook alone.
"""

import html
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from itertools import groupby
from typing import Any

from audit_lib.errors import unusable

COLOURS: Mapping[str, tuple[str, str]] = {  # on light and on dark ground
    "paper": ("#ffffff", "#14171b"),
    "ink": ("#1b1f24", "#e8eaed"),
    "grey": ("#57606a", "#aab2bb"),
    "line": ("#d0d7de", "#373e47"),
    "neutral": ("#8c959f", "#7d8791"),
    "best": ("#0b4f8a", "#3b8fd6"),
    "upper": ("#4a90c4", "#6fb1e3"),
    "middle": ("#9ecae1", "#a9d2ea"),
    "lower": ("#d3e4f1", "#d3e4f1"),
    "lowest": ("#d55e00", "#d55e00"),
    "unrated": ("#ffffff", "#14171b"),
    "band-best": ("#e3edf8", "#16243a"),
    "band-middle": ("#eff4f8", "#1a2027"),
    "band-lowest": ("#fbf3ee", "#251c17"),
}
RIMS: Mapping[str, tuple[str, str]] = {
    "upper": ("#2b6c9e", "#6fb1e3"),
    "middle": ("#5b9cc4", "#a9d2ea"),
    "lower": ("#8fb4d3", "#d3e4f1"),
    "lowest": ("#a34700", "#d55e00"),
    "unrated": ("#1b1f24", "#e8eaed"),
}
FONT = "Arial, 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif"


@dataclass(frozen=True)
class Dot:
    """A unit: a disc in the colour of its tier, with a text for whoever points at it."""

    x: float
    y: float
    r: float
    colour: str = "neutral"
    label: str = ""
    unit: str = ""  # unit_id

    def to_svg(self, _: float) -> str:
        about = f" data-unit='{html.escape(self.unit)}'" if self.unit else ""
        title = f"<title>{html.escape(self.label)}</title>" if self.label else ""
        return f"<circle class='{self.colour}' cx='{self.x:g}' cy='{self.y:g}' r='{self.r:g}'{about}>{title}</circle>"

    def trace(self) -> str:
        return f"M{self.x:g} {self.y:g}h0"


@dataclass(frozen=True)
class Ring:
    """The outline around a dot: this drawing's exception."""

    x: float
    y: float
    r: float
    width: float = 2.6

    def to_svg(self, _: float) -> str:
        place = f"cx='{self.x:g}' cy='{self.y:g}'"
        gap = f"<circle class='ring-gap' {place} r='{self.r - 0.6 * self.width:g}'/>"
        return f"{gap}<circle class='ring' {place} r='{self.r:g}' stroke-width='{self.width:g}'/>"


@dataclass(frozen=True)
class Line:
    x1: float
    y1: float
    x2: float
    y2: float
    colour: str = "grey"
    width: float = 1

    def trace(self) -> str:
        return f"M{self.x1:g} {self.y1:g}L{self.x2:g} {self.y2:g}"


@dataclass(frozen=True)
class Rect:
    x: float
    y: float
    width: float
    height: float
    colour: str

    def trace(self) -> str:
        return f"M{self.x:g} {self.y:g}h{self.width:g}v{self.height:g}h{-self.width:g}z"


@dataclass(frozen=True)
class Label:
    """A line of text, never rotated; `anchor` is start, middle or end of it, `y` its base line."""

    x: float
    y: float
    text: str
    size: float
    colour: str = "ink"
    is_bold: bool = False
    anchor: str = "start"

    def to_svg(self, usual: float) -> str:
        """Write the text; its size only where it is not the usual one."""
        style = (f" font-size='{self.size:g}'" if self.size != usual else "") + " font-weight='700'" * self.is_bold
        anchor = f" text-anchor='{self.anchor}'" if self.anchor != "start" else ""
        where = f"class='{self.colour}' x='{self.x:g}' y='{self.y:g}'"
        return f"<text {where}{style}{anchor}>{html.escape(self.text)}</text>"


Mark = Dot | Ring | Line | Rect | Label
KINDS: Mapping[str, type[Mark]] = {kind.__name__.lower(): kind for kind in (Dot, Ring, Line, Rect, Label)}


@dataclass(frozen=True)
class Scene:
    """A drawing of `width` × `height` CSS pixels; later marks are drawn over earlier ones."""

    width: float
    height: float
    marks: tuple[Mark, ...] = field(default=())

    def of(self, kind: type[Mark]) -> list[Any]:
        """List the marks of one kind, in the order in which they are drawn."""
        return [mark for mark in self.marks if isinstance(mark, kind)]

    def to_svg(self, name: str, alt: str) -> str:
        """Draw the scene as an SVG element of class `name`, in the colours of the page around it."""
        return self._draw(f"class='{name}'", alt)

    def to_file(self, alt: str) -> str:
        """Draw the scene as an SVG file that stands alone: with a ground, a font and colours for light and dark."""
        size = f"xmlns='http://www.w3.org/2000/svg' width='{self.width:g}' height='{self.height:g}'"
        style = f"<style>{write_colours()}{STYLE}text {{ font-family: {FONT} }}</style>"
        ground = Rect(0, 0, self.width, self.height, "paper")
        return replace(self, marks=(ground, *self.marks))._draw(size, alt, style) + "\n"

    def _draw(self, attributes: str, alt: str, style: str = "") -> str:
        sizes = Counter(label.size for label in self.of(Label)).most_common(1)
        usual = sizes[0][0] if sizes else 0
        box = f"viewBox='0 0 {self.width:g} {self.height:g}' font-size='{usual:g}'"
        about = f"role='img' aria-label='{html.escape(alt)}'"
        drawn = "\n".join(_draw(self.marks, usual))
        return f"<svg {attributes} {box} {about}>{style}\n{drawn}\n</svg>"


def _draw(marks: Iterable[Mark], usual: float) -> Iterator[str]:
    """Yield the SVG of marks; those in a row that differ in their place alone are one path: there may be thousands."""
    for path, same in groupby(marks, _find_path):
        if path:
            yield path.format("".join(mark.trace() for mark in same if isinstance(mark, Dot | Line | Rect)))
        else:
            yield from (mark.to_svg(usual) for mark in same if isinstance(mark, Dot | Ring | Label))


def _find_path(mark: Mark) -> str:
    """Return the path that a mark can be drawn in; nothing for texts, rings and dots with a label."""
    if isinstance(mark, Rect):
        return f"<path class='area {mark.colour}' d='{{}}'/>"
    if isinstance(mark, Line):
        width = f" stroke-width='{mark.width:g}'" if mark.width != 1 else ""
        return f"<path class='{mark.colour}' d='{{}}'{width}/>"
    if isinstance(mark, Dot) and not mark.label:
        return f"<path class='dots {mark.colour}' d='{{}}' stroke-width='{2 * mark.r + 1.3:g}'/>"
    return ""


STYLE = (
    "".join(
        f".{name} {{ --c: var(--{name}); --rim: var(--{name}{'-rim' if name in RIMS else ''}) }} " for name in COLOURS
    )
    + ":is(line, path) { fill: none; stroke: var(--c) } path.area { fill: var(--c); stroke: none } "
    "path.dots { stroke-linecap: round } text[class] { fill: var(--c) } "
    "i[class] { background: var(--c); border-color: var(--rim) } "
    "circle { fill: var(--c); stroke: var(--rim) } circle:not(.ring) { stroke-width: 1.3 } "
    "circle.ring { fill: none; stroke: var(--ink) } circle.ring-gap { fill: none; stroke: var(--ring-gap) } "
)


def write_colours() -> str:
    """Write the colours as CSS variables, for light and for dark."""
    named = {**COLOURS, **{f"{name}-rim": pair for name, pair in RIMS.items()}, "ring-gap": ("none", "#14171b")}
    light, dark = ("; ".join(f"--{name}: {pair[at]}" for name, pair in named.items()) for at in (0, 1))
    return f":root {{ {light} }} @media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }} "


def fill_frame(frame: Scene, scene: Scene, drawn_at: float) -> Scene:
    """Put a drawing into its frame of words, at this y."""
    return Scene(frame.width, frame.height, (*frame.marks, *move(scene.marks, drawn_at)))


def move(marks: Iterable[Mark], down: float) -> tuple[Mark, ...]:
    """Move marks down."""
    return tuple(replace(mark, **{key: y + down for key, y in vars(mark).items() if key[0] == "y"}) for mark in marks)


def write_scene(scene: Scene) -> str:
    """Write a scene as lines of JSON: its size, then a mark a line."""
    lines = [json.dumps([_shorten(scene.width), _shorten(scene.height)])]
    for mark in scene.marks:
        kind = type(mark).__name__.lower()
        values = [_shorten(value) for value in asdict(mark).values()]
        lines.append(json.dumps([kind, *values], ensure_ascii=False))
    return "\n".join(lines)


def _shorten(value: float | str | bool) -> float | str | bool:
    """Write a number with one decimal at most."""
    if isinstance(value, str | bool):
        return value
    rounded = round(value, 1)
    return int(rounded) if rounded == int(rounded) else rounded


def read_scene(text: str) -> Scene:
    """Read a scene from lines of JSON. Raises AuditError for anything else."""
    try:
        (width, height), *marks = [json.loads(line) for line in text.splitlines()]
        return Scene(float(width), float(height), tuple(_read_mark(*mark) for mark in marks))
    except (ValueError, TypeError, KeyError):
        raise unusable("a drawing", text[:60], "lines of JSON as display/scene.py writes them") from None


def _read_mark(kind: str, *values: Any) -> Mark:
    """Read a mark, every value of the type that its field has, so that nothing else gets into a page."""
    chosen = KINDS[kind]
    types = {"float": float, "str": str, "bool": bool}
    names = [str(each.type) if isinstance(each.type, str) else each.type.__name__ for each in fields(chosen)]
    mark = chosen(*(types[name](value) for name, value in zip(names, values, strict=True)))
    if (colour := getattr(mark, "colour", "ink")) not in COLOURS:
        raise ValueError(colour)
    return mark

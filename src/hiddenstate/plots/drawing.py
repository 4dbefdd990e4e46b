"""A chart as SVG or PNG without a browser, fitted to a width.

vl-convert renders; what comes out is then cleaned: identifiers get a prefix (several drawings share one
page), coordinates are rounded, and the text alternative moves to the root, where screen readers look.
"""

from __future__ import annotations

import copy
import hashlib
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from hiddenstate.errors import OutputError
from hiddenstate.plots.theme import LABEL_ROOM

if TYPE_CHECKING:
    import altair as alt

SVG = "http://www.w3.org/2000/svg"
NARROWEST_PANEL = 250
NARROW = 420
# Of a legend, in points: the mean width of a letter, and of its symbol with the space around it.
LETTER, SYMBOL = 6.2, 50
READOUT = "readout"
"""Name of the layer whose marks carry what a pointer or the arrow keys read out."""

_MARKS = frozenset({f"{{{SVG}}}line", f"{{{SVG}}}path"})
_COORDINATES = frozenset({"d", "transform", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "points"})
_LONG_DECIMAL = re.compile(r"-?\d+\.\d{3,}(?:e-?\d+)?")
_NOISE = ("pointer-events", "aria-roledescription", "aria-hidden", "role")


def save_chart(chart: alt.TopLevelMixin, path: Path | str, *, scale: float = 2.0) -> Path:
    """Write a chart as ``.png`` or ``.svg``, by the ending of `path`; `scale` is pixels per point of a PNG.

    Raises `OutputError` for another ending or a place that cannot be written; an existing file is replaced
    only once the new one is complete.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending == ".svg":
        content = svg(chart).encode()
    elif ending == ".png":
        content = png(chart, scale=scale)
    else:
        raise OutputError(f'{path}: expected a name ending in .png or .svg, got "{path.suffix}".')
    write_whole(path, content)
    return path


def write_whole(path: Path, content: bytes) -> None:
    """Write beside, then rename: a reader never meets half a file. Raises `OutputError`."""
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            temporary = Path(file.name)
            file.write(content)
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        reason = error.strerror or error
        raise OutputError(f"{path}: could not be written ({reason}). Choose another folder.") from error


def png(chart: alt.TopLevelMixin, *, scale: float = 2.0) -> bytes:
    """The chart as a PNG image."""
    import vl_convert

    image: bytes = vl_convert.vegalite_to_png(_spec(chart), vl_version=_version(), scale=scale)
    return image


def svg(chart: alt.TopLevelMixin, *, width: int | None = None, bare: bool = False) -> str:
    """The chart as SVG text.

    `width` redraws it for about so many points (panels side by side go below each other where they would
    become too narrow); `bare` leaves out title and background, for a page that has its own.
    """
    import vl_convert

    spec = _spec(chart)
    if bare:
        spec.pop("title", None)
        spec.setdefault("config", {})["background"] = "transparent"
    if width is not None:
        spec = fit(spec, width)
    drawn = vl_convert.vegalite_to_svg(spec, vl_version=_version())
    return _clean(drawn, str(spec.get("description", "")))


def _spec(chart: alt.TopLevelMixin) -> dict[str, Any]:
    """The chart's specification, with room between two legends: Vega knows that, the schema does not."""
    spec: dict[str, Any] = chart.to_dict(validate=False)
    legend = spec.setdefault("config", {}).setdefault("legend", {})
    legend["layout"] = _legend_layout("horizontal")
    if "hconcat" in spec or "vconcat" in spec:
        # The panels below a shared legend bring their own room for titles.
        legend["offset"] = 14
    return spec


def _legend_layout(direction: str) -> dict[str, Any]:
    margin = 20 if direction == "horizontal" else 6
    return {"top": {"direction": direction, "anchor": "start", "margin": margin}}


def fit(spec: dict[str, Any], width: int) -> dict[str, Any]:
    """A copy of a Vega-Lite specification whose views share `width` points."""
    spec = copy.deepcopy(spec)
    _fit_legend(spec, width)
    margins = LABEL_ROOM + 20
    panels = spec.get("hconcat")
    if panels is not None:
        each = (width - 28 * (len(panels) - 1)) // len(panels)
        if each < NARROWEST_PANEL:
            spec["vconcat"] = spec.pop("hconcat")
            each = width
        _set_widths(panels, each - margins)
    elif "vconcat" in spec:
        _set_widths(spec["vconcat"], width - margins)
    else:
        spec["width"] = width
        spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    return spec


def _fit_legend(spec: dict[str, Any], width: int) -> None:
    """Two columns of names where one line does not hold them, and one where half a line does not hold the longest."""
    config = spec.setdefault("config", {}).setdefault("legend", {})
    names = max(_legend_names(spec), key=len, default=[])
    if sum(len(name) * LETTER + SYMBOL for name in names) > width - LABEL_ROOM:
        half = (width - LABEL_ROOM) // 2 - SYMBOL
        columns = 2 if max(map(len, names)) * LETTER <= half else 1
        config.update(columns=columns, columnPadding=12, labelLimit=(width - LABEL_ROOM) // columns - SYMBOL)
    if width < NARROW:
        config["layout"] = _legend_layout("vertical")


def _legend_names(spec: Any) -> Iterator[list[str]]:
    """The names in every legend of a specification."""
    if isinstance(spec, list):
        for part in spec:
            yield from _legend_names(part)
    elif isinstance(spec, dict):
        for channel in ("color", "fill"):
            domain = ((spec.get("encoding", {}).get(channel) or {}).get("scale") or {}).get("domain")
            if isinstance(domain, list):
                yield [str(name) for name in domain]
        for key in ("layer", "hconcat", "vconcat"):
            yield from _legend_names(spec.get(key, []))


def _set_widths(panels: list[dict[str, Any]], width: int) -> None:
    for panel in panels:
        panel["width"] = width
        if isinstance(panel.get("title"), dict):
            # A title longer than its panel would push the panels apart.
            panel["title"]["limit"] = width + LABEL_ROOM


def _version() -> str:
    import altair as alt

    major, minor = alt.SCHEMA_VERSION.lstrip("v").split(".")[:2]
    return f"{major}.{minor}"


def _clean(drawn: str, description: str) -> str:
    """The same picture with unique identifiers, short coordinates and a text alternative."""
    ElementTree.register_namespace("", SVG)
    root = ElementTree.fromstring(drawn)
    _drop_empty(root)
    renamed = _short_identifiers(root)
    for element in root.iter():
        if element is not root and "aria-label" in element.attrib:
            label = element.attrib.pop("aria-label")
            if element.tag in _MARKS:
                element.set("data-say", label)
        for name in _NOISE:
            element.attrib.pop(name, None)
        for name, value in element.attrib.items():
            if name in _COORDINATES:
                element.set(name, _LONG_DECIMAL.sub(_rounded, value))
            elif value.startswith("url(#"):
                element.set(name, f"url(#{renamed[value[5:-1]]})")
    root.set("role", "img")
    root.set("aria-label", description)
    return _with_prefix(ElementTree.tostring(root, encoding="unicode"), renamed)


def _drop_empty(root: ElementTree.Element) -> None:
    """Remove the renderer's placeholders, which draw nothing."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.get("class") in {"background", "foreground"} and (
                child.get("display") == "none" or child.get("d") in {"", "M0,0h0v0h0Z"}
            ):
                parent.remove(child)


def _short_identifiers(root: ElementTree.Element) -> dict[str, str]:
    """Number the identifiers in the order of the document: the renderer counts across drawings."""
    renamed: dict[str, str] = {}
    for element in root.iter():
        if "id" in element.attrib:
            renamed[element.attrib["id"]] = f"@prefix@{len(renamed)}"
            element.set("id", renamed[element.attrib["id"]])
    return renamed


def _with_prefix(text: str, renamed: dict[str, str]) -> str:
    """Make identifiers unique in a page of many drawings: a prefix from the drawing itself."""
    if not renamed:
        return text
    return text.replace("@prefix@", f"d{hashlib.sha256(text.encode()).hexdigest()[:8]}-")


def _rounded(match: re.Match[str]) -> str:
    return f"{float(match[0]):.2f}".rstrip("0").rstrip(".")

"""crack-maps/*.svg: the cracks of each photo in a drawing to scale, one layer per width class.

With a scale, one unit is one millimetre of the surface, and the page has that size. Groups have
attributes that make them layers in Inkscape; other programs show the same image.
"""

import base64
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from crackscope.reporting import REPORTS, Context, pictures
from crackscope.reporting.crack_map import CrackMap, MappedLine, Shade
from crackscope.reporting.drawings import drawn, shown, write_table
from crackscope.reporting.rows import in_mm
from crackscope.run_dir import write_atomically
from crackscope.types import Crack, PhotoResult

FOLDER = "crack-maps"
_SVG = "http://www.w3.org/2000/svg"
_INKSCAPE = "http://www.inkscape.org/namespaces/inkscape"
_XLINK = "http://www.w3.org/1999/xlink"
_LINE, _TEXT = 1 / 600, 1 / 50
"""Width of a line and height of a text, as fractions of the photo's long side."""
Element = ElementTree.Element


@REPORTS.register("svg")
def write(results: Sequence[PhotoResult], dest: Path, context: Context) -> list[Path]:
    """Write a map of each photo with cracks, on a small copy of the photo, and photos.csv."""
    maps = list(drawn(results, context, FOLDER, ".svg"))
    for name, one in maps:
        write_atomically(dest / name, svg(one, one.picture(pictures.plain(context, one.path))))
    return [write_table(maps, dest / FOLDER), *(dest / name for name, _ in maps)]


def svg(one: CrackMap, photo: bytes | None) -> bytes:
    """The drawing of a map; `photo` is a JPEG that is embedded as the background."""
    size = _text_size(one)
    height = one.height + size * 1.6 * (len(one.layers()) + 4)
    unit = "mm" if one.unit == "mm" else ""
    root = Element("svg", xmlns=_SVG, version="1.1")
    root.attrib |= {
        "xmlns:inkscape": _INKSCAPE,
        "xmlns:xlink": _XLINK,
        "width": f"{one.width:.6g}{unit}",
        "height": f"{height:.6g}{unit}",
        "viewBox": f"0 0 {one.width:.6g} {height:.6g}",
    }
    ElementTree.SubElement(root, "title").text = shown(one.path)
    root.append(_photo(one, photo))
    root.extend(_layer(one, name, shade) for name, shade in one.layers().items())
    root.append(_legend(one, size))
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, "utf-8", xml_declaration=True)) + b"\n"


def _text_size(one: CrackMap) -> float:
    return max(one.width, one.height) * _TEXT


def _group(name: str) -> Element:
    return Element("g", {"inkscape:groupmode": "layer", "inkscape:label": name})


def _photo(one: CrackMap, photo: bytes | None) -> Element:
    """The background layer; white if the photo is missing, as when its image was deleted."""
    place = {"width": f"{one.width:.6g}", "height": f"{one.height:.6g}"}
    layer = _group("photo")
    ElementTree.SubElement(layer, "rect", {**place, "fill": "white"})
    if photo is not None:
        data = base64.b64encode(photo).decode("ascii")
        image = {
            **place,
            "preserveAspectRatio": "none",
            "xlink:href": f"data:image/jpeg;base64,{data}",
        }
        ElementTree.SubElement(layer, "image", image)
    return layer


def _layer(one: CrackMap, name: str, shade: Shade) -> Element:
    layer = _group(name)
    thick = max(one.width, one.height) * _LINE
    layer.attrib |= {
        "fill": "none",
        "stroke": _hex(shade),
        "stroke-width": f"{thick:.4g}",
        "stroke-linecap": "round",
        "stroke-linejoin": "round",
    }
    layer.extend(_path(line) for line in one.lines if line.layer == name)
    return layer


def _path(line: MappedLine) -> Element:
    """A line with its values as data-* attributes, and a title that programs show as a tooltip."""
    way = "L".join(f"{x:.9g} {y:.9g}" for x, y in line.points)
    path = Element("path", d=f"M{way}{'Z' if line.closed else ''}")
    for name, value in line.values().items():
        path.set(f"data-{name.replace('_', '-')}", value if isinstance(value, str) else repr(value))
    noun = "crack" if isinstance(line.found, Crack) else "region"
    sizes = in_mm(line.found)
    text = f"{noun} {line.found.id}: {line.layer}{f', {sizes}' if sizes else ''}"
    ElementTree.SubElement(path, "title").text = text
    return path


def _legend(one: CrackMap, size: float) -> Element:
    """The legend below the photo: scale bar, classes, name and units."""
    layer = _group("legend")
    layer.attrib |= {"font-family": "sans-serif", "font-size": f"{size:.4g}", "fill": "black"}
    left, row = size / 2, one.height + size * 1.6
    bar = one.bar()
    layer.append(_stroke(left, row, bar, size / 4, "black"))
    layer.append(_text(left + bar + size / 2, row, f"{bar:g} {one.unit}", size))
    for name, shade in one.layers().items():
        row += size * 1.6
        layer.append(_stroke(left, row, size * 2, size / 3, _hex(shade)))
        layer.append(_text(left + size * 2.5, row, name, size))
    for text in (shown(one.path), one.note):
        row += size * 1.6
        layer.append(_text(left, row, text, size))
    return layer


def _stroke(x: float, y: float, length: float, thick: float, colour: str) -> Element:
    way = f"M{x:.6g} {y:.6g}H{x + length:.6g}"
    return Element("path", d=way, stroke=colour, attrib={"stroke-width": f"{thick:.4g}"})


def _text(x: float, y: float, text: str, size: float) -> Element:
    element = Element("text", x=f"{x:.6g}", y=f"{y + size / 3:.6g}")
    element.text = text
    return element


def _hex(shade: Shade) -> str:
    return "#{:02x}{:02x}{:02x}".format(*shade)

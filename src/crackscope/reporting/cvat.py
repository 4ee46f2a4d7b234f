"""cvat.xml: cracks as polylines, in CVAT's own format ("CVAT for images 1.1")."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from crackscope.reporting import REPORTS, Context
from crackscope.reporting.names import printable
from crackscope.reporting.outlines import polygons
from crackscope.reporting.rows import columns_of, sizes
from crackscope.run_dir import write_atomically
from crackscope.types import Crack, PhotoResult, Region

ANNOTATIONS = "cvat.xml"
_LABEL = "crack"
_ATTRIBUTES = ("id", "score", "length_px", "width_px")
"""Attributes of every task; width_px is the median. Measured sizes follow if known."""


@REPORTS.register("cvat")
def write(results: Sequence[PhotoResult], dest: Path, context: Context) -> list[Path]:
    """Write a polyline per branch, grouped by crack, or a polygon per region.

    CVAT matches the photos of a task by name.
    """
    root = ElementTree.Element("annotations")
    ElementTree.SubElement(root, "version").text = "1.1"
    scored = [result for result in results if result.ok]
    scaled = dict.fromkeys(name for r in scored for each in r.found for name in _scaled(each))
    root.append(_meta(len(scored), (*_ATTRIBUTES, *scaled)))
    root.extend(_image(number, result) for number, result in enumerate(scored))
    ElementTree.indent(root)
    file = dest / ANNOTATIONS
    write_atomically(file, ElementTree.tostring(root, "utf-8", xml_declaration=True) + b"\n")
    return [file]


def _meta(photos: int, names: Sequence[str]) -> ElementTree.Element:
    """The label and its attributes; CVAT imports only attributes that the task defines."""
    meta = ElementTree.Element("meta")
    task = ElementTree.SubElement(meta, "task")
    for name, text in (("name", "crackscope"), ("size", str(photos)), ("mode", "annotation")):
        ElementTree.SubElement(task, name).text = text
    label = ElementTree.SubElement(ElementTree.SubElement(task, "labels"), "label")
    ElementTree.SubElement(label, "name").text = _LABEL
    attributes = ElementTree.SubElement(label, "attributes")
    for name in names:
        attribute = ElementTree.SubElement(attributes, "attribute")
        values = {"name": name, "mutable": "False", "input_type": "text", "default_value": ""}
        for key, text in {**values, "values": ""}.items():
            ElementTree.SubElement(attribute, key).text = text
    return meta


def _image(number: int, result: PhotoResult) -> ElementTree.Element:
    image = ElementTree.Element("image", id=str(number), name=printable(result.path))
    image.attrib |= {"width": str(result.width), "height": str(result.height)}
    for found in result.found:
        image.extend(_shapes(found, result.width or 0, result.height or 0))
    return image


def _shapes(found: Crack | Region, width: int, height: int) -> Iterator[ElementTree.Element]:
    if isinstance(found, Crack):
        kind, shapes = "polyline", [line[:, :2].tolist() for line in found.lines]
        median: float | None = found.width_px.median
    else:
        kind, shapes, median = "polygon", polygons(found, width, height), None
    basic = zip(_ATTRIBUTES, (found.id, found.score, found.length_px, median), strict=True)
    values = {**dict(basic), **_scaled(found)}
    for corners in shapes:
        shape = ElementTree.Element(
            kind,
            label=_LABEL,
            source="auto",
            occluded="0",
            points=";".join(f"{x:.2f},{y:.2f}" for x, y in corners),
            z_order="0",
            group_id=str(found.id),
        )
        for name, value in values.items():
            if value is not None:
                ElementTree.SubElement(shape, "attribute", name=name).text = str(value)
        yield shape


def _scaled(found: Crack | Region) -> dict[str, Any]:
    """Known sizes that not every crack or region has."""
    return {
        name: value for name, value in sizes(found).items() if columns_of(type(found))[name].sparse
    }

"""The renderer that widths are measured against draws what it says, and knows nothing of them."""

from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def module(monkeypatch):
    """Import a module of benchmarks/ by name."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return __import__


def test_scene_and_camera_share_nothing_with_what_measures() -> None:
    for name in ("crack_scene.py", "crack_camera.py"):
        assert "crackscope" not in (BENCHMARKS / name).read_text(encoding="utf-8")


def test_a_crack_covers_its_width(module) -> None:
    scene = module("crack_scene")
    v = np.arange(-20.0, 20.1, 0.1)
    crack = scene.CrackLine(v, 0.3 * v, np.full_like(v, 1.3), 0.7)
    y, x = (np.mgrid[-400:400, -400:400] + 0.5) * 0.02
    area = crack.covered(x, y, 0.02).sum() * 0.02**2
    inside = (np.hypot(x, y) < 6) * crack.covered(x, y, 0.02)
    assert area > 0
    assert inside.sum() * 0.02**2 == pytest.approx(1.3 * 12, rel=0.01)


def test_the_camera_maps_there_and_back_and_its_blur_is_as_said(module) -> None:
    camera = module("crack_camera")
    view = camera.View(0.1, np.radians(40), 0.3, 80, 60, 300.0)
    x, y = view.to_plane(np.array([3.0, 70.0]), np.array([5.0, 50.0]))
    assert np.allclose(view.to_photo(x, y), ([3.0, 70.0], [5.0, 50.0]))
    point = np.zeros((161, 161))
    point[80, 80] = 1.0
    spread = camera.blurred(point, 1.5, 0.3, np.random.default_rng(0))
    yy, xx = (np.mgrid[:161, :161] - 80) / camera.FINE
    assert spread.sum() == pytest.approx(1.0)
    assert np.sqrt((spread * (xx**2 + yy**2)).sum() / 2) == pytest.approx(1.5, rel=0.1)


def test_a_rendered_photo_is_measured_against_its_truth(module) -> None:
    """One photo in twenty may lie outside its interval, none by far."""
    rendered = module("rendered")
    row = rendered.one(20, [], None)
    figures = rendered.summary([row])
    assert (figures["photos"], figures["numbers"]) == (1, 1)
    assert abs(row["found"]["median"] - row["median"]) <= 2 * row["found"]["median_u95"]
    assert abs(row["length_mm"] - row["length"]) <= 2 * row["length_u95_mm"]

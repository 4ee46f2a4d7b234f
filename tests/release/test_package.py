"""Wheel and source archive build and hold what they should; the wheel inspects where installed."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

for needed in (
    "build.env",
    "hatchling",
    "twine",
):  # a folder named build would pass for the package
    pytest.importorskip(needed, reason="needs the extra [dev]")

ROOT = Path(__file__).parents[2]


def python(*arguments: str, **options: Any) -> str:
    """Run Python with arguments; returns what it printed, fails the test where it fails."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= options.pop("env", {})
    command = [sys.executable, *arguments]
    process = subprocess.run(
        command, env=environment, capture_output=True, encoding="utf-8", check=False, **options
    )
    assert process.returncode == 0, process.stdout + process.stderr
    return process.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The wheel, made from the source archive, and that archive."""
    folder = tmp_path_factory.mktemp("dist")
    python("-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT))
    return next(folder.glob("*.whl")), next(folder.glob("*.tar.gz"))


def test_the_description_renders_and_the_metadata_is_complete(built: tuple[Path, Path]) -> None:
    output = python("-m", "twine", "--no-color", "check", "--strict", *map(str, built))
    assert output.count("PASSED") == 2


def test_the_wheel_holds_the_package_and_nothing_else(built: tuple[Path, Path]) -> None:
    names = zipfile.ZipFile(built[0]).namelist()
    tops = {name.partition("/")[0].partition("-")[0] for name in names}
    assert tops == {"crackscope"}
    assert any(name.endswith("pretrained/model.onnx") for name in names)
    assert "crackscope/py.typed" in names
    assert sum(name.endswith(("/LICENSE", "/NOTICE")) for name in names) == 2


def test_the_source_archive_can_be_checked(built: tuple[Path, Path]) -> None:
    with tarfile.open(built[1]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = (".ci/run", "Dockerfile", "CITATION.cff", "docs/site.yml", "scripts/check.py")
    assert names.issuperset(wanted)
    assert "tests/release/test_package.py" in names
    assert not any("__pycache__" in name for name in names)


def test_the_wheel_inspects_where_it_is_installed(built: tuple[Path, Path], tmp_path: Path) -> None:
    target = tmp_path / "installed"
    quiet = ("--quiet", "--no-deps", "--no-index", "--disable-pip-version-check")
    python("-m", "pip", "install", *quiet, "--target", str(target), str(built[0]))
    where = "import crackscope; print(crackscope.__file__)"
    env = {"PYTHONPATH": str(target)}
    assert python("-c", where, cwd=tmp_path, env=env).startswith(str(target))
    photo = str(ROOT / "samples" / "joint_only.jpg")
    output = python("-m", "crackscope", "inspect", photo, "--out", "out", cwd=tmp_path, env=env)
    assert output.splitlines()[-1] == "out"

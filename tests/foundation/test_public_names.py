"""What `import crackscope` gives, and what type checkers know of it."""

import importlib.util
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

import crackscope
from crackscope.commands.inspect.settings import InspectConfig
from crackscope.errors import UsageError

ROOT = Path(__file__).parents[2]
COMMANDS = {"audit", "cross", "evaluate", "export", "info", "inspect", "report", "split", "train"}
COMMANDS |= {"measure_check", "plan", "scale"}


def test_dir_shows_the_public_names_and_nothing_else():
    import crackscope.inspection.inspector  # modules become attributes, too

    assert set(dir(crackscope)) == COMMANDS | {"validate", "load", "__version__"}
    assert set(crackscope.__all__) == set(dir(crackscope)) - {"__version__"}


@pytest.mark.parametrize("name", crackscope.__all__)
def test_every_public_name_refuses_an_unknown_keyword_by_our_own_error(name):
    function = getattr(crackscope, name)
    given = {"evaluate": ("m", "d"), "cross": ("m", "d"), "load": ()}.get(name, ("x",))
    with pytest.raises(UsageError, match="'no_such_setting'"):
        function(*given, no_such_setting=1)


@pytest.mark.parametrize("name", crackscope.__all__)
def test_every_public_name_refuses_a_wrong_type_by_our_own_error(name):
    function = getattr(crackscope, name)
    given = (3.5, 3.5) if name in ("evaluate", "cross") else (3.5,)
    named = {"area": 3.5} if name == "plan" else {}  # whose width is a number
    with pytest.raises(UsageError, match=r"Received: 3\.5 \(float\)"):
        function(*given, **named)


def test_the_keywords_for_type_checkers_are_those_of_the_settings():
    path = ROOT / "scripts" / "make_keywords.py"
    spec = importlib.util.spec_from_file_location("make_keywords", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = (ROOT / "src/crackscope/commands/keywords.py").read_text(encoding="utf-8")
    assert written == module.page(), "run: python scripts/make_keywords.py"
    from crackscope.commands.keywords import InspectKeywords

    settings = {field.name for field in fields(InspectConfig) if field.kw_only}
    assert set(InspectKeywords.__annotations__) == settings


def test_mypy_sees_wrong_keywords_and_types(tmp_path):
    pytest.importorskip("mypy")
    program = tmp_path / "use.py"
    program.write_text(
        "from pathlib import Path\n"
        "import numpy as np\n"
        "from PIL import Image\n"
        "import crackscope\n"
        "scope = crackscope.load()\n"
        "crackscope.inspect('a.jpg', threshold='0.5')  # wrong\n"
        "crackscope.inspect('a.jpg', treshold=0.5)  # wrong\n"
        "crackscope.train('data', augment='wild')  # wrong\n"
        "crackscope.load(device='tpu')  # wrong\n"
        "scope.inspect(5)  # wrong\n"
        "crackscope.inspect(5)  # wrong\n"
        "crackscope.inspect('a', [Path('b'), Image.new('L', (9, 9))], np.zeros((9, 9), np.uint8))\n"
        "print(scope.inspect('a').verdict, [one.verdict for one in scope.inspect(['a', 'b'])])\n"
        "crackscope.info(), crackscope.audit('d', out='o'), crackscope.split(Path('d'), seed=1)\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), str(program)],
        capture_output=True,
        encoding="utf-8",
        check=False,
        cwd=ROOT,
    )
    lines = program.read_text(encoding="utf-8").splitlines()
    wrong = {number for number, line in enumerate(lines, start=1) if "# wrong" in line}
    found = {
        int(line.split(":")[1])
        for line in done.stdout.splitlines()
        if "use.py:" in line[:999] and ": error:" in line
    }
    assert found == wrong, done.stdout + done.stderr

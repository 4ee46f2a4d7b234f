import sys

import pytest

from crackscope.errors import UnknownNameError
from crackscope.registry import Registry


def test_an_unknown_name_is_answered_with_the_list_and_the_nearest():
    shelf: Registry[int] = Registry("reader")
    shelf.register("metu")(1)
    shelf.register("sdnet2018")(2)
    with pytest.raises(UnknownNameError) as caught:
        shelf.get("metuu")
    assert str(caught.value) == (
        "reader must be one of: metu, sdnet2018. Received: 'metuu'. Did you mean 'metu'?"
    )


def test_a_name_is_registered_once():
    shelf: Registry[int] = Registry("reader")
    shelf.register("metu")(1)
    with pytest.raises(ValueError, match="registered twice"):
        shelf.register("metu")(2)
    assert shelf.get("metu") == 1


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A package of two plug-ins, one in the module of its name, and of a module that holds none."""
    folder = tmp_path / "shelf_of_test"
    folder.mkdir()
    for name, content in {
        "__init__": "from crackscope.registry import Registry as R\nSHELF = R('kind', __name__)\n",
        "long_name": "from shelf_of_test import SHELF\nSHELF.register('long-name', 'numpy')(1)\n",
        "several": "from shelf_of_test import SHELF\nSHELF.register('a')(2)\n",
        "helper": "",
    }.items():
        (folder / f"{name}.py").write_text(content)
    monkeypatch.syspath_prepend(tmp_path)
    import shelf_of_test

    yield shelf_of_test.SHELF
    for name in [name for name in sys.modules if name.startswith("shelf_of_test")]:
        del sys.modules[name]


def test_of_a_package_only_the_plug_in_that_is_asked_for_is_imported(shelf):
    assert shelf.get("long-name") == 1
    assert shelf.needs("long-name") == "numpy"
    assert "shelf_of_test.several" not in sys.modules
    assert shelf.get("a") == 2


def test_a_package_is_listed_by_name(shelf):
    assert shelf.needs("a") == ""
    assert shelf.names() == ["a", "long-name"]
    with pytest.raises(UnknownNameError, match=r"of: a, long-name\. .* 'long-name'\?"):
        shelf.get("longname")
    with pytest.raises(UnknownNameError):
        shelf.get("helper")

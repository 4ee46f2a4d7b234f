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

import pytest

from crackscope.models import bundle
from support_models import tiny_bundle
from support_pictures import encode, noise

__all__ = ["labelled_folder", "packaged", "tiny_bundle"]


@pytest.fixture(scope="session")
def packaged():
    """The model in the package."""
    if not (bundle.find(bundle.PACKAGED) / bundle.JSON).exists():
        pytest.skip("the package has no model yet")
    return bundle.load(bundle.PACKAGED)


@pytest.fixture(scope="session")
def labelled_folder(tmp_path_factory):
    """Forty patches of 64 px a class; a crack is a dark line across."""
    folder = tmp_path_factory.mktemp("data") / "walls"
    for index in range(80):
        label = ("sound", "cracked")[index % 2]
        pixels = noise(64, 64, seed=index) // 4 + 150
        if label == "cracked":
            pixels[:, 24 + index % 16 :][:, :4] = 20
        path = folder / label / f"{index:03d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode(pixels, "PNG"))
    return folder

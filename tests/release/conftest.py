import pytest

from crackscope.models import bundle
from support import patch_folder
from support_models import tiny_bundle

__all__ = ["labelled_folder", "packaged", "tiny_bundle"]


@pytest.fixture(scope="session")
def packaged():
    """The model in the package."""
    return bundle.load(bundle.PACKAGED)


@pytest.fixture(scope="session")
def labelled_folder(tmp_path_factory):
    """Forty drawn patches of 64 px a class."""
    return patch_folder(tmp_path_factory.mktemp("data") / "walls", 40, layout="classes")

"""Files are only loaded if their size is plausible for a photo within the limit."""

import pytest

from crackscope.errors import ImageError
from crackscope.images.read import check_length

FULL = 10 * 4 * 4_000_000
"""Bytes of 10 megapixels in four channels of 32 bits."""
BESIDE = 2**26
"""What may lie beside the pixels: metadata, previews."""


@pytest.mark.parametrize("length", [0, FULL, FULL + BESIDE])
def test_any_photo_of_the_size_may_be_loaded(length: int) -> None:
    check_length(length, max_megapixels=10)


@pytest.mark.parametrize(("length", "said"), [(FULL + BESIDE + 1, "227 MB"), (10**10, "10000 MB")])
def test_what_is_longer_is_refused_with_both_sizes(length: int, said: str) -> None:
    with pytest.raises(ImageError, match=f"{said}, too much for a photo of 10 mega") as caught:
        check_length(length, max_megapixels=10)
    assert caught.value.kind == "too_large"

"""Write the model.keras of a model anew, so that the oldest Keras that is declared reads it.

    python scripts/make_readable.py MODEL

Only its description changes, no weight: scores stay as they are. The model is sealed again, so its
identity is another one. What is trained or packed by this version is readable as it is.
"""

import sys

from crackscope.models import bundle as bundles
from crackscope.models import classifier, keras_file


def main(model: str) -> None:
    """Rewrite, read back, seal."""
    before = bundles.load(model)
    path = before.file(bundles.KERAS)
    keras_file.make_readable(path)
    classifier.load(path)
    bundles.seal(before.folder)
    print(f"{before.identity} -> {bundles.load(model).identity}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])

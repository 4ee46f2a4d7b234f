"""One round of the usual way to score JPEG files: Keras `predict` with a tf.data pipeline.

    python benchmarks/keras_speed.py FOLDER --model MODEL

Prints JSON: patches, seconds (model loaded and warm) and the scores in order of file names.

The clock stops with the last batch. In some runs `predict` returns up to 20 s later, since tf.data
waits for its AUTOTUNE thread, which doubles its sleep each time.
"""

import argparse
import json
import os
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def main() -> None:
    """Load, warm up with each batch shape, then score every file of the folder."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", required=True)
    parser.add_argument("--batch", type=int, default=32)
    arguments = parser.parse_args()
    import keras
    import tensorflow as tf

    from crackscope.models import bundle, classifier

    model = classifier.load(bundle.load(arguments.model).file(bundle.KERAS))
    files = sorted(str(path) for path in arguments.folder.iterdir())

    def pipeline(paths: list[str]) -> tf.data.Dataset:
        read = tf.data.Dataset.from_tensor_slices(paths).map(
            lambda path: tf.io.decode_jpeg(tf.io.read_file(path), channels=3),
            num_parallel_calls=tf.data.AUTOTUNE,
        )
        return read.batch(arguments.batch).prefetch(tf.data.AUTOTUNE)

    rest = len(files) % arguments.batch  # its shape would be traced anew while the clock runs
    model.predict(pipeline(files[: arguments.batch + rest]), verbose=0)
    ends: list[float] = []
    clock = keras.callbacks.LambdaCallback()
    clock.on_predict_batch_end = lambda *_, **__: ends.append(time.perf_counter())
    started = time.perf_counter()
    scores = model.predict(pipeline(files), verbose=0, callbacks=[clock]).reshape(-1).tolist()
    print(json.dumps({"patches": len(files), "seconds": ends[-1] - started, "scores": scores}))


if __name__ == "__main__":
    main()

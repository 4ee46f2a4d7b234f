"""Initial weights of a classifier: the packaged model, ImageNet, random, or a file."""

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crackscope import hashing
from crackscope.errors import UsageError
from crackscope.models import bundle as bundles
from crackscope.models import classifier, keras_file
from crackscope.models.backbones import BACKBONES, CORE

_LOG = logging.getLogger("crackscope")


@dataclass(frozen=True)
class Start:
    """A classifier ready for training, and the origin of its weights.

    `pretrained` is False for random weights; `bundle` is set if a crackscope model was loaded,
    whose training data must stay out of the new test set.
    """

    model: Any
    origin: str
    pretrained: bool
    bundle: bundles.Bundle | None = None


def default_for(backbone: str) -> str:
    """The default of `--weights`."""
    if not BACKBONES.get(backbone).pretrained:
        return "none"
    try:
        packaged = bundles.load(bundles.PACKAGED).info.get("backbone")
    except UsageError:
        return "imagenet"
    return bundles.PACKAGED if packaged == backbone else "imagenet"


def start(
    weights: str, backbone: str, size: int, dropout: float, seed: int, frozen: bool = False
) -> Start:
    """Build a classifier with the weights that `weights` names.

    `seed` fixes everything random. A `frozen` backbone keeps the decoder of its model; a trained
    one does not, since its maps change. Raises UsageError if the weights do not exist, do not fit,
    or cannot be downloaded.
    """
    import keras

    keras.utils.set_random_seed(seed)
    if weights == "none":
        model = classifier.build(backbone, size, dropout, seed)
        return Start(model, "random weights", pretrained=False)
    if weights == "imagenet":
        return Start(_imagenet(backbone, size, dropout, seed), "ImageNet weights", True)
    model = classifier.build(backbone, size, dropout, seed)
    path = Path(weights)
    if weights == bundles.PACKAGED or path.is_dir():
        bundle = bundles.load(weights)
        trained = _trained(bundle, backbone)
        try:
            if frozen and bundle.lines is not None:
                model = classifier.build_with_lines(trained, size, dropout, seed)
            else:
                _take(model, trained)
        except (ValueError, AttributeError, TypeError) as error:
            raise bundle.damaged(bundles.KERAS, f"not a {backbone}: {error}") from error
        return Start(model, bundle.identity, pretrained=True, bundle=bundle)
    if not path.is_file():
        raise UsageError(
            f"weights must be one of: crackscope, imagenet, none, or a file. Received: {weights!r}"
        )
    _take_file(model, path, backbone)
    return Start(model, f"{path.name} (sha256 {hashing.of_file(path)})", pretrained=True)


def _imagenet(backbone: str, size: int, dropout: float, seed: int) -> Any:
    if not BACKBONES.get(backbone).pretrained:
        raise UsageError(f"{backbone} has no ImageNet weights. Use --weights none")
    folder = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras")) / "models"
    _LOG.info(
        "Downloading the ImageNet weights of %s from the Keras project, unless cached in %s",
        backbone,
        folder,
    )
    try:
        return classifier.build(backbone, size, dropout, seed, imagenet=True)
    except Exception as error:
        raise UsageError(
            f"cannot download the ImageNet weights of {backbone}: {error}. Without internet "
            f"access, put the .h5 file into {folder}, or pass it as --weights FILE"
        ) from error


def _trained(bundle: bundles.Bundle, backbone: str) -> Any:
    theirs = bundle.info.get("backbone")
    if theirs != backbone:
        raise UsageError(
            f"the backbone of {bundle.name} is {theirs}, not {backbone}. Use --backbone {theirs}, "
            "or other --weights"
        )
    return classifier.load(bundle.file(bundles.KERAS))


def _take(model: Any, trained: Any) -> None:
    """Copy the backbone and the head of a trained classifier, without its decoder."""
    _take_backbone(model, trained)
    model.get_layer("head").set_weights(trained.get_layer("head").get_weights())


def _take_backbone(model: Any, trained: Any) -> None:
    ours, theirs = model.get_layer("backbone"), trained.get_layer("backbone")
    if not isinstance(theirs.output, list | tuple):
        ours.set_weights(theirs.get_weights())
        return
    core = ours.get_layer(CORE)
    for layer in theirs.get_layer(CORE).layers:
        if layer.weights:
            core.get_layer(layer.name).set_weights(layer.get_weights())


def _take_file(model: Any, path: Path, backbone: str) -> None:
    try:
        if path.suffix == ".keras":
            _take_backbone(model, classifier.load(path))
        else:
            keras_file.check_weights(path)
            network = model.get_layer("backbone")
            names = [layer.name for layer in network.layers]
            (network.get_layer(CORE) if CORE in names else network).load_weights(path)
    except Exception as error:  # for weights that do not fit Keras raises any kind
        raise UsageError(
            f"{path} does not contain weights of {backbone} without its top: {error}. Use a "
            ".keras file of crackscope, or .h5 weights saved with include_top=False"
        ) from error

"""Keras network descriptions: written so that older versions of Keras can read them, and checked
before Keras builds anything from an untrusted file."""

import copy
import inspect
from typing import Any

OLDEST = "3.10"
"""The oldest Keras that reads our files; the lower bound in the extra [train]."""
_MODULES = frozenset(
    {
        "keras.layers",
        "keras.initializers",
        "keras.regularizers",
        "keras.constraints",
        "keras.models",
        "keras.src.models.functional",
        "keras.src.models.sequential",
    }
)
_MODULES_BELOW = ("keras.src.ops.", "keras.src.applications.")
_OF_KERAS = frozenset({"DTypePolicy", "Functional", "Sequential", "Model"})
"""Classes allowed from the module "keras" itself."""
_RUN_CODE = frozenset({"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"})
"""Layers that run code from the file."""
_VALUES = frozenset({"__keras_tensor__", "__tensor__", "__numpy__", "__slice__", "__ellipsis__"})
"""Serialised values that are not classes and have no module."""


def plain(config: Any) -> Any:
    """The same description without keys that have their default value.

    New versions of Keras add keys to layers, and older versions reject unknown keys.
    """
    if isinstance(config, list):
        return [plain(value) for value in config]
    if not isinstance(config, dict):
        return config
    made = {key: plain(value) for key, value in config.items()}
    kind = _class(made.get("module"), made.get("class_name"))
    if kind is not None and isinstance(made.get("config"), dict):
        made["config"] = _without_defaults(kind, made["config"])
    return made


def _without_defaults(kind: type[Any], config: dict[str, Any]) -> dict[str, Any]:
    """The arguments of `kind` without defaults; those that `from_config` requires stay."""
    arguments = inspect.signature(kind).parameters
    kept = {
        key: value
        for key, value in config.items()
        if key not in arguments or arguments[key].default != value
    }
    while True:
        try:
            kind.from_config(copy.deepcopy(kept))
        except KeyError as error:
            if (key := str(error.args[0])) not in config or key in kept:
                raise
            kept[key] = config[key]
        else:
            return kept


def check(config: Any) -> None:
    """Raise ValueError for a description with anything but Keras layers and their arguments: some
    versions of Keras call functions named in a file, even in safe mode."""
    waiting = [config]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            waiting += value.values()
            if "class_name" in value and not _harmless(value):
                raise ValueError(
                    "a network must consist of Keras layers that run no code from the file. "
                    f"Received: {value['class_name']!r:.80} from {value.get('module')!r:.80}"
                )


def _harmless(value: dict[str, Any]) -> bool:
    name, module = value["class_name"], value.get("module")
    if not isinstance(name, str) or value.get("registered_name") not in (None, name):
        return False
    if module is None:
        return name in _VALUES
    if module == "keras":
        return name in _OF_KERAS
    known = module in _MODULES or str(module).startswith(_MODULES_BELOW)
    return known and name not in _RUN_CODE and name != "function"


def _class(module: Any, name: Any) -> type[Any] | None:
    """A Keras layer or initialiser; None for anything else. In .h5 files layers have no module."""
    import keras

    rooms = {"keras.layers": keras.layers, "keras.initializers": keras.initializers}
    kind = getattr(rooms.get(str(module or "keras.layers")), str(name), None)
    return kind if inspect.isclass(kind) else None

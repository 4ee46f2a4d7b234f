"""The settings of every command, a frozen dataclass each: the flag, the YAML key and the keyword
argument are one field.

Order of precedence: defaults < YAML file (`--config`) < `CRACKSCOPE_*` < flags.
"""

from crackscope.config.audit import AuditConfig
from crackscope.config.build import at_home, checked, comma_separated, make
from crackscope.config.choices import (
    Augmentation,
    Device,
    FailOn,
    Overlay,
    Precision,
    RuntimeName,
    Schedule,
    SplitName,
)
from crackscope.config.evaluate import EvaluateConfig
from crackscope.config.export import ExportConfig
from crackscope.config.info import InfoConfig
from crackscope.config.inspect import InspectConfig
from crackscope.config.report import ReportConfig
from crackscope.config.rules import seconds_of
from crackscope.config.split import SplitConfig
from crackscope.config.train import TrainConfig
from crackscope.config.validate import ValidateConfig

__all__ = [
    "AuditConfig",
    "Augmentation",
    "Device",
    "EvaluateConfig",
    "ExportConfig",
    "FailOn",
    "InfoConfig",
    "InspectConfig",
    "Overlay",
    "Precision",
    "ReportConfig",
    "RuntimeName",
    "Schedule",
    "SplitConfig",
    "SplitName",
    "TrainConfig",
    "ValidateConfig",
    "at_home",
    "checked",
    "comma_separated",
    "make",
    "seconds_of",
]

"""Photo planning: distance, focal length and number of photos for a given crack width."""

from crackscope.measurement.plan.camera import Camera
from crackscope.measurement.plan.plan import Plan, plan
from crackscope.measurement.plan.summary import summary
from crackscope.measurement.plan.wanted import Wanted

__all__ = ["Camera", "Plan", "Wanted", "plan", "summary"]

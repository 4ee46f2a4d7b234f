"""Where to stand, with which lens, and how many photos: for the narrowest crack wanted."""

from crackscope.measurement.plan.camera import Camera
from crackscope.measurement.plan.plan import Plan, plan
from crackscope.measurement.plan.summary import summary
from crackscope.measurement.plan.wanted import Wanted

__all__ = ["Camera", "Plan", "Wanted", "plan", "summary"]

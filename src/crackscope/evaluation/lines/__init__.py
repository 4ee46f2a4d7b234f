"""Evaluate traced lines: on data with masks, on sound photos, on synthetic cracks."""

"""Trace cracks in a line map: lines with a width, connected to graphs."""

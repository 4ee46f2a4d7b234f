"""From a map of where cracks are likely to cracks: lines with a width, joined to graphs."""

"""Drawing for reports only: PDF pages, maps of photo locations, model cards."""

"""Say what a model is."""

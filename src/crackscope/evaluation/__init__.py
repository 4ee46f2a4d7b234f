"""How good a model is, said honestly: figures, intervals, calibration, and where it fails."""

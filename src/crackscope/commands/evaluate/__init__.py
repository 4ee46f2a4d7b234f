"""Say how good a model is, on one data set, across several, or on damaged pictures."""

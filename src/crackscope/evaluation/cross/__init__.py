"""Cross-dataset generalisation: train on one data set, test on another."""

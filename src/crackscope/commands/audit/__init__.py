"""Find faults in labelled data."""

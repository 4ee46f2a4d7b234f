"""Labelled pictures: read in any layout, audited, fingerprinted and split without leaks."""

"""Train on labelled patches."""

"""Export a model to another format."""

"""From bytes to pixels: the one way in, for training, evaluation and inspection alike."""

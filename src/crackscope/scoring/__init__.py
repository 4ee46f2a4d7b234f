"""Score photos: the score of every window, and the logits of lines."""

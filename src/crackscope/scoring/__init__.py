"""From a photo to its maps: the score of every window, and the logits of lines."""

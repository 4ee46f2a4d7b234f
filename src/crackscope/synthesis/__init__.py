"""Synthetic images: cracks of known centre line and width, distractors, materials, camera."""

"""How well lines run: on data with masks, on sound photos, on synthetic cracks of known width."""

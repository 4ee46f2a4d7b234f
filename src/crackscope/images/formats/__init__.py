"""What is particular to one file format: its structure, and what its decoder lets pass."""

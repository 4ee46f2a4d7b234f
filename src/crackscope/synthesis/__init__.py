"""Drawn concrete, drawn cracks of known course and width, and what is mistaken for cracks."""

"""Validation of arguments: types, rules, and settings from keyword arguments."""

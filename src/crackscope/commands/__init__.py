"""The commands, one folder each: settings, and the function that the CLI and Python call.

A command takes its settings and returns an Outcome. It prints only progress and logs.
"""

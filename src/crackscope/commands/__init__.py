"""One folder a command: its settings, and the function that the command line and Python call.

A command takes its settings and returns an Outcome; it prints nothing but progress and logs.
"""

"""What each command does: one file a command, called alike by the command line and from Python.

A command takes its configuration and returns an Outcome; it prints nothing but progress and logs.
"""

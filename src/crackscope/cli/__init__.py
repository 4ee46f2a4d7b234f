"""The command-line interface, a thin layer over crackscope.commands."""

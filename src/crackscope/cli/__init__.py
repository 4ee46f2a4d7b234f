"""The command line: a thin shell over crackscope.commands."""

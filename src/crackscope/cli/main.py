"""The `crackscope` command: parses arguments, runs, prints, and maps errors to exit codes."""

import io
import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout, suppress
from typing import Any, NoReturn

import cyclopts

from crackscope import __version__, limits, telemetry, terminal
from crackscope.cli.commands import COMMANDS, DATA_COMMANDS, PREFIX, WANTED, bind
from crackscope.commands import Outcome
from crackscope.errors import CrackscopeError, UsageError

INTERRUPTED = 130
"""Exit code after Ctrl-C, as in shells."""
_LESS_MEMORY = (
    "Set fewer --workers or close other programs, then run the same command again to resume"
)
_STDIN = "stdin://"
"""Stands for a lone -, which cyclopts would parse as an option."""


def build_app(
    settings: Callable[[type], type] = lambda kind: kind, only: str | None = None
) -> cyclopts.App:
    """The command tree, or just the command `only`. `settings` may replace each settings class."""
    app = cyclopts.App(
        name="crackscope",
        help="Find cracks in photos of concrete. Runs offline; trains and evaluates models too.",
        help_epilogue=(
            "Every flag is also a key of `--config FILE` (YAML) and an environment variable "
            "CRACKSCOPE_FLAG. Flags override the environment, the environment overrides the file."
        ),
        version=__version__,
        suppress_keyboard_interrupt=False,
    )
    for name in COMMANDS if only is None else (only,):
        app.command(bind(name, settings(COMMANDS[name])), name=name)
    if only is None:
        _add_others(app, settings)
    return app


def _add_others(app: cyclopts.App, settings: Callable[[type], type]) -> None:
    """Add the commands for labelled data, and the flag that installs completion."""
    from crackscope.cli import completion

    data = cyclopts.App(name="data", help="Audit and split labelled data.")
    for name, kind in DATA_COMMANDS.items():
        data.command(bind(name, settings(kind)), name=name)
    app.command(data)

    def install(shell: completion.Shell | None = None, /) -> Outcome:
        with redirect_stdout(sys.stderr):
            file = completion.install(build_app(completion.with_files), shell)
        return Outcome("Completion installed. Open a new shell.", file, {"path": str(file)})

    app.command(install, name=completion.FLAG, help=completion.HELP)


def run(arguments: Sequence[str]) -> int:
    """Run one command line; returns the exit code and never raises."""
    telemetry.switch_off()
    terminal.repair()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # file names may not be encodable in the terminal
            stream.reconfigure(errors="backslashreplace")
    logging.basicConfig(format="%(message)s", stream=sys.stderr)
    logging.getLogger("crackscope").setLevel(logging.INFO)  # libraries stay at WARNING
    try:
        config, rest = _settings(arguments)
        app = build_app(only=rest[0] if rest and rest[0] in COMMANDS else None)
        app.config = config
        rest = [_STDIN if argument == "-" else argument for argument in rest]
        as_json = "--json" in rest
        outcome = app(
            rest,
            exit_on_error=False,
            print_error=False,
            result_action="return_value",
        )
        return _print(outcome, as_json) if isinstance(outcome, Outcome) else 0
    except cyclopts.MissingArgumentError as error:
        return _fail(_missing(error), UsageError.exit_code)
    except cyclopts.CycloptsError as error:
        return _fail(str(error), UsageError.exit_code)
    except CrackscopeError as error:
        return _fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _fail("Interrupted. Run the same command again to resume.", INTERRUPTED)
    except SystemExit as error:
        if isinstance(error.__context__, BrokenPipeError):  # rich, when the reader of help leaves
            return 0
        raise
    except OSError as error:
        return _fail(f"operating system error: {error}. Finished work is kept", 1)
    except Exception as error:
        if limits.ran_out(error):
            return _fail(f"out of memory ({error}). {_LESS_MEMORY}", 1)
        logging.exception("Internal error. Please report this traceback.")
        return 1


def _settings(arguments: Sequence[str]) -> tuple[tuple[Any, ...], list[str]]:
    """cyclopts' configs for settings that are no flags, and the arguments without `--config`."""
    in_file = any(argument.partition("=")[0] == "--config" for argument in arguments)
    if not in_file and not any(name.startswith(PREFIX) for name in os.environ):
        return (cyclopts.config.Env(PREFIX, command=False),), list(arguments)  # named in --help
    from crackscope.cli.settings import layered

    return layered(arguments)


def _missing(error: cyclopts.MissingArgumentError) -> str:
    """The message for a missing argument: what is expected, and how to give it."""
    argument = error.argument
    if argument is None or argument.index is None or error.keyword:
        return str(error)
    command = " ".join(["crackscope", *(error.command_chain or ())])
    name = argument.name.lstrip("-").upper()
    return f"name {WANTED[name.lower()]}: `{command} {name}`. `{command} --help` shows every flag"


def _fail(message: str, code: int) -> int:
    with suppress(OSError):  # the reader of stderr may be gone
        print(f"crackscope: {message}", file=sys.stderr)
    return code


def _print(outcome: Outcome, as_json: bool) -> int:
    try:
        _write(outcome, as_json)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of our stdout left, as `head` does
        terminal.mute_stdout()
    return outcome.exit_code


def _write(outcome: Outcome, as_json: bool) -> None:
    if as_json:
        documents: Sequence[Any] = (
            outcome.data if isinstance(outcome.data, list) else [outcome.data]
        )
        indent = None if isinstance(outcome.data, list) else 2
        for document in documents:
            print(json.dumps(document, indent=indent, default=str, allow_nan=False))
    else:
        print(outcome.text)
        if outcome.path is not None:
            print(outcome.path)


def main() -> NoReturn:
    """Entry point of the installed command.

    After an interrupt it exits at once, without waiting for threads that still process a photo.
    """
    code = run(sys.argv[1:])
    if code == INTERRUPTED:
        from crackscope import programs

        terminal.flush()
        programs.stop_all()
        os._exit(code)
    sys.exit(code)

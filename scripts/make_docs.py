"""Write docs/cli.md from the configuration dataclasses, so that the two cannot disagree."""

import ast
import inspect
from dataclasses import MISSING, Field, fields, is_dataclass
from pathlib import Path
from typing import get_type_hints

from crackscope.cli.commands import COMMANDS, DATA_COMMANDS

FILE = Path(__file__).parents[1] / "docs" / "cli.md"
PAGES = {**COMMANDS, **{f"data {name}": kind for name, kind in DATA_COMMANDS.items()}}
HEADER = """\
<!-- Made by scripts/make_docs.py from src/crackscope/commands/; do not edit. -->

# Commands

Every flag is also a key of `--config FILE` (YAML, with `_` for `-`), an environment variable
`CRACKSCOPE_FLAG`, and a keyword argument in Python. Flags override the environment, the
environment overrides the file, the file overrides the defaults. An unknown flag or key is refused,
and the nearest known one suggested. A variable with that prefix that matches no flag, or that is
empty, is ignored with a warning.

`--json` prints data and nothing else on stdout: JSON Lines for `inspect`, one document for the
other commands. Without it stdout holds a short summary whose last line is the path of the results.
Logs and progress go to stderr.

Results go to `--out`, else to `runs/COMMAND/NAME`; if that is taken, to `NAME-2`, `NAME-3` and so
on. The same command on an unfinished results folder resumes it. A finished one is never
overwritten without `--exist-ok`: the same command with `--out` prints its result again, another
command is refused.

`crackscope --install-completion` installs completion of commands, flags and files for bash, zsh or
fish.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | an internal error, a loss that is not finite, or a full disk; finished work is kept |
| 2 | wrong use: a bad flag, a missing path, nothing to do, a results folder that is taken |
| 3 | finished, but some inputs failed; each is named |
| 4 | a condition was not met: a leak, an export that differs, nothing left to score, `--fail-on` |
| 130 | interrupted; the same command resumes |
"""


def explanations(kind: type) -> dict[str, str]:
    """Field -> the text below it in the source of the class, or of one that it is made from."""
    bases = [base for base in reversed(kind.__mro__) if is_dataclass(base)]
    return {name: text for base in bases for name, text in _texts(base).items()}


def _texts(kind: type) -> dict[str, str]:
    body = ast.parse(inspect.getsource(kind)).body[0]
    assert isinstance(body, ast.ClassDef)
    texts: dict[str, str] = {}
    for statement, follower in zip(body.body, body.body[1:], strict=False):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            match follower:
                case ast.Expr(value=ast.Constant(value=str(text))):
                    texts[statement.target.id] = " ".join(text.split())
    return texts


def command(name: str, kind: type) -> str:
    """The section of one command."""
    texts = explanations(kind)
    hints = get_type_hints(kind)
    first = {f.name: positional(f, hints[f.name]) for f in fields(kind) if not f.kw_only}
    flags = [field for field in fields(kind) if field.kw_only]
    usage = " ".join(["crackscope", name, *first.values(), "[flags]"])
    lines = [f"\n## {name}\n\n{inspect.getdoc(kind)}\n\n    {usage}\n"]
    lines += [f"- `{word}`: {texts[field]}" for field, word in first.items()]
    if flags:
        lines += ["\n| flag | default | |", "|---|---|---|"]
        lines += [
            f"| `{flag(field)}` | {default(field)} | {texts[field.name]} |" for field in flags
        ]
    return "\n".join(lines) + "\n"


def positional(field: "Field[object]", hint: object) -> str:
    """`DATA`, `[MODEL]` where it has a default, `PHOTOS…` where there may be several."""
    name = field.name.upper() + ("…" if hint == tuple[str, ...] else "")
    return name if field.default is MISSING else f"[{name}]"


def flag(field: "Field[object]") -> str:
    """`--image-size`."""
    return "--" + field.name.replace("_", "-")


def default(field: "Field[object]") -> str:
    """The default value as it is written on the command line; empty where there is none."""
    if field.default is None:
        return ""
    return "off" if field.default is False else f"`{field.default}`"


def page() -> str:
    """The whole of docs/cli.md."""
    return HEADER + "".join(command(name, kind) for name, kind in PAGES.items())


if __name__ == "__main__":
    FILE.write_text(page(), encoding="utf-8")

"""Words for labels, in names of class folders, in tables, and on the label page."""

import re

CRACK, SOUND, UNSURE = "crack", "sound", "unsure"

_CRACK = re.compile(r"(with)?crack(s|ed)?|positive|pos|c|1|yes|true|wahr")
_SOUND = re.compile(
    r"(non?|not|un|without)(crack(s|ed)?)?|negative|neg|u|0|sound|intact|background|normal|good"
    r"|false|falsch"
)
_UNSURE = frozenset({UNSURE, "?", "skip"})
_NO_LABEL = re.compile(
    r"(un|no|not|notyet)label(l?ed|s)?|tolabel|un(known|sure|certain|clear|sorted|classified"
    r"|assigned|decided|checked|reviewed)|maybe|ambiguous|doubtful|doubt|questionable|todo|tocheck"
    r"|check|toreview|review|pending|ignored?|skip(ped)?|excluded?|mis(c|cellaneous)|mixed|various"
    r"|new|raw|all|inbox|images?|pictures?|photos?|pics|data(set)?|te?mp|temporary|backups?|old"
    r"|previews?|thumb(nail)?s?|samples?|examples?|predict(ed|ions?)|results?|outputs?|runs"
    r"|overlays?|masks?|annotations?|trash|deleted|unbekannt|unklar|unsicher|unsortiert"
)


def label_of(name: str) -> int | None:
    """The label that the name of a class implies: 1 (crack), 0 (sound), or None if unclear.

    >>> label_of("Positive"), label_of("Non-cracked"), label_of("Walls")
    (1, 0, None)
    """
    plain = _plain(name)
    if _CRACK.fullmatch(plain):
        return 1
    return 0 if _SOUND.fullmatch(plain) else None


def means_no_label(name: str) -> bool:
    """Whether a class of that name is likely to contain unlabelled patches.

    >>> means_no_label("Un-labelled"), means_no_label("Formwork")
    (True, False)
    """
    return not _plain(name) or _NO_LABEL.fullmatch(_plain(name)) is not None


def parse(cell: str) -> int | None:
    """The label in a table cell: 1, 0, or None for unsure; also 1.0, and 1,0 as Excel writes it.

    Raises ValueError with the allowed words for anything else.
    """
    word = cell.strip().lower()
    if word in _UNSURE:
        return None
    number = re.fullmatch(r"([01])([.,]0*)?", word)
    if number:
        return int(number[1])
    label = None if any(map(str.isdigit, word)) else label_of(word)
    if label is None:
        raise ValueError(
            f"a label must be {CRACK} (1, yes), {SOUND} (0, no) or {UNSURE} (?). Received: {cell!r}"
        )
    return label


def _plain(name: str) -> str:
    return "".join(sign for sign in name.lower() if sign.isalnum())

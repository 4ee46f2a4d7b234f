"""What is wrong with the pages of a built site: broken links, and whatever needs a network."""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
"""Tags whose address is loaded with the page; that of `a` is opened by its reader."""
STANDALONE = "404.html"
"""It is served for any address, so its links begin at the root of a server."""


class Page(HTMLParser):
    """Addresses and anchors of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag names."""
        values = {name: value for name, value in attrs if value}
        self.anchors |= {values[name] for name in ("id", "name") if name in values}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        elif tag in LOADED and LOADED[tag] in values:
            self.loads.append(values[LOADED[tag]])


def problems(site: Path) -> list[str]:
    """One line a problem, in the order of the pages."""
    files = [path for path in sorted(site.rglob("*.html")) if path.name != STANDALONE]
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in files}
    found = []
    for path, page in pages.items():
        name = path.relative_to(site)
        found += [f"{name}: loads {a} from a server" for a in page.loads if urlsplit(a).netloc]
        local = [a for a in (*page.links, *page.loads) if _is_local(a)]
        found += [f"{name}: no such place: {a}" for a in local if not _leads(a, path, pages)]
    return found


def _is_local(address: str) -> bool:
    parts = urlsplit(address)
    return not parts.netloc and parts.scheme in {"", "file"}


def _leads(address: str, path: Path, pages: dict[Path, Page]) -> bool:
    parts = urlsplit(address)
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not target.is_file():
        return False
    anchors = pages[target].anchors if target in pages else set()
    return not parts.fragment or target not in pages or unquote(parts.fragment) in anchors

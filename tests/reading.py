"""Read what a page says in one of its parts, so that a test can compare the whole of it."""

from html.parser import HTMLParser

VOID = {"area", "br", "hr", "img", "input", "link", "meta", "wbr"}
SAID = {"h2", "h3", "li"}


class _Part(HTMLParser):
    """Collects the headings and list items of the section that a heading with an id labels."""

    def __init__(self, heading: str) -> None:
        super().__init__()
        self.heading = heading
        self.depth = 0
        self.inside = ""
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "section" and dict(attrs).get("aria-labelledby") == self.heading:
            self.depth = 1
        elif self.depth and tag not in VOID:
            self.depth += 1
        if self.depth and tag == "br":
            self.handle_data(" · ")
        elif self.depth and tag in SAID:
            self.inside = tag
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        if self.depth and tag not in VOID:
            self.depth -= 1
        if tag == self.inside:
            self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.found[-1] += data


def part_of(page: str, heading: str) -> list[str]:
    """Headings and list items, in order, of the section whose heading has this id; [] if none.

    A line break within an item is read as " · ", other white space as one blank.
    """
    reader = _Part(heading)
    reader.feed(page)
    return [" ".join(words.split()) for words in reader.found]

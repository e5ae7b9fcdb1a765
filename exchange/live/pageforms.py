"""Reading a page as a person does: its forms, its state and what it said. For the bots. Pure."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

#: Names that belong to every form and say nothing of what it does.
BOOKKEEPING = {"csrfmiddlewaretoken", "move_id"}


@dataclass
class Box:
    """One input. `options` are the values of a select, or of the radio buttons of one name."""

    name: str
    kind: str
    value: str = ""
    options: list[str] = field(default_factory=list)
    required: bool = False
    longest: int = 200
    checked: bool = False


@dataclass
class Form:
    """One form: where it goes and what it asks. `able` is False when its button is disabled."""

    action: str
    method: str
    boxes: list[Box] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    able: bool = True

    def value(self, name: str) -> str:
        """The value a hidden input of that name carries, or ""."""
        return next((b.value for b in self.boxes if b.name == name and b.kind == "hidden"), "")

    @property
    def kind(self) -> str:
        """The kind of move it makes; for other forms the place it posts to."""
        return self.value("kind") or self.action

    @property
    def about(self) -> str:
        """What it is about, to tell two forms of one kind apart."""
        return "&".join(
            f"{b.name}={b.value}"
            for b in self.boxes
            if b.kind == "hidden" and b.name not in BOOKKEEPING
        )


@dataclass
class Page:
    """What a bot knows of a page."""

    forms: list[Form] = field(default_factory=list)
    view: dict[str, str] = field(default_factory=dict)
    said: str = ""

    @property
    def phase(self) -> str:
        return self.view.get("data-phase", "")

    @property
    def csrf(self) -> str:
        return next((t for f in self.forms if (t := f.value("csrfmiddlewaretoken"))), "")

    def moves(self) -> list[Form]:
        """The forms that can be sent now and make a move or answer a secret question."""
        return [
            form
            for form in self.forms
            if form.able and (form.value("kind") or "/ballots/" in form.action)
        ]


def read_page(html: str) -> Page:
    """The forms and state of a page or fragment; whatever is broken in it is passed over."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.page


class _Reader(HTMLParser):
    """Collects into `page` while the text goes by."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.form: Form | None = None
        self.choosing: Box | None = None
        self.option: list[str] | None = None
        self.writing: Box | None = None
        self.saying = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if has.get("id") == "view":
            self.page.view = has
        if has.get("id") == "said" or self.saying:
            self.saying += tag == "div"
        if tag == "form":
            self.form = Form(has.get("action", ""), has.get("method", "get").lower())
            self.page.forms.append(self.form)
        elif self.form is not None:
            self.inside(tag, has)

    def inside(self, tag: str, has: dict[str, str]) -> None:
        """One start tag within a form."""
        assert self.form is not None
        if tag == "button" and has.get("type", "submit") == "submit":
            self.form.able = self.form.able and "disabled" not in has
            if has.get("name"):
                self.form.buttons.append((has["name"], has.get("value", "")))
        if tag == "option" and self.choosing is not None:
            self.end_option()
            if "disabled" not in has:
                self.option = [has["value"]] if "value" in has else []
                if "value" in has:
                    self.end_option()
        if not has.get("name") or "disabled" in has:
            return
        if tag == "input":
            self.input(has)
        elif tag in {"select", "textarea"}:
            box = Box(has["name"], tag, required="required" in has, longest=longest(has))
            self.form.boxes.append(box)
            self.choosing = box if tag == "select" else None
            self.writing = box if tag == "textarea" else None

    def input(self, has: dict[str, str]) -> None:
        assert self.form is not None
        kind, name, value = has.get("type", "text").lower(), has["name"], has.get("value", "")
        if kind == "radio":
            same = next((b for b in self.form.boxes if (b.name, b.kind) == (name, kind)), None)
            if same is not None:
                same.options.append(value)
                return
        self.form.boxes.append(
            Box(
                name, kind, "on" if kind == "checkbox" and not value else value,
                options=[value] if kind == "radio" else [], required="required" in has,
                longest=longest(has), checked="checked" in has,
            )
        )  # fmt: skip

    def handle_data(self, data: str) -> None:
        if self.option is not None:
            self.option.append(data)
        if self.writing is not None:
            self.writing.value += data
        if self.saying:
            self.page.said = " ".join((self.page.said + " " + data).split())

    def handle_endtag(self, tag: str) -> None:
        if tag == "div" and self.saying:
            self.saying -= 1
        if tag in {"option", "select"}:
            self.end_option()
        if tag == "select":
            self.choosing = None
        if tag == "textarea":
            self.writing = None
        if tag == "form":
            self.form = None

    def end_option(self) -> None:
        if self.option is not None and self.choosing is not None:
            self.choosing.options.append("".join(self.option).strip())
        self.option = None


def longest(has: dict[str, str]) -> int:
    """The maxlength of an input, 200 where it has none."""
    given = has.get("maxlength", "")
    return int(given) if given.isdecimal() else 200

"""Reading a page as a person does: its forms, its state and what it said. For the bots. Pure."""

import re
from dataclasses import dataclass, field
from html import unescape

#: Names that belong to every form and say nothing of what it does.
BOOKKEEPING = {"csrfmiddlewaretoken", "move_id", "once"}

UNREAD = re.compile(r"<!--.*?-->|<(script|style|template)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
TAG = re.compile(
    r"<(/?)(form|input|select|option|textarea|button|div)\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>",
    re.IGNORECASE,
)
ATTRIBUTE = re.compile(r"([^\s=\"'/>]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
OTHER_TAG = re.compile(r"<[^>]*>")


@dataclass
class Box:
    """One input. `options` are the values of a select, or of the radio buttons of one name;
    `words` are what a select's options say."""

    name: str
    kind: str
    value: str = ""
    options: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
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

    @property
    def undoes(self) -> str:
        """`about` of the form whose work this one takes back: unplace c1 -> place c1; else "". One
        that asks what it is about takes nothing back in particular."""
        back = re.sub(r"(^|_)un", r"\1", self.kind)
        asks = any(box.kind != "hidden" for box in self.boxes)
        return "" if asks or back == self.kind else self.about.replace(self.kind, back, 1)


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
    """The forms and state of a page or fragment; whatever else stands there is passed over.

    One pass of a regular expression over the tags that matter: forty bots read thousands of pages,
    and the standard library's parser took most of their time.
    """
    reader = _Reader()
    text = UNREAD.sub("", html)
    end = 0
    for found in TAG.finditer(text):
        reader.text(text[end : found.start()])
        closing, tag, rest = found.groups()
        if closing:
            reader.close(tag.lower())
        else:
            reader.open(tag.lower(), attributes(rest))
        end = found.end()
    return reader.page


def attributes(rest: str) -> dict[str, str]:
    """The attributes of a start tag, unescaped; those without a value as ""."""
    return {
        name.lower(): unescape(double or single or bare)
        for name, double, single, bare in ATTRIBUTE.findall(rest)
    }


class _Reader:
    """Collects into `page` while the tags go by."""

    def __init__(self) -> None:
        self.page = Page()
        self.form: Form | None = None
        self.choosing: Box | None = None
        self.option: list[str] | None = None
        self.value: str | None = None
        self.writing: Box | None = None
        self.saying = 0

    def open(self, tag: str, has: dict[str, str]) -> None:
        """One start tag."""
        if has.get("id") == "view":
            self.page.view = has
        if has.get("id") == "said" or self.saying:
            self.saying += tag == "div"
        if tag == "form":
            self.form = Form(has.get("action", ""), has.get("method", "get").lower())
            self.page.forms.append(self.form)
        elif self.form is not None:
            self.inside(self.form, tag, has)

    def inside(self, form: Form, tag: str, has: dict[str, str]) -> None:
        """One start tag within a form."""
        if tag == "button" and has.get("type", "submit") == "submit":
            form.able = form.able and "disabled" not in has
            if has.get("name"):
                form.buttons.append((has["name"], has.get("value", "")))
        if tag == "option" and self.choosing is not None:
            self.end_option()
            if "disabled" not in has:
                self.option, self.value = [], has.get("value")
        if not has.get("name") or "disabled" in has:
            return
        if tag == "input":
            self.input(form, has)
        elif tag in {"select", "textarea"}:
            box = Box(has["name"], tag, required="required" in has, longest=longest(has))
            form.boxes.append(box)
            self.choosing = box if tag == "select" else None
            self.writing = box if tag == "textarea" else None

    def input(self, form: Form, has: dict[str, str]) -> None:
        """One input; radio buttons of one name are one box."""
        kind, name, value = has.get("type", "text").lower(), has["name"], has.get("value", "")
        if kind == "radio":
            same = next((b for b in form.boxes if (b.name, b.kind) == (name, kind)), None)
            if same is not None:
                same.options.append(value)
                return
        form.boxes.append(
            Box(
                name, kind, "on" if kind == "checkbox" and not value else value,
                options=[value] if kind == "radio" else [], required="required" in has,
                longest=longest(has), checked="checked" in has,
            )
        )  # fmt: skip

    def text(self, written: str) -> None:
        """What stands between two tags."""
        if self.option is not None:
            self.option.append(unescape(written))
        if self.writing is not None:
            self.writing.value += unescape(written)
        if self.saying:
            words = unescape(OTHER_TAG.sub(" ", written))
            self.page.said = " ".join((self.page.said + " " + words).split())

    def close(self, tag: str) -> None:
        """One end tag."""
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
        """The words of an option without a value are its value."""
        if self.option is not None and self.choosing is not None:
            words = "".join(self.option).strip()
            self.choosing.options.append(words if self.value is None else self.value)
            self.choosing.words.append(words)
        self.option = None


def longest(has: dict[str, str]) -> int:
    """The maxlength of an input, 200 where it has none."""
    given = has.get("maxlength", "")
    return int(given) if given.isdecimal() else 200

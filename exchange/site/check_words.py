"""What `/check/` tries, what may come of it, and what to ask for then. Which of them came of it is
found out by the browser (static/check.js), so the page brings all of them.

`{site}` is the address of this site as the browser wrote it; `{n}` is put in by the script: how
long something took, or the status of an answer.
"""

from dataclasses import dataclass, replace

from exchange.core.translating import gettext_lazy as _

#: What a tag says, in the words of `exchange doctor`; its class says the same in colour.
TAGS = {
    "go": _("fine"),
    "way": _("amiss"),
    "off": _("wrong"),
    "grey": _("not known"),
}


@dataclass(frozen=True)
class Outcome:
    """One thing that may come of a try: what was seen, what it means for a session, what to ask for."""

    key: str
    kind: str
    said: str
    means: str = ""
    ask: str = ""

    @property
    def tag(self) -> str:
        return TAGS[self.kind]


@dataclass(frozen=True)
class Part:
    """One thing that is tried."""

    key: str
    title: str
    about: str
    outcomes: tuple[Outcome, ...]


ASKS_BY_ITSELF = _(
    "A session goes on all the same: phones, desk and screen ask by themselves every five seconds. "
    "What others do is seen a few seconds later."
)
ASK_PIECES = _(
    "Please do not buffer answers of the kind text/event-stream from {site}, also not to look "
    "through them: pass each piece on when it comes."
)
NOTHING_SAVED = _("Nobody can take a seat, and nothing that people do would be saved.")
NO_ANSWER = _("There was no answer.")
WHO_RUNS_IT = _("This is for whoever runs the server, not for your network.")
ASK_FORMS = _(
    "Please let forms (POST) to {site} pass unchanged, with their cookies and all their headers, "
    "and put no page of your own before them."
)
ASK_NAME = _("Please allow {site}, that one name only, for GET and POST.")

STREAM = Part(
    "stream",
    _("An answer that stays open"),
    _(
        "Pages of a session keep one answer open, of the kind text/event-stream. The server sends a "
        "count on it every few seconds, and this page looks when each arrives."
    ),
    (
        Outcome(
            "straight",
            "go",
            _("It stayed open for {n}, and each count came at once."),
            _("Phones, desk and screen follow the room at once."),
        ),
        Outcome(
            "late",
            "way",
            _("Counts came up to {n} late: something on the way collects them."),
            ASKS_BY_ITSELF,
            ASK_PIECES,
        ),
        Outcome(
            "silent",
            "way",
            _("It stayed open for {n}, and nothing came: something on the way holds it back."),
            ASKS_BY_ITSELF,
            ASK_PIECES,
        ),
        Outcome(
            "cut",
            "way",
            _("Nothing more came after {n}: something on the way ended it."),
            ASKS_BY_ITSELF,
            _(
                "Please let answers of the kind text/event-stream from {site} stay open for an hour, "
                "also when nothing comes for ten seconds."
            ),
        ),
        Outcome(
            "blocked",
            "way",
            _("Something on the way answered in place of the server, with status {n}."),
            ASKS_BY_ITSELF,
            _("Please allow answers of the kind text/event-stream from {site}."),
        ),
        Outcome("unreached", "way", NO_ANSWER, ASKS_BY_ITSELF, ASK_NAME),
        Outcome(
            "busy",
            "grey",
            _("Too many checks are running at the moment."),
            _("It says nothing about your network. Check again in a minute."),
        ),
        Outcome(
            "failed", "off", _("The server itself failed at it, with status {n}."), "", WHO_RUNS_IT
        ),
    ),
)

POST = Part(
    "post",
    _("A form that is sent"),
    _(
        "All that people do in a session is sent as a form, with a cookie and a token. This page sends "
        "an empty one three times while the answer above is open."
    ),
    (
        Outcome("arrived", "go", _("It arrived; there and back took {n}.")),
        Outcome(
            "slow",
            "way",
            _("It arrived, but there and back took {n}."),
            _("A session works and feels slow."),
            _(
                "Please look at the line and the wifi of this room: there and back should take less "
                "than a second, also when a whole group is on it."
            ),
        ),
        Outcome(
            "blocked",
            "off",
            _("Something on the way answered in place of the server, with status {n}."),
            NOTHING_SAVED,
            ASK_FORMS,
        ),
        Outcome("unreached", "off", NO_ANSWER, NOTHING_SAVED, ASK_NAME),
        Outcome(
            "refused",
            "off",
            _("The server refused it: its cookie or its token was lost on the way."),
            NOTHING_SAVED,
            ASK_FORMS,
        ),
        Outcome(
            "failed", "off", _("The server itself failed at it, with status {n}."), "", WHO_RUNS_IT
        ),
    ),
)

SET_THE_CLOCK = _("Please let this device set its time by itself.")
APP_CODES = _(
    "A session does not mind: its times are the server's. But the codes of an app, asked for at "
    "sign-in, are wrong on a device whose clock is half a minute off, and from a day on browsers "
    "trust no site."
)
CLOCK = Part(
    "clock",
    _("The clock of this device"),
    _("Compared with the server's, by the form that came back soonest."),
    (
        Outcome("right", "go", _("It is right to within {n}.")),
        Outcome("ahead", "way", _("It is {n} ahead."), APP_CODES, SET_THE_CLOCK),
        Outcome("behind", "way", _("It is {n} behind."), APP_CODES, SET_THE_CLOCK),
        Outcome("unknown", "grey", _("No form came back, so there is nothing to compare with.")),
    ),
)

COOKIES = Part(
    "cookies",
    _("Cookies"),
    _("A seat and a sign-in are held by a cookie of this site. There are no others."),
    (
        Outcome("kept", "go", _("The cookie came back to the server.")),
        Outcome(
            "lost",
            "off",
            _("This browser keeps no cookie of this site, or it is taken out on the way."),
            _("Nobody can take a seat or sign in."),
            _(
                "Please allow cookies of {site}. They are this site's own; none of another site is used."
            ),
        ),
        Outcome("unknown", "grey", _("No form came back, so it is not known.")),
    ),
)

KEEPING = _("What is done without a connection is kept in this browser until it can be sent.")
ASK_STORAGE = _(
    "Please allow site data of {site} (IndexedDB and local storage), and do not clear it while "
    "the browser is open."
)
STORAGE = Part(
    "storage",
    _("What this browser keeps"),
    _("IndexedDB and local storage: something is written into each and read again."),
    (
        Outcome(
            "known",
            "go",
            _("Both keep what is written. An earlier check, at {n}, is still known here."),
            KEEPING,
        ),
        Outcome(
            "kept",
            "go",
            _("Both keep what is written."),
            _(
                "What is done without a connection is kept in this browser until it can be sent. To "
                "see whether it outlives the browser: close it, come back here and check again."
            ),
        ),
        Outcome(
            "part",
            "way",
            _("Local storage keeps nothing; IndexedDB does."),
            _("A session works. What was typed and not yet sent is lost when the page is closed."),
            ASK_STORAGE,
        ),
        Outcome(
            "nothing",
            "way",
            _("IndexedDB keeps nothing here."),
            _(
                "A session works. What is done without a connection is lost when the page is closed, "
                "and the page says so."
            ),
            ASK_STORAGE,
        ),
    ),
)

SECURE = Part(
    "secure",
    _("A secure connection"),
    _("Whether this browser takes the connection for secure."),
    (
        Outcome(
            "secure",
            "go",
            _("It does."),
            _(
                "A filter may open https all the same, which no page can see: the sign beside the "
                "address tells who vouches for this site."
            ),
        ),
        Outcome(
            "plain",
            "way",
            _("It does not: this page came by plain http."),
            _(
                "A session works. Others on this network can read along, so no password should be "
                "typed here, and passkeys do not work. In a hall without internet that is as meant."
            ),
            _(
                "For whoever runs the server: put it behind https, as operating.md in its docs says."
            ),
        ),
    ),
)

PARTS = (STREAM, POST, CLOCK, COOKIES, STORAGE, SECURE)

#: What a network has to let through, whatever came of the tries.
NEEDED = (
    _("{site}, and no other name. No other port, no web sockets, nothing to install."),
    _("Answers of the kind text/event-stream from it: not buffered, open for an hour."),
    _("Forms (POST) of up to 1 MB to it, unchanged, with their cookies and headers."),
    _("Its cookies and its site data (IndexedDB and local storage)."),
    _("Its scripts and its stylesheet, under {site}/static/."),
)


def _filled(words: str, site: str) -> str:
    return str(words).replace("{site}", site)


def parts(site: str) -> list[Part]:
    """What is tried and what may come of it, with the address put in, in the language of the moment."""
    return [
        replace(
            part,
            outcomes=tuple(
                replace(one, means=_filled(one.means, site), ask=_filled(one.ask, site))
                for one in part.outcomes
            ),
        )
        for part in PARTS
    ]


def needed(site: str) -> list[str]:
    """The lines for whoever keeps the network, with the address put in."""
    return [_filled(line, site) for line in NEEDED]

"""What kind of device a browser is on, from what it says of itself (its User-Agent header).

Two words, so that somebody knows their own phone again; only these two words are kept, never the
header, which would tell more than we need. Django-free; how people read it: `Visit.device_words`.
"""

#: In this order: many browsers call themselves by the name of another one, too.
BROWSERS = (
    ("edge", ("edg/", "edga/", "edgios/")),
    ("opera", ("opr/", "opera")),
    ("samsung", ("samsungbrowser",)),
    ("firefox", ("firefox/", "fxios/")),
    ("chrome", ("chrome/", "crios/", "chromium/")),
    ("safari", ("safari/",)),
)
SYSTEMS = (
    ("iphone", ("iphone", "ipod")),
    ("ipad", ("ipad",)),
    ("chromebook", ("cros ",)),
    ("windows", ("windows",)),
    ("mac", ("macintosh", "mac os x")),
)


def device_of(agent: str) -> str:
    """ "firefox/windows" and the like, of a User-Agent header; "" for a part that is not known."""
    said = agent.lower()
    browser = next((key for key, marks in BROWSERS if any(m in said for m in marks)), "")
    system = next((key for key, marks in SYSTEMS if any(m in said for m in marks)), "")
    if "android" in said:  # phones say Mobile, tablets do not
        system = "android-phone" if "mobile" in said else "android-tablet"
    elif not system and "linux" in said:
        system = "linux"
    return f"{browser}/{system}"

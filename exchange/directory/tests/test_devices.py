"""Devices in words: nobody's browser is told from another's by more than that."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.directory.devices import BROWSERS, SYSTEMS, device_of
from exchange.directory.models import Visit

MOZILLA = "Mozilla/5.0 "
WEBKIT = " AppleWebKit/537.36 (KHTML, like Gecko) "


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "(Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0",
            "Firefox on Windows",
        ),
        (f"(Windows NT 10.0){WEBKIT}Chrome/142.0 Safari/537.36 Edg/142.0", "Edge on Windows"),
        (
            f"(X11; CrOS x86_64 14541.0.0){WEBKIT}Chrome/142.0 Safari/537.36",
            "Chrome on a Chromebook",
        ),
        (f"(X11; Linux x86_64){WEBKIT}Chrome/142.0 Safari/537.36 OPR/120.0", "Opera on Linux"),
        (
            f"(Linux; Android 16; K){WEBKIT}SamsungBrowser/29.0 Chrome/142.0 Mobile Safari/537.36",
            "Samsung Internet on an Android phone",
        ),
        (
            f"(Linux; Android 16; K){WEBKIT}Chrome/142.0 Safari/537.36",
            "Chrome on an Android tablet",
        ),
        (
            "(iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Safari/604",
            "Safari on an iPhone",
        ),
        (
            "(iPad; CPU OS 19_0 like Mac OS X) AppleWebKit/605.1.15 CriOS/142.0 Safari/604",
            "Chrome on an iPad",
        ),
        (
            "(Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/19.0 Safari/605.1",
            "Safari on a Mac",
        ),
    ],
)
def test_common_browsers_in_words(agent: str, words: str) -> None:
    assert Visit(device=device_of(MOZILLA + agent)).device_words == words


def test_what_is_not_known_is_said_so() -> None:
    told = [
        Visit(device=device_of(agent)).device_words for agent in ("", "curl/8.0", "x Firefox/1")
    ]
    assert told == [
        "A browser on a device we do not recognise",
        "A browser on a device we do not recognise",
        "Firefox on a device we do not recognise",
    ]


@settings(max_examples=50)
@given(st.text())
def test_whatever_a_browser_says_only_known_words_are_kept(agent: str) -> None:
    browser, _slash, system = device_of(agent).partition("/")
    assert browser in {"", *(key for key, _ in BROWSERS)}
    systems = {key for key, _ in SYSTEMS}
    assert system in {"", "android-phone", "android-tablet", "linux", *systems}

"""Small pictures made on the server."""

from io import StringIO
from typing import Any

import segno

#: Dark on white in every scheme, with a margin of two modules (the page brings the rest).
LOOKS: dict[str, Any] = {
    "scale": 1,
    "border": 2,
    "dark": "#1b1f2a",
    "light": "#ffffff",
    "omitsize": True,
}


def _qr(address: str) -> segno.QRCode:
    return segno.make(address, error="m", micro=False)


def qr_svg(address: str) -> str:
    """The QR picture of an address as an SVG file."""
    svg = _qr(address).svg_inline(**LOOKS)
    return svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)


def qr_data(address: str) -> str:
    """The same as a data: address, for a page that has no other place for it."""
    return _qr(address).svg_data_uri(**LOOKS)


def qr_signs(address: str) -> str:
    """The same in signs, for a terminal."""
    signs = StringIO()
    _qr(address).terminal(out=signs, border=2, compact=True)
    return signs.getvalue().rstrip("\n")

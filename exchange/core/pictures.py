"""Small pictures made on the server."""

import segno


def qr_svg(address: str) -> str:
    """The QR picture of an address as an SVG file; dark on white in every scheme, with a margin of
    two modules (the page brings the rest)."""
    picture = segno.make(address, error="m", micro=False)
    svg = picture.svg_inline(scale=1, border=2, dark="#1b1f2a", light="#ffffff", omitsize=True)
    return svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)

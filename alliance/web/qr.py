"""An address as a picture that a phone can read, drawn here so that no other site learns it."""

from typing import Final

import segno
from markupsafe import Markup

# A quarter of it may be dirty or dark; the finest that a phone reads from a screen.
_ERRORS: Final = "m"
_QUIET: Final = 4


def qr_svg(text: str) -> Markup:
    """The QR code of the text as SVG without any style, black on white in the dark as well."""
    code = segno.make(text, error=_ERRORS, micro=False)
    drawn = code.svg_inline(border=_QUIET, omitsize=True, light="white", svgclass="qr-code", lineclass=None)
    return Markup(drawn)  # noqa: S704 - segno draws it of numbers alone

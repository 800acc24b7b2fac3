"""A calendar's secret address while it is shown, and the ways it gets into calendar programs."""

from dataclasses import dataclass
from urllib.parse import urlencode

from markupsafe import Markup

from alliance.calendars.lines import MANY
from alliance.web.qr import qr_svg


@dataclass(frozen=True)
class MadeAddress:
    """`https` to be copied, `webcal` for programs on this machine, and links with which web calendars ask to add it."""

    https: str
    webcal: str
    google: str
    outlook: str
    qr: Markup
    is_large: bool

    @classmethod
    def of(cls, address: str, bookings: int) -> "MadeAddress":
        """All ways for the address of a feed of so many bookings."""
        webcal = f"webcal://{address.partition('://')[2]}"
        return cls(
            https=address,
            webcal=webcal,
            # Google takes no other scheme here; Outlook on the web takes nothing but https.
            google=f"https://calendar.google.com/calendar/r?{urlencode({'cid': webcal})}",
            outlook=f"https://outlook.office.com/calendar/0/addfromweb?{urlencode({'url': address})}",
            qr=qr_svg(webcal),
            is_large=bookings > MANY,
        )

"""Files that are two things at once: a picture to us, a program or a page to somebody else."""

import io
import re
import zipfile
from typing import Final

# What browsers, and servers that run what they store, would take for their own wherever it stands.
_PAGE: Final = re.compile(rb"<(script|html|svg|iframe|\?php|!doctype\s+html)\b", re.IGNORECASE)
# Readers look so far for the head of a PDF.
_HEAD: Final = 1024


def holds_page(content: bytes) -> bool:
    """Whether a browser could find a page or a script in it."""
    return _PAGE.search(content) is not None


def is_archive(content: bytes) -> bool:
    """Whether a program that unpacks archives would take it for one, whatever it begins with."""
    return zipfile.is_zipfile(io.BytesIO(content))


def hides_another(content: bytes) -> bool:
    """Whether a picture is an archive, a PDF or a page as well."""
    return b"%PDF-" in content[:_HEAD] or is_archive(content) or holds_page(content)

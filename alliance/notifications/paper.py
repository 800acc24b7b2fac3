"""What letters are written on: the page as mail programs understand it, and addresses as headers take them."""

from email.headerregistry import Address
from typing import Final

from markupsafe import Markup

# Plain HTML of few elements: mail programs understand little, and what they do not is passed over.
PAGE: Final = Markup("""<!doctype html>
<html lang="%(lang)s">
<head>
<meta charset="utf-8">
<meta name="color-scheme" content="light dark">
<meta name="viewport" content="width=device-width">
<title>%(title)s</title>
<style>
body { margin: 0; padding: 24px 16px; background: #f5f7f5; color: #13201c; font-size: 16px; line-height: 1.6; }
body { font-family: "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
main { max-width: 560px; margin: 0 auto; }
h1 { margin: 0 0 4px; font-size: 20px; line-height: 1.35; font-weight: 600; }
p { margin: 0 0 12px; }
.when { font-size: 18px; font-weight: 600; }
.button { display: inline-block; margin: 8px 0 20px; padding: 10px 20px; border-radius: 6px; font-weight: 600; }
.button { background: #006b54; color: #ffffff; text-decoration: none; }
.foot { border-top: 1px solid #dbe1dd; padding-top: 12px; color: #43514b; font-size: 13px; }
.foot a { color: #006b54; }
@media (prefers-color-scheme: dark) {
  body { background: #0d1412; color: #e7edea; }
  .button { background: #5ed3ac; color: #00261b; }
  .foot { border-color: #2b3632; color: #b7c2bc; }
  .foot a { color: #5ed3ac; }
}
</style></head>
<body><main>%(body)s<p class="foot">%(foot)s</p></main></body></html>
""")
SECTION: Final = Markup(
    '<h1>%(headline)s</h1>%(when)s%(sentences)s<a class="button" href="%(href)s">%(button)s</a>'
)
WHEN: Final = Markup('<p class="when">%s</p>')
SENTENCE: Final = Markup("<p>%s</p>")
LINK: Final = Markup('<a href="%s">%s</a>')


def mail_address(name: str, email: str) -> Address:
    """A person's address with his name, for a header."""
    user, _at, domain = email.rpartition("@")
    # A name with line breaks would end the header it stands in.
    return Address(" ".join(name.split()), user, domain)

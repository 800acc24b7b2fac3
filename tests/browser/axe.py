"""What axe finds on a page. To reckon contrasts takes it twice as long as all else, so it reckons each look once.

Two texts look alike when they, and all that lies around them, have the same names and the same colours, sizes and
layers. What is placed over something else by its coordinates is reckoned each time: what lies behind it may differ.
"""

from collections import defaultdict

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The looks axe has found readable, by the view in which it did.
_readable: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)


def bring_axe(page: Page) -> None:
    """Load axe into the page as it stands."""
    page.evaluate(AXE_SCRIPT)


def by_axe(page: Page, *view: str) -> list[str]:
    """Every rule the page breaks, and where; `view` is the language, the theme and the size in which it is seen."""
    known = _readable[view]
    result = page.evaluate(_RUN, {"tags": _TAGS, "known": sorted(known)})
    known.update(result["readable"])
    return [
        f"{rule['id']}: {node['target']} {node['html'][:120]}"
        for rule in result["violations"]
        for node in rule["nodes"][:3]
    ]


_RUN = """async ({tags, known}) => {
  const looks = new Map(), placed = new Set(), readable = new Set(known);
  const look = (element) => {
    if (!element) return "";
    if (looks.has(element)) return looks.get(element);
    const outer = look(element.parentElement), style = getComputedStyle(element);
    if (placed.has(element.parentElement) || !["static", "relative"].includes(style.position)) placed.add(element);
    const own = [
      element.tagName, element.getAttribute("class"), element.matches(":disabled, [aria-disabled=true]"),
      style.color, style.backgroundColor, style.backgroundImage, style.opacity, style.filter, style.mixBlendMode,
      style.fontSize, style.fontWeight, style.textShadow, style.position,
    ].join();
    // Each is a number for what it looks like in what is around it; else the innermost would be as long as the page.
    looks.set(element, hash(`${outer}>${own}`));
    return looks.get(element);
  };
  const hash = (text) => {
    let a = 0xdeadbeef, b = 0x41c6ce57;
    for (let n = 0; n < text.length; n++) {
      const code = text.charCodeAt(n);
      a = Math.imul(a ^ code, 2654435761);
      b = Math.imul(b ^ code, 1597334677);
    }
    return (a >>> 0).toString(36) + (b >>> 0).toString(36);
  };
  const speaks = (element) =>
    element.matches("input, select, textarea, button") ||
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());

  const asked = new Map(), alike = new Set();
  for (const element of document.body.querySelectorAll("*")) {
    if (!speaks(element) || !element.checkVisibility()) continue;
    const its = look(element);
    if (!placed.has(element) && (readable.has(its) || alike.has(its))) continue;
    alike.add(its);
    asked.set(element, its);
  }

  const run = {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]};
  const other = await axe.run(document, {...run, rules: {"color-contrast": {enabled: false}}});
  if (!asked.size) return {violations: other.violations, readable: []};
  const contrast = await axe.run({include: [...asked.keys()]}, {
    runOnly: {type: "rule", values: ["color-contrast"]},
    resultTypes: ["violations", "incomplete"],
    elementRef: true,
  });
  for (const {element} of [...contrast.violations, ...contrast.incomplete].flatMap((rule) => rule.nodes))
    asked.delete(element);
  return {
    violations: [...other.violations, ...contrast.violations].map(({id, nodes}) =>
      ({id, nodes: nodes.map(({target, html}) => ({target, html}))})),
    readable: [...asked.values()],
  };
}"""

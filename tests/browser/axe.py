"""What axe finds on a page. To reckon contrasts takes it twice as long as all else, so it reckons each look once.

Two texts look alike when they, and all that lies around them, have the same names and the same colours, sizes and
layers. What is placed over something else by its coordinates is reckoned each time: what lies behind it may differ.
Only what axe has really found readable counts as known.
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

  // The elements of each look that is not known yet; of those placed by coordinates each is a look of its own.
  const alike = new Map();
  for (const element of document.body.querySelectorAll("*")) {
    if (!speaks(element) || !element.checkVisibility()) continue;
    const same = look(element), its = placed.has(element) ? element : same;
    if (readable.has(its)) continue;
    alike.set(its, [...(alike.get(its) ?? []), element]);
  }

  const run = {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]};
  const other = await axe.run(document, {...run, rules: {"color-contrast": {enabled: false}}});
  const violations = [...other.violations], passed = new Set(), judged = new Set();
  const reckon = async (elements) => {
    if (!elements.length) return;
    const contrast = await axe.run({include: elements}, {
      runOnly: {type: "rule", values: ["color-contrast"]},
      resultTypes: ["violations", "incomplete", "passes"],
      elementRef: true,
    });
    violations.push(...contrast.violations);
    const nodes = (rules) => rules.flatMap((rule) => rule.nodes.map((node) => node.element));
    for (const element of nodes(contrast.passes)) passed.add(element);
    for (const rules of [contrast.passes, contrast.violations, contrast.incomplete])
      for (const element of nodes(rules)) judged.add(element);
  };
  await reckon([...alike.values()].map(([first]) => first));
  // Axe passes over what is disabled or hidden from the eye: then the others of that look tell.
  await reckon([...alike.values()].flatMap(([first, ...others]) => judged.has(first) ? [] : others));
  return {
    violations: violations.map(({id, nodes}) =>
      ({id, nodes: nodes.map(({target, html}) => ({target, html}))})),
    readable: [...alike].filter(([its, elements]) => typeof its === "string" && elements.some((e) => passed.has(e)))
      .map(([its]) => its),
  };
}"""

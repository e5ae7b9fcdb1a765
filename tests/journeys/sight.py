"""What a browser makes of a page for eyes: which words are seen, in which colours, and where."""

from playwright.sync_api import Page

#: Every piece of text that is seen: its words, ink and ground as "r,g,b", its edges, its place.
WORDS = """
() => {
  const frame = '.top, .bottom, .crumbs, .foot, .messages, .pages, .screen-only, button, .btn';
  const solid = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
  const ground = (one) => {
    for (let e = one; e; e = e.parentElement) {
      const [r, g, b, a = 1] = solid(getComputedStyle(e).backgroundColor);
      if (a > 0.99) return [r, g, b].join();
    }
    return '255,255,255';
  };
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode, holder = node.parentElement;
    const words = node.textContent.trim().replace(/\\s+/g, ' ');
    if (!words || holder.closest('script, style, template, noscript')) continue;
    if (!holder.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (!box.width || !box.height || holder.closest('.unseen, .skip')) continue;
    const ink = solid(getComputedStyle(holder).color).slice(0, 3).join();
    found.push({ words, ink, ground: ground(holder), left: box.left, right: box.right,
      frame: !!holder.closest(frame) });
  }
  return found;
}
"""

#: Parts whose outline says what they are, and which have none that is seen.
BORDERLESS = """
() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea,'
    + 'button:not(.link), .btn:not(.link), .card, .slot, .chip, .tag, .note')]
  .filter((e) => e.checkVisibility({ visibilityProperty: true }))
  .filter((e) => { const s = getComputedStyle(e);
    return !e.matches('[type=checkbox], [type=radio], [type=range]')
      && (s.borderTopStyle === 'none' || parseFloat(s.borderTopWidth) < 1
        || s.borderTopColor === getComputedStyle(document.body).backgroundColor); })
  .map((e) => e.outerHTML.slice(0, 90))
"""

#: What is cut off: boxes that hold more than they show, and whatever lies beyond the edge.
CUT_OFF = """
() => {
  const wide = document.documentElement.clientWidth, found = [];
  for (const e of document.body.querySelectorAll('*')) {
    if (!e.checkVisibility({ visibilityProperty: true }) || e.closest('.unseen, .skip, svg')) continue;
    const html = e.outerHTML.slice(0, 90);
    const hides = ['hidden', 'auto', 'scroll', 'clip'].includes(getComputedStyle(e).overflowX);
    if (hides && e.scrollWidth > e.clientWidth + 1) found.push('hides: ' + html);
    const box = e.getBoundingClientRect();
    if (box.width && (box.right > wide + 1 || box.left < -1)) found.push('beyond: ' + html);
  }
  return found;
}
"""


def words(page: Page) -> list[dict]:
    """The pieces of text that are seen now."""
    return page.evaluate(WORDS)


def luminance(colour: str) -> float:
    """WCAG's relative luminance of "r,g,b"."""
    parts = [float(part) / 255 for part in colour.split(",")]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(ink: str, ground: str) -> float:
    """WCAG's contrast ratio of two colours."""
    lighter, darker = sorted((luminance(ink), luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)

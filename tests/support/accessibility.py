"""What axe finds on a page."""

from collections.abc import Sequence
from contextlib import suppress

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

# Streamlit's file uploader is a drop area marked as presentation that has a name of its own; not ours to change.
RULES = {"presentation-role-conflict": {"enabled": False}}

SERIOUS = ("serious", "critical")

# What is drawn anew is pale until it has come: no contrast to measure.
SETTLED = """() => !document.querySelector("[data-stale=true]") && document.getAnimations().every(
    (one) => one.playState !== "running" || one.effect.getComputedTiming().endTime === Infinity)"""


def barriers(page: Page, within: Sequence[str] = (), outside: Sequence[str] = (), serious: bool = False) -> str:
    """The barriers found in the page, or in the parts that CSS selectors name, as a report; empty when there are none.

    With ``serious``, only what axe calls serious or critical counts.
    """
    page.wait_for_function(SETTLED)
    context = {"include": [[part] for part in within], "exclude": [[part] for part in outside]}
    # Everything else that axe would write down about a page takes two thirds of its time.
    options = {"rules": RULES, "resultTypes": ["violations"]}
    found = Axe().run(page, context={key: parts for key, parts in context.items() if parts} or None, options=options)
    rules = [rule for rule in found.response["violations"] if not serious or rule["impact"] in SERIOUS]
    return "\n".join(f"{rule['id']}: {[node['html'][:300] for node in rule['nodes']]}" for rule in rules)


_SIDEWAYS = """() => Math.max(...[document.documentElement, document.querySelector("[data-testid=stMain]")].map(
  (node) => node.scrollWidth - node.clientWidth))"""


def sideways(page: Page) -> int:
    """How many pixels the page can be scrolled sideways, which on a phone is felt at every swipe.

    A chart that was just drawn takes its width a moment later: what stays is what counts.
    """
    with suppress(PlaywrightTimeout):
        page.wait_for_function(f"() => ({_SIDEWAYS})() === 0", timeout=5_000)
    wide: int = page.evaluate(_SIDEWAYS)
    return wide


# Text that reaches beyond what cuts it off; where it can be scrolled to, nothing does.
_CUT_OFF = """() => {
  const found = [];
  const nodes = (root) => [...root.querySelectorAll("*")].flatMap(
    (node) => [node, ...(node.shadowRoot ? nodes(node.shadowRoot) : [])]);
  const above = (node) => node.assignedSlot ?? node.parentElement ?? node.getRootNode().host ?? null;
  const range = document.createRange();
  for (const node of nodes(document.body)) {
    const words = [...node.childNodes].filter((child) => child.nodeType === Node.TEXT_NODE && child.data.trim());
    if (!words.length || !node.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    if (node.closest("svg, [aria-hidden=true]")) continue;
    range.setStartBefore(words[0]);
    range.setEndAfter(words.at(-1));
    const text = range.getBoundingClientRect();
    if (!text.width) continue;
    for (let outer = node; outer; outer = above(outer)) {
      const style = getComputedStyle(outer);
      const box = outer.getBoundingClientRect();
      if (/auto|scroll/.test(style.overflowX) || box.width <= 2) break;
      if (/hidden|clip/.test(style.overflowX) && (text.right > box.right + 1.5 || text.left < box.left - 1.5)) {
        found.push(words.map((word) => word.data.trim()).join(" "));
        break;
      }
    }
  }
  return [...new Set(found)];
}"""


def cut_off(page: Page) -> list[str]:
    """The texts that are cut off at a side, and cannot be scrolled to."""
    found: list[str] = page.evaluate(_CUT_OFF)
    return found


# A window that has changed its size settles its fields later.
WHOLE_NUMBERS = """() => [...document.querySelectorAll("input[type=number]")].every((field) => {
  const style = getComputedStyle(field);
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = style.font;
  const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  return pen.measureText(field.value).width <= room || !field.checkVisibility();
})"""
"""Whether every number field has room for its digits."""

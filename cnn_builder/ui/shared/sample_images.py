"""A run's first test images with what was predicted and what they are."""

from html import escape
from typing import Any

SAMPLES_STYLE = """<style>
.samples { display: grid; grid-template-columns: repeat(auto-fill, minmax(4.75rem, 1fr));
  gap: 0.75rem; margin: 0; padding: 0; }
.samples figure { margin: 0; }
.samples img { width: min(100%, 4.5rem); aspect-ratio: 1; object-fit: contain; image-rendering: pixelated;
  background: #000; border-radius: 0.375rem; display: block; }
.samples figcaption { margin-top: 0.375rem; font-size: 0.8125rem; line-height: 1.45; overflow-wrap: anywhere; }
.samples figcaption span { display: block; }
.samples .wrong img { outline: 2px solid #e11d48; outline-offset: 1px; }
.samples b { font-weight: 600; }
/* All five in a row on a phone. */
@media (max-width: 640px) { .samples { grid-template-columns: repeat(auto-fill, minmax(4rem, 1fr)); } }
</style>"""


def samples_html(samples: list[dict[str, Any]], told: bool = True) -> str:
    """The images as HTML, with what was predicted and what they are, or with neither where they are to be guessed."""
    return f'<div class="samples">{"".join(_figure(sample, told) for sample in samples)}</div>'


def _figure(sample: dict[str, Any], told: bool) -> str:
    predicted, actual = escape(str(sample["predicted"])), escape(str(sample["actual"]))
    right = predicted == actual
    # What it is said of stands on a line of its own: class names have any length, and their columns are narrow.
    caption = f"<span>predicted</span><b>{predicted}</b>&nbsp;{'✓' if right else '✗'}<span>actual</span><b>{actual}</b>"
    source = escape(str(sample["png"]))
    if not told:
        caption, right = f"<b>Image {int(sample['index']) + 1}</b>", True
    return (
        f'<figure class="{"right" if right else "wrong"}">'
        f'<img src="data:image/png;base64,{source}" alt="Test image {int(sample["index"]) + 1}">'
        f"<figcaption>{caption}</figcaption></figure>"
    )

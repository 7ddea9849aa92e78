"""How a run ended: the test score with its interval, the first test images, where it errs, the way to Draw."""

from html import escape
from typing import Any

import streamlit as st

from cnn_builder.figures.shares import range_text
from cnn_builder.runs import Run
from cnn_builder.runs.scored import images_tested, scored
from cnn_builder.ui.run_errors import run_errors
from cnn_builder.ui.text import duration

_STYLE = """<style>
.samples { display: grid; grid-template-columns: repeat(auto-fill, minmax(5.25rem, 1fr));
  gap: 0.75rem 0.25rem; margin: 0; padding: 0; }
.samples figure { margin: 0; }
.samples img { width: 4.5rem; height: 4.5rem; object-fit: contain; image-rendering: pixelated; background: #000;
  border-radius: 0.375rem; display: block; }
.samples figcaption { margin-top: 0.375rem; font-size: 0.8125rem; line-height: 1.45; }
.samples .wrong img { outline: 2px solid #e11d48; outline-offset: 1px; }
.samples b { font-weight: 600; }
</style>"""


def run_result(run: Run) -> None:
    """Show the result of a run that has ended with one."""
    if run.is_active or run.test_accuracy is None:
        return
    st.divider()
    score, images = st.columns([1, 2.2], gap="large")
    with score:
        st.metric("Test accuracy", f"{run.test_accuracy:.4f}")
        found = scored(run)
        if found is not None:
            st.markdown(
                f"95 % interval **{range_text(found.interval)}**",
                help=f"Of {found.images:,} images. Intervals made this way hold a model's true share, over all images "
                "of this kind, 19 times of 20. It speaks of this trained model: from another seed the network differs.",
            )
        st.caption(score_words(run))
        st.page_link("pages/draw.py", label="Draw something", icon="✏️")
    samples = (run.evaluation or {}).get("samples") or []
    if samples:
        with images:
            st.markdown("First test images")
            st.html(_STYLE + samples_html(samples))
    run_errors(run)


def score_words(run: Run) -> str:
    """What the score is of: how many images, which epoch, and beside what loss and training accuracy."""
    count = images_tested(run)
    words = ["on the test images" if count is None else f"on {count:,} test images"]
    if run.settings.validation_data == "test":
        words.append("also used as validation")
    if run.test_loss is not None:
        words.append(f"test loss {run.test_loss:.4f}")
    if run.best_epoch is not None:
        words.append(f"best epoch: {run.best_epoch}")
    train = (run.evaluation or {}).get("train_accuracy")
    if train is not None:
        words.append(f"training accuracy {train:.4f}")
    if run.seconds is not None:
        words.append(f"trained in {duration(run.seconds)}")
    return " · ".join(words)


def samples_html(samples: list[dict[str, Any]]) -> str:
    """The images with what was predicted and what they are, as HTML."""
    return f'<div class="samples">{"".join(map(_figure, samples))}</div>'


def _figure(sample: dict[str, Any]) -> str:
    predicted, actual = escape(str(sample["predicted"])), escape(str(sample["actual"]))
    right = predicted == actual
    said = f"predicted <b>{predicted}</b>&nbsp;{'✓' if right else '✗'}<br>actual <b>{actual}</b>"
    source = escape(str(sample["png"]))
    return (
        f'<figure class="{"right" if right else "wrong"}">'
        f'<img src="data:image/png;base64,{source}" alt="Test image {int(sample["index"]) + 1}">'
        f"<figcaption>{said}</figcaption></figure>"
    )

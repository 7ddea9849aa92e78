"""The result of a run: test accuracy with its interval, the first test images, the errors, the link to Draw."""

import streamlit as st

from cnn_builder.figures.locale_text import number_text
from cnn_builder.figures.shares import range_text
from cnn_builder.learn.glossary import meaning
from cnn_builder.runs import Run
from cnn_builder.runs.results.best_epoch import best_words
from cnn_builder.runs.results.score_comparison import images_tested, scored
from cnn_builder.ui import server
from cnn_builder.ui.shared.confusion_view import misclassified_images
from cnn_builder.ui.shared.drawing_result import drawing_result
from cnn_builder.ui.shared.sample_images import SAMPLES_STYLE, samples_html
from cnn_builder.ui.shared.text import duration
from cnn_builder.ui.shared.warm_up import warm_up


def run_result(run: Run) -> None:
    """Show the result of a run that has ended with one."""
    if run.is_active or run.test_accuracy is None:
        if run.imported:
            st.page_link("pages/draw.py", label="Go to Draw", icon="✏️")
        return
    st.divider()
    score, images = st.columns([1, 2.2], gap="large")
    with score:
        st.metric("Test accuracy", f"{run.test_accuracy:.4f}")
        found = scored(run)
        if found is not None:
            st.markdown(
                f"95 % confidence interval **{range_text(found.interval)}**",
                help=f"From {number_text(found.images)} test images. {meaning('Confidence interval')}",
            )
        st.caption(score_words(run))
        st.page_link("pages/draw.py", label="Go to Draw", icon="✏️")
    if server.settings().standby:
        warm_up(run)  # so that the first drawing is answered at once
    samples = (run.evaluation or {}).get("samples") or []
    with images:
        if samples:
            st.markdown("First test images")
            st.html(SAMPLES_STYLE + samples_html(samples))
        drawing_result(run)
    misclassified_images(run)


def score_words(run: Run) -> str:
    """What the score is of: how many images, which epoch, and beside what loss and training accuracy."""
    count = images_tested(run)
    words = ["on the test images" if count is None else f"on {number_text(count)} test images"]
    if run.settings.validation_data == "test":
        words.append("also used for validation")
    if run.test_loss is not None:
        words.append(f"test loss {run.test_loss:.4f}")
    if run.best_epoch is not None:
        words.append(best_words(run.settings, run.best_epoch))
    train = (run.evaluation or {}).get("train_accuracy")
    if train is not None:
        words.append(f"training accuracy {train:.4f}")
    if run.seconds is not None:
        words.append(f"trained in {duration(run.seconds)}")
    return " · ".join(words)

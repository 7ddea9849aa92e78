"""A run's model in other formats: converted and checked in the background, then a table of what each is worth."""

import streamlit as st

from cnn_builder.figures.formats_table import changed_images, formats_table
from cnn_builder.figures.locale_text import number_text
from cnn_builder.runs import Run
from cnn_builder.runs.exports.background import ConversionState
from cnn_builder.runs.exports.formats import CHECKED_FORMATS, CONVERTED, available_formats, missing_words
from cnn_builder.runs.exports.kept import FormatCheck, kept_check, kept_content
from cnn_builder.runs.results.score_comparison import images_tested
from cnn_builder.ui import server
from cnn_builder.ui.shared.errors import callback, fragment
from cnn_builder.ui.shared.text import plain
from cnn_builder.ui.train.run_files import file_name

POLL = "1s"
_ICON = ":material/download:"


def model_formats(run: Run) -> None:
    """Everything about the other formats of a run that has a verified model and a data set."""
    now = server.conversions().state(run.run_id)
    checks = {form: kept_check(run, server.settings(), form) for form in CHECKED_FORMATS}
    kept = {form: check for form, check in checks.items() if check is not None}
    with st.container(border=True, key="formats"):
        st.markdown("**Other formats, checked**")
        if now.status == "running":
            fragment(_watch, run_every=POLL)(run.run_id)
            return
        if set(kept) & set(CONVERTED):
            st.html(formats_table(kept))
            _format_downloads(run, kept)
            _changed(kept)
        _problems(now)
        _convert_button(run, kept)


def _convert_button(run: Run, kept: dict[str, FormatCheck]) -> None:
    names = [CHECKED_FORMATS[form].title for form in available_formats(CONVERTED)]
    count = images_tested(run)
    if not set(kept) & set(CONVERTED):
        st.caption(
            f"{', '.join(names[:-1])} and {names[-1]}. Each file reads all "
            f"{f'{number_text(count)} ' if count else ''}test images "
            "by its own runtime before it is offered: you see its accuracy, the answers that changed, its size and its "
            "speed. This takes from half a minute to a few minutes, in the background."
        )
    begun = bool(set(kept) & set(CONVERTED))
    st.button(
        "Convert and check again" if begun else "Convert and check", key="formats-convert",
        type="tertiary" if begun else "secondary", on_click=_start, args=(run,),
    )  # fmt: skip
    for form in CONVERTED:
        if form not in available_formats():
            st.caption(plain(missing_words(form)))


@callback
def _start(run: Run) -> None:
    server.conversions().start(run, available_formats())


def _watch(run_id: str) -> None:
    """The progress, once a second; the whole page is drawn anew when it ends."""
    now = server.conversions().state(run_id)
    if now.status != "running":
        st.rerun()
    st.progress(min(now.step.place / (now.step.of + 1), 1.0), text=plain(now.step.words))


def _problems(now: ConversionState) -> None:
    if now.status == "failed":
        st.error(plain(now.reason))
    for form, reason in now.failed.items():
        st.warning(plain(f"{CHECKED_FORMATS[form].title} could not be made. {reason}"))


def _format_downloads(run: Run, kept: dict[str, FormatCheck]) -> None:
    settings = server.settings()  # captured here: what makes the files runs outside of the session
    with st.container(horizontal=True, key="format-downloads"):
        for form in kept:
            if form == "keras":
                continue  # the button "Model" has it
            about = CHECKED_FORMATS[form]

            def content(form: str = form) -> bytes:
                return kept_content(run, settings, form)

            st.download_button(
                about.title, content, file_name(run, about.ending), about.mime, key=f"take-{form}", icon=_ICON,
                on_click="ignore", help=f"For {about.use}. It expects pixel values from 0 to 1.",
            )  # fmt: skip


def _changed(kept: dict[str, FormatCheck]) -> None:
    """The images whose answer changed, of one format at a time."""
    found = [form for form, check in kept.items() if check.pictures]
    if not found:
        return
    with st.expander("Images whose answer changed"):
        form = found[0]
        if len(found) > 1:
            chosen = st.segmented_control(
                "Format", found, default=form, required=True, key="formats-changed", label_visibility="collapsed",
                format_func=lambda one: CHECKED_FORMATS[one].title,
            )  # fmt: skip
            form = chosen or form
        check = kept[form]
        shown, count = len(check.pictures), len(check.changed)
        first = f", the first {shown}" if shown < count else ""
        st.caption(
            f"{CHECKED_FORMATS[form].title}: {number_text(count)} of {number_text(check.images)} test images{first}"
        )
        st.html(changed_images(check))

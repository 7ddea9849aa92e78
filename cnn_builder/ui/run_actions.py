"""What can be done with a run: stop, resume, another learning rate, its name, notes and tags, deletion."""

from collections.abc import Callable

import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import DATASETS
from cnn_builder.runs import Event, Run
from cnn_builder.runs.events import LEARNING_RATE, RESUMED
from cnn_builder.runs.removal import delete_run
from cnn_builder.runs.words import NAME_LIMIT, NOTES_LIMIT
from cnn_builder.ui import run_state, state
from cnn_builder.ui.again import fill_form
from cnn_builder.ui.text import plain

MOST_EVENTS = 6
SMALLEST_RATE = 1e-12


def refusal(place: str = "") -> None:
    """Why the last thing of this place on the page could not be done, once."""
    if (message := run_state.refused(place)) is not None:
        st.error(plain(message))


def control(run: Run) -> None:
    """Stop and the learning rate while it is active, Resume when it ended on the way."""
    if run.is_active:
        with st.popover("Learning rate", help="Changes it from the next steps on.", disabled=run.status == "stopping"):
            _rate_field(run)
        st.button(
            "Stop",
            key="stop",
            disabled=run.status == "stopping",
            on_click=attempt,
            args=(lambda: state.store().request_stop(run.run_id),),
            help="Ends the training. The best epoch so far is kept and scored.",
        )
    if run.can_resume:
        st.button(
            "Resume",
            key="resume",
            on_click=attempt,
            args=(lambda: _resume(run.run_id),),
            help="Goes on from the last checkpoint, on the same curve.",
        )


def described(run: Run) -> None:
    """The run's tags and notes, where it has any."""
    if run.tags:
        st.markdown(" ".join(f":gray-badge[{plain(tag)}]" for tag in run.tags))
    if run.notes:
        st.markdown("  \n".join(plain(line) for line in run.notes.splitlines()))


def history(run: Run) -> None:
    """What happened on the way, newest last."""
    words = [event_words(event) for event in state.store().events(run.run_id)]
    if words:
        st.caption("  \n".join(plain(line) for line in words[-MOST_EVENTS:]))


def event_words(event: Event) -> str:
    """An event in one line."""
    match event.kind:
        case kind if kind == LEARNING_RATE:
            why = f" ({event.text})" if event.text else ""
            return f"After step {event.step:,}: learning rate {event.value:g}{why}"
        case kind if kind == RESUMED:
            return f"Resumed after step {event.step:,}" if event.step else "Resumed from the beginning"
        case _:
            return f"After step {event.step:,}: {event.text}"


def manage(run: Run) -> None:
    """Use its request again; name, tags and notes; and Delete, which asks."""
    with st.container(horizontal=True, key="run-manage"):
        st.button(
            "Use again",
            key="use-again",
            on_click=_use_again,
            args=(run,),
            disabled=run.dataset not in DATASETS,
            help="Puts this run's network and settings into the form, and its network on the Build page.",
        )
        with st.popover("Name and notes"):
            _description_fields(run)
        with st.popover("Delete", disabled=run.is_active, help="Stop it first." if run.is_active else None):
            st.write("Delete this run with its curves and its models? This cannot be undone.")
            st.button(
                "Delete the run",
                key="run-delete",
                type="primary",
                width="stretch",
                on_click=_delete,
                args=(run.run_id,),
            )


# Callbacks read the fields' values when they run: a value typed just before the click belongs to it.


def _rate_field(run: Run) -> None:
    key = f"rate-{run.run_id}"
    now = state.store().asked(run.run_id).learning_rate or run.settings.learning_rate
    st.number_input("Learning rate", SMALLEST_RATE, 10.0, now, step=0.0005, format="%.6g", key=key)

    def apply() -> None:
        state.store().request_learning_rate(run.run_id, st.session_state[key])

    st.button("Apply", key="apply-rate", on_click=attempt, args=(apply,))


def _description_fields(run: Run) -> None:
    name, tags, notes = (f"{field}-{run.run_id}" for field in ("name", "tags", "notes"))
    st.text_input("Name", run.name, key=name, max_chars=NAME_LIMIT)
    st.text_input("Tags", ", ".join(run.tags), key=tags, help="Parted by commas.")
    st.text_area("Notes", run.notes, key=notes, max_chars=NOTES_LIMIT)

    def save() -> None:
        given = st.session_state
        state.store().describe(run.run_id, given[name], given[tags].split(","), given[notes])

    st.button("Save", key="save-description", on_click=attempt, args=(save, "description"))
    refusal("description")


def attempt(action: Callable[[], object], place: str = "") -> None:
    """Do it; what the store refuses is said in this place at the next drawing. For callbacks."""
    try:
        action()
    except CnnBuilderError as error:
        run_state.refuse(str(error), place)


def _resume(run_id: str) -> None:
    state.store().request_resume(run_id)
    state.supervisor().nudge()


def _use_again(run: Run) -> None:
    fill_form(run.architecture, run.dataset, run.settings)
    run_state.say_tried("This run's network and settings are in the form now.")


def _delete(run_id: str) -> None:
    def delete() -> None:
        delete_run(state.store(), state.settings(), run_id)
        state.set_current_run_id(None)

    attempt(delete)

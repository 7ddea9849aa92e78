"""The actions on a run: stop, resume, change the learning rate, name, notes and tags, delete."""

import uuid
from collections.abc import Callable
from functools import partial

import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import describe, find_dataset
from cnn_builder.limits import MAX_NAME, MAX_NOTES
from cnn_builder.runs import Run
from cnn_builder.runs.results.best_epoch import rule_words
from cnn_builder.runs.results.event_words import history_words
from cnn_builder.runs.results.learning_rates import RateInForce, rate_changes, rate_in_force
from cnn_builder.runs.workers.further import train_further
from cnn_builder.runs.workers.removal import delete_run
from cnn_builder.ui import server, state
from cnn_builder.ui.shared.errors import callback
from cnn_builder.ui.shared.text import plain
from cnn_builder.ui.train import run_state
from cnn_builder.ui.train.drawings import drawings_to_take
from cnn_builder.ui.train.reuse import fill_form

MOST_EVENTS = 6
SMALLEST_RATE = 1e-12


def show_error(place: str = "") -> None:
    """Show why the last action in this place on the page failed, once."""
    if (message := run_state.take_error(place)) is not None:
        st.error(plain(message))


def control(run: Run) -> None:
    """Stop and the learning rate while it is active, Resume when it ended on the way."""
    if run.is_active:
        with st.popover(
            "Learning rate", help="A change takes effect after the current steps.", disabled=run.status == "stopping"
        ):
            _rate_field(run)
        st.button(
            "Stop",
            key="stop",
            disabled=run.status == "stopping",
            on_click=attempt,
            args=(lambda: server.store().request_stop(run.run_id),),
            help=f"Ends the training; the model kept so far is evaluated. {rule_words(run.settings)}",
        )
    if run.can_resume:
        st.button(
            "Resume",
            key="resume",
            on_click=attempt,
            args=(lambda: _resume(run.run_id),),
            help="Continues the training from the last checkpoint, on the same curves.",
        )


def described(run: Run) -> None:
    """The run's tags and notes, where it has any."""
    if run.tags:
        st.markdown(" ".join(f":gray-badge[{plain(tag)}]" for tag in run.tags))
    if run.notes:
        st.markdown("  \n".join(plain(line) for line in run.notes.splitlines()))


def history(run: Run) -> None:
    """The run's latest events, newest last."""
    words = history_words(server.store().events(run.run_id), MOST_EVENTS)
    if words:
        st.caption("  \n".join(plain(line) for line in words))


def manage(run: Run, *further: Callable[[Run], None]) -> None:
    """Reuse its settings; what `further` draw; name, tags and notes; and Delete, which asks for confirmation."""
    with st.container(horizontal=True, key="run-manage"):
        st.button(
            "Reuse settings",
            key="use-again",
            on_click=_use_again,
            args=(run,),
            disabled=find_dataset(run.dataset) is None,
            help="Copies this run's settings to the form and its network to the Build page.",
        )
        st.button(
            "Train further",
            key="train-further",
            on_click=attempt,
            args=(partial(_train_further, run, uuid.uuid4().hex),),
            disabled=run.is_active or find_dataset(run.dataset) is None,
            help="Starts a new run of this network with its weights and the settings of the form.",
        )
        for more in further:
            more(run)
        with st.popover("Name and notes"):
            _description_fields(run)
        with st.popover("Delete", disabled=run.is_active, help="Stop the run first." if run.is_active else None):
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
    events, asked = server.store().events(run.run_id), server.store().asked(run.run_id).learning_rate
    now = rate_in_force(run, events, asked)
    # A changed rate is another field, which begins with it; until then what is being typed stays.
    key = "-".join(["rate", run.run_id, *([str(len(rate_changes(events)))] if rate_changes(events) else [])])
    st.number_input("New learning rate", SMALLEST_RATE, 10.0, now.base, step=0.0005, format="%.6g", key=key)
    st.caption(plain(rate_words(run, now)))
    if asked is not None and run.step and asked not in [change.value for change in rate_changes(events)]:
        st.caption(plain(f"{asked:g} was requested and takes effect after the current steps."))

    def apply() -> None:
        server.store().request_learning_rate(run.run_id, st.session_state[key])

    st.button("Apply", key="apply-rate", on_click=attempt, args=(apply,))


def rate_words(run: Run, now: RateInForce) -> str:
    """The rate in force, and what becomes of the schedule and of the plateau rule when it is changed."""
    asked = run.settings
    words = [f"In force: {now.rate:.4g}."]
    if asked.schedule != "constant" or asked.warmup_epochs:
        name = f"{asked.schedule} schedule" if asked.schedule != "constant" else "warm-up"
        words = [f"In force: {now.rate:.4g}, which is {now.base:.4g} × {now.factor:.3g} by the {name}."]
        words.append(f"A new value takes the place of {now.base:.4g}; the {name} goes on and multiplies it.")
    if asked.reduce_on_plateau is not None:
        words.append(f"Reduce on plateau goes on and multiplies it by {asked.plateau_factor:g}.")
    return " ".join(words)


def _description_fields(run: Run) -> None:
    name, tags, notes = (f"{field}-{run.run_id}" for field in ("name", "tags", "notes"))
    st.text_input("Name", run.name, key=name, max_chars=MAX_NAME)
    st.text_input("Tags", ", ".join(run.tags), key=tags, help="Separated by commas.")
    st.text_area("Notes", run.notes, key=notes, max_chars=MAX_NOTES)

    def save() -> None:
        given = st.session_state
        server.store().describe(run.run_id, given[name], given[tags].split(","), given[notes])

    st.button("Save", key="save-description", on_click=attempt, args=(save, "description"))
    show_error("description")


@callback
def attempt(action: Callable[[], object], place: str = "") -> None:
    """Run the action; its error is shown in this place when the page is drawn next. For callbacks."""
    try:
        action()
    except CnnBuilderError as error:
        run_state.set_error(str(error), place)


def _resume(run_id: str) -> None:
    server.store().request_resume(run_id)
    server.supervisor().nudge()
    run_state.set_started(run_id)


def _train_further(run: Run, click: str) -> None:
    request = state.form_settings()
    info = describe(run.dataset)
    drawings = drawings_to_take(info, request)
    made = train_further(server.store(), server.settings(), run, info, request, drawings, click)
    server.supervisor().nudge()
    state.set_current_run_id(made.run_id)
    run_state.set_started(made.run_id)


@callback
def _use_again(run: Run) -> None:
    fill_form(run.architecture, run.dataset, run.settings)
    run_state.set_toast("The form now has this run's network and settings.")


@callback
def _delete(run_id: str) -> None:
    def delete() -> None:
        delete_run(server.store(), server.settings(), run_id)
        state.set_current_run_id(None)

    attempt(delete)

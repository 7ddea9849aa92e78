"""The offer to train a lesson's network, or a preset with settings of its own, as it is meant to be trained."""

from typing import Any

import streamlit as st

from cnn_builder.architecture import PRESETS, Architecture
from cnn_builder.data import describe
from cnn_builder.runs import RunSettings
from cnn_builder.runs.settings.lessons import Lesson, lesson_of, lesson_words
from cnn_builder.ui import state
from cnn_builder.ui.shared.errors import callback
from cnn_builder.ui.shared.lesson_text import lesson_button
from cnn_builder.ui.shared.text import plain
from cnn_builder.ui.train.reuse import fill_form


def recipe_offer(asked: dict[str, Any]) -> None:
    """What the network is meant to be trained with, and the button that puts it into the form where it is not there."""
    document = state.document()
    lesson = lesson_of(document.architecture.name)
    recipe = lesson or preset_recipe(document.architecture)
    if recipe is None:
        return
    title, owner = (f"Lesson {lesson.name}", "the lesson") if lesson else (recipe.name, recipe.name)
    done = follows(recipe, document.dataset, asked)
    with st.container(key="lesson", gap="small"):
        st.caption(f"{title}: {plain(describe(recipe.dataset).title)} · {plain(lesson_words(recipe))}")
        # It stays where it is when there is nothing to do: the form below does not move.
        st.button(
            f"These are {owner}'s settings" if done else f"Use {owner}'s settings",
            key="use-lesson",
            icon=":material/check:" if done else None,
            width="stretch",
            disabled=done,
            on_click=_use,
            args=(recipe,),
        )
        lesson_button(document.architecture.name, "read-lesson", "Read the lesson", width="stretch")


def preset_recipe(network: Architecture) -> Lesson | None:
    """How a preset with settings of its own is trained; None for another network, or once its layers were changed."""
    preset = PRESETS.get(network.name)
    if preset is None or not preset.training or preset.architecture.layers != network.layers:
        return None
    return Lesson(preset.name, preset.dataset, RunSettings(**preset.training))


def follows(recipe: Lesson, dataset: str, asked: dict[str, Any]) -> bool:
    """Whether this data set and these settings, by name, are the recipe's; the seed is everyone's own."""
    given = {**RunSettings().model_dump(), **asked, "seed": recipe.settings.seed}
    return dataset == recipe.dataset and given == recipe.settings.model_dump()


@callback
def _use(recipe: Lesson) -> None:
    fill_form(state.document().architecture, recipe.dataset, recipe.settings)

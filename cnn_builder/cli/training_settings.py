"""The settings of a run that a command line asks for, beside those that its SPEC brings with it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from cnn_builder.runs import RunSettings


def settings_asked(
    options: Mapping[str, Any], context: click.Context, own: Mapping[str, Any], classes: Sequence[str]
) -> "RunSettings":
    """The options with SPEC's own settings; options that were given go before these. Raises RunSettingsError.

    Args:
        options: by the names of the settings; those that are None were not given.
        classes: of the data set, for class weights.
    """
    from cnn_builder.runs import OPTIMIZERS, RunSettings
    from cnn_builder.runs.settings.class_weights import parse_weights

    asked = {name: value for name, value in options.items() if value is not None}
    names = {name.lower(): name for name in OPTIMIZERS}
    asked["optimizer"] = names.get(asked["optimizer"].lower(), asked["optimizer"])
    if "class_weight" in asked:
        asked["class_weight"] = parse_weights(asked["class_weight"], classes)
    return RunSettings(**{**asked, **not_given(own, context)})


def preset_settings(spec: str, context: click.Context) -> dict[str, Any]:
    """The settings a preset is meant to be trained with, without those given as options. Says which they are."""
    from cnn_builder.architecture import PRESETS

    preset = PRESETS.get(spec)
    own = not_given(preset.training if preset else {}, context)
    tell_own(spec, own)
    return own


def tell_own(spec: str, own: Mapping[str, Any]) -> None:
    """Say which settings SPEC brings with it, where it brings any."""
    from cnn_builder.runs.settings.words import unusual_words

    said = unusual_words(own)
    if said:
        say(f"{spec} has its own settings: {', '.join(said)}.")


def given(context: click.Context, names: Sequence[str]) -> list[str]:
    """Those of the options that stand on the command line."""
    from click.core import ParameterSource

    return [name for name in names if context.get_parameter_source(name) is ParameterSource.COMMANDLINE]


def not_given(own: Mapping[str, Any], context: click.Context) -> dict[str, Any]:
    """SPEC's own settings without those that stand on the command line."""
    taken = given(context, list(own))
    return {name: value for name, value in own.items() if name not in taken}


def say(text: str) -> None:
    """A line for people; stdout is kept for results."""
    click.echo(text, err=True)

"""The options of `train`, in groups. Those that were not given are left to the settings' own defaults."""

from collections.abc import Callable
from typing import Any

import click

EVERYDAY = "Options"


class GroupedOption(click.Option):
    """An option that stands under a heading of its own in the help."""

    def __init__(self, *names: Any, group: str = EVERYDAY, **settings: Any) -> None:
        super().__init__(*names, **settings)
        self.group = group


class GroupedCommand(click.Command):
    """A command whose help lists its options group by group, in the order in which they were declared."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if isinstance(parameter, click.Option) and record is not None:
                groups.setdefault(getattr(parameter, "group", EVERYDAY), []).append(record)
        for group, records in groups.items():
            with formatter.section(group):
                formatter.write_dl(records)


def _option(group: str, name: str, help: str, **settings: Any) -> Callable[[Any], Any]:
    return click.option(name, cls=GroupedOption, group=group, help=help, default=None, **settings)


def _number(group: str, name: str, help: str) -> Callable[[Any], Any]:
    return _option(group, name, help, type=float, metavar="NUMBER")


def _flag(group: str, name: str, help: str) -> Callable[[Any], Any]:
    return _option(group, name, help, is_flag=True)


_OPTIMIZER, _SCHEDULE, _LOSS, _STOPPING, _DATA, _PRECISION = (
    "Optimizer",
    "Schedule of the learning rate",
    "Regularization",
    "Stopping, by the validation",
    "Data",
    "Precision",
)
_OPTIONS = (
    _number(_OPTIMIZER, "--momentum", "How much of the last step is kept (SGD, RMSprop)."),
    _flag(_OPTIMIZER, "--nesterov", "Look ahead along the momentum (SGD)."),
    _number(_OPTIMIZER, "--beta-1", "Memory of the mean of the gradients (the Adams, Lion)."),
    _number(_OPTIMIZER, "--beta-2", "Memory of the mean of their squares (the Adams, Lion)."),
    _number(_OPTIMIZER, "--rho", "Memory of the squared gradients (RMSprop)."),
    _number(_OPTIMIZER, "--epsilon", "Keeps the division within bounds."),
    _flag(_OPTIMIZER, "--amsgrad", "Never let a weight's step grow again (Adam, AdamW)."),
    _number(_OPTIMIZER, "--weight-decay", "Shrink all weights at each step; AdamW's default is 0.004."),
    _number(_OPTIMIZER, "--clipnorm", "The most length of each weight's gradient."),
    _number(_OPTIMIZER, "--clipvalue", "The most any number of a gradient may be."),
    _number(_OPTIMIZER, "--global-clipnorm", "The most length of the whole gradient."),
    _option(_SCHEDULE, "--schedule", "constant (default), cosine, step or exponential.", metavar="NAME"),
    _number(_SCHEDULE, "--warmup-epochs", "Rise from 0 over so many epochs first."),
    _number(_SCHEDULE, "--final-fraction", "cosine: where it ends, as a share of the learning rate [default: 0]."),
    _number(_SCHEDULE, "--decay-epochs", "step, exponential: multiply over so many epochs [default: 1]."),
    _number(_SCHEDULE, "--decay-rate", "step, exponential: multiply by this [default: 0.5]."),
    _number(_LOSS, "--l2", "Penalty on all squared kernel weights."),
    _number(_LOSS, "--label-smoothing", "Share of each label spread over all classes."),
    _option(_LOSS, "--class-weight", "balanced, or CLASS=NUMBER,… (others 1).", metavar="WEIGHTS"),
    _option(
        _STOPPING, "--early-stopping", "End after so many epochs without a better one.", type=int, metavar="PATIENCE"
    ),
    _option(
        _STOPPING,
        "--reduce-on-plateau",
        "Lower the learning rate after so many epochs without a better one.",
        type=int,
        metavar="PATIENCE",
    ),
    _number(_STOPPING, "--plateau-factor", "What it is then multiplied by [default: 0.1]."),
    _number(_STOPPING, "--min-delta", "How much better counts [default: 0]."),
    _option(_STOPPING, "--monitor", "val_loss (default) or val_accuracy.", metavar="NAME"),
    _option(_DATA, "--shuffle/--no-shuffle", "A new order in each epoch [default: shuffle].", is_flag=True),
    _flag(_PRECISION, "--deterministic", "The same bits each time, where that costs speed too."),
    _option(_PRECISION, "--precision", "float32 (default) or mixed_bfloat16; scores are float32's.", metavar="NAME"),
)


def recipe_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Decorates a command with every option of how to train beyond the everyday ones."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command

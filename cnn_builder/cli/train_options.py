"""The options of `train`, in groups. Those that were not given are left to the settings' own defaults."""

from collections.abc import Callable
from typing import Any

import click

EVERYDAY = "Options"
DATASET_HELP = "mnist, mnist_sample, fashion_mnist, cifar10, digits or one of your own."


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
    "Learning rate schedule",
    "Regularization",
    "Early stopping and plateau, by the validation metrics",
    "Data",
    "Precision",
)
_OPTIONS = (
    _number(_OPTIMIZER, "--momentum", "Fraction of the previous update added to the next (SGD, RMSprop)."),
    _flag(_OPTIMIZER, "--nesterov", "Use Nesterov momentum (SGD)."),
    _number(_OPTIMIZER, "--beta-1", "Decay rate of the mean gradient (Adam and its variants, Lion)."),
    _number(_OPTIMIZER, "--beta-2", "Decay rate of the mean squared gradient (Adam and its variants, Lion)."),
    _number(_OPTIMIZER, "--rho", "Decay rate of the mean squared gradient (RMSprop)."),
    _number(_OPTIMIZER, "--epsilon", "Small constant that avoids division by zero."),
    _flag(_OPTIMIZER, "--amsgrad", "Use the AMSGrad variant (Adam, AdamW)."),
    _number(_OPTIMIZER, "--weight-decay", "Shrink the weights at each step; AdamW's default is 0.004."),
    _number(_OPTIMIZER, "--clipnorm", "Maximum norm of the gradient of each weight tensor."),
    _number(_OPTIMIZER, "--clipvalue", "Maximum absolute value of any gradient element."),
    _number(_OPTIMIZER, "--global-clipnorm", "Maximum norm of all gradients together."),
    _option(_SCHEDULE, "--schedule", "constant (default), cosine, step or exponential.", metavar="NAME"),
    _number(_SCHEDULE, "--warmup-epochs", "Increase the learning rate from 0 over the first N epochs."),
    _number(
        _SCHEDULE, "--final-fraction", "cosine: final learning rate as a fraction of the initial one [default: 0]."
    ),
    _number(_SCHEDULE, "--decay-epochs", "step, exponential: epochs per multiplication [default: 1]."),
    _number(_SCHEDULE, "--decay-rate", "step, exponential: factor to multiply by [default: 0.5]."),
    _number(_LOSS, "--l2", "L2 penalty on all kernel weights."),
    _number(_LOSS, "--label-smoothing", "Fraction of each label spread over all classes."),
    _option(_LOSS, "--class-weight", "balanced, or CLASS=NUMBER,… (1 for all others).", metavar="WEIGHTS"),
    _option(
        _STOPPING,
        "--early-stopping",
        "End the training after N epochs without improvement.",
        type=int,
        metavar="PATIENCE",
    ),
    _option(
        _STOPPING,
        "--reduce-on-plateau",
        "Reduce the learning rate after N epochs without improvement.",
        type=int,
        metavar="PATIENCE",
    ),
    _number(_STOPPING, "--plateau-factor", "Factor by which the learning rate is then multiplied [default: 0.1]."),
    _number(_STOPPING, "--min-delta", "Smallest change that counts as an improvement [default: 0]."),
    _option(_STOPPING, "--monitor", "Metric to monitor: val_loss (default) or val_accuracy.", metavar="NAME"),
    _option(
        _DATA,
        "--shuffle/--no-shuffle",
        "Shuffle the training images before each epoch [default: shuffle].",
        is_flag=True,
    ),
    _flag(_DATA, "--own-drawings", "Train on the drawings saved with their labels, too; one in four only tests."),
    _flag(_PRECISION, "--deterministic", "Use deterministic operations, so that runs repeat exactly; may be slower."),
    _option(_PRECISION, "--precision", "float32 (default) or mixed_bfloat16; metrics stay float32.", metavar="NAME"),
)


_NAMES = "Adam, SGD, RMSprop, AdamW, Lion, Adagrad, Nadam or Adamax."
_EVERYDAY = (
    click.option("--epochs", type=int, default=5, show_default=True),
    click.option("--batch-size", type=int, default=32, show_default=True),
    click.option("--learning-rate", type=float, default=0.001, show_default=True),
    click.option("--optimizer", default="Adam", show_default=True, metavar="NAME", help=_NAMES),
    click.option(
        "--validation-split",
        type=float,
        default=0.1,
        show_default=True,
        help="Fraction of the training images held out for validation.",
    ),
    click.option("--validation-data", type=click.Choice(["split", "test"]), default="split", show_default=True),
    click.option("--train-limit", type=int, help="Use only the first N training images."),
    click.option("--test-limit", type=int, help="Use only the first N test images."),
    click.option("--seed", type=int, default=0, show_default=True),
)


def everyday_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Decorates a command with the options that most runs set."""
    for option in reversed(_EVERYDAY):
        command = option(command)
    return command


def recipe_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Decorates a command with every option of how to train beyond the everyday ones."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command

"""`train`: makes a run in the store the pages read, and waits for it."""

from typing import TYPE_CHECKING, Any

import click

from cnn_builder.cli.errors import one_line
from cnn_builder.cli.train_options import GroupedCommand, recipe_options

if TYPE_CHECKING:
    from cnn_builder.architecture import Architecture
    from cnn_builder.data import DatasetInfo
    from cnn_builder.runs import RunSettings
    from cnn_builder.settings import Settings

ENOUGH_FOR_EVERY_CLASS = 1_000
"""The first this many training images of each known data set hold every class, so their labels need no look."""

NAMES = "Adam, SGD, RMSprop, AdamW, Lion, Adagrad, Nadam or Adamax."


@click.command(cls=GroupedCommand)
@click.argument("spec")
@click.option("--dataset", required=True, metavar="NAME", help="mnist, fashion_mnist, cifar10 or digits.")
@click.option("--epochs", type=int, default=5, show_default=True)
@click.option("--batch-size", type=int, default=32, show_default=True)
@click.option("--learning-rate", type=float, default=0.001, show_default=True)
@click.option("--optimizer", default="Adam", show_default=True, metavar="NAME", help=NAMES)
@click.option("--validation-split", type=float, default=0.1, show_default=True, help="Share of the training images.")
@click.option("--validation-data", type=click.Choice(["split", "test"]), default="split", show_default=True)
@click.option("--train-limit", type=int, help="Use the first so many training images.")
@click.option("--test-limit", type=int, help="Use the first so many test images.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Only JSON on stdout: a line per epoch, then the result.")
@recipe_options
def train(spec: str, dataset: str, as_json: bool, **options: Any) -> None:
    """Train SPEC on a data set and wait for it. Ctrl-C stops it cleanly, keeping the best model."""
    from cnn_builder.cli.spec import read_spec
    from cnn_builder.cli.waiting import Waiting, ctrl_c, wait_for
    from cnn_builder.data import describe
    from cnn_builder.runs import OPTIMIZERS, LocalLauncher, RunSettings, Store, Supervisor
    from cnn_builder.runs.class_weights import parse_weights
    from cnn_builder.settings import Settings

    settings = Settings.from_env()
    architecture = read_spec(spec)
    info = describe(dataset)
    names = {name.lower(): name for name in OPTIMIZERS}
    options["optimizer"] = names.get(options["optimizer"].lower(), options["optimizer"])
    if options["class_weight"] is not None:
        options["class_weight"] = parse_weights(options["class_weight"], info.classes)
    request = RunSettings(**{name: value for name, value in options.items() if value is not None})
    check(architecture, info, request, settings)
    if request.validation_data == "test":
        say("Validating on the test images: the test score is then not independent of the choices made by it.")
    with Store.open(settings) as store, ctrl_c() as interrupted:
        run = store.create_run(architecture, dataset, request)
        supervisor = Supervisor(store, LocalLauncher(settings), settings.max_active_runs)
        ended = wait_for(run.run_id, Waiting(store, supervisor, interrupted), as_json)
    if ended.status not in ("finished", "stopped"):
        raise click.ClickException(f"Run {ended.run_id} {ended.status}: {ended.reason or 'no reason was given'}.")


def check(architecture: "Architecture", info: "DatasetInfo", request: "RunSettings", settings: "Settings") -> None:
    """Say what is odd about a request on stderr, and raise ClickException for what would stop it.

    Loads the data set only where it must: to fetch what is not on this machine, or when so few images train that
    a class could be missing.
    """
    from cnn_builder.data import is_local, load
    from cnn_builder.runs.checks import check_request
    from cnn_builder.runs.image_counts import images_of

    labels = None
    kept, _ = images_of(info, request)
    problems = check_request(architecture, info, request, settings.memory_limit)
    if not any(problem.blocks for problem in problems):
        if not is_local(info.name, settings.data):
            say(f"Downloading {info.title} …")
            labels = load(info.name, settings.data).y_train
        elif kept < ENOUGH_FOR_EVERY_CLASS:
            labels = load(info.name, settings.data).y_train
        if labels is not None:
            problems = check_request(architecture, info, request, settings.memory_limit, labels)
    blocking = [problem for problem in problems if problem.blocks]
    if blocking:
        raise click.ClickException(" ".join(with_fix(problem) for problem in blocking))
    for problem in problems:
        say(f"Warning: {with_fix(problem)}")


def with_fix(problem: Any) -> str:
    """A problem's message and, where there is one, the change that mends it."""
    fix = problem.fix or problem.settings_fix
    message = one_line(problem.message)
    return f"{message} Fix: {fix.title}." if fix else message


def say(text: str) -> None:
    """A line for people; stdout is kept for results."""
    click.echo(text, err=True)

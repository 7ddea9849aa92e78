"""`train`: creates a run in the store that the pages use, and waits for it."""

from typing import TYPE_CHECKING, Any

import click

from cnn_builder.cli.errors import one_line
from cnn_builder.cli.train_options import GroupedCommand, everyday_options, recipe_options
from cnn_builder.cli.training_settings import preset_settings, say, settings_asked

if TYPE_CHECKING:
    from cnn_builder.architecture import Architecture
    from cnn_builder.data import DatasetInfo
    from cnn_builder.data.sets.drawing_set import DrawingSet
    from cnn_builder.runs import RunSettings
    from cnn_builder.settings import Settings

SOON_LOADED = 10_000
"""A data set of fewer training images is loaded at once: a damaged file is found before a run is made."""
ENOUGH_FOR_EVERY_CLASS = 1_000
"""The first this many training images of each known data set hold every class, so their labels need no look."""


@click.command(cls=GroupedCommand)
@click.argument("spec")
@click.option(
    "--dataset", required=True, metavar="NAME", help="mnist, mnist_sample, fashion_mnist, cifar10, digits or your own."
)
@everyday_options
@click.option("--weights-of", metavar="RUN_ID", help="Begin with the best weights of this run of the same network.")
@click.option(
    "--seeds", type=click.IntRange(1, 50), default=1, show_default=True,
    help="Train with so many seeds, from --seed on, and tell their mean score with its interval.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print only JSON on stdout: one line per epoch, then the result.")
@recipe_options
@click.pass_context
def train(
    context: click.Context, spec: str, dataset: str, weights_of: str | None, seeds: int, as_json: bool, **options: Any
) -> None:
    """Train SPEC on a data set and wait until the run ends. Ctrl-C stops it and keeps the best model.

    A preset that has settings of its own (First-reader) is trained with those; options that are given go before them.
    """
    from cnn_builder.cli.spec import read_spec
    from cnn_builder.cli.waiting import Waiting, check_ended, ctrl_c, say_share, wait_for, wait_for_seeds
    from cnn_builder.data import describe
    from cnn_builder.runs import Quota, Store, Supervisor
    from cnn_builder.runs.workers.choice import launcher_for
    from cnn_builder.runs.workers.further import train_further
    from cnn_builder.settings import Settings

    if seeds > 1 and weights_of is not None:
        raise click.UsageError("--seeds makes fresh weights for each seed: leave out --weights-of.")
    settings = Settings.from_env()
    architecture = read_spec(spec)
    info = describe(dataset, settings)
    request = settings_asked(options, context, preset_settings(spec, context), info.classes)
    drawings = own_drawings(info, request, settings)
    check(architecture, info, request, settings)
    if request.validation_data == "test":
        say("The test images are also used for validation, so the test accuracy is not an independent measurement.")
    with Store.open_own(settings) as store, ctrl_c() as interrupted:
        say_share(store, seeds)
        if weights_of is None:
            run = store.create_run(architecture, info.name, request, drawings=drawings)
        else:
            before = store.get(weights_of)
            if (before.architecture.input_shape, before.architecture.layers) != (
                architecture.input_shape, architecture.layers,
            ):  # fmt: skip
                raise click.ClickException(
                    f"{spec} is not the network of run {before.run_id}: expected the same layers."
                )
            run = train_further(store, settings, before, info, request, drawings)
        supervisor = Supervisor(store, launcher_for(settings), settings.max_active_runs, quota=Quota.of(settings))
        waiting = Waiting(store, supervisor, interrupted)
        if seeds == 1:
            ended = [wait_for(run.run_id, waiting, as_json)]
        else:
            others = [request.model_copy(update={"seed": request.seed + place}) for place in range(1, seeds)]
            runs = [run, *(store.create_run(architecture, info.name, one, drawings=drawings) for one in others)]
            ended = wait_for_seeds(runs, waiting, as_json)
    check_ended(ended)


def own_drawings(info: "DatasetInfo", request: "RunSettings", settings: "Settings") -> "DrawingSet | None":
    """The drawings that the request asks for, as they are now. Raises DatasetError where they are too few."""
    if not request.own_drawings:
        return None
    from cnn_builder.data.sets.drawing_set import drawings_for_run
    from cnn_builder.data.sets.user_drawings import OwnDrawings

    found = drawings_for_run(OwnDrawings.of(settings, info))
    say(f"{len(found.y_train):,} of your drawings are added to the training images; {len(found.y_test):,} only test.")
    return found


def check(architecture: "Architecture", info: "DatasetInfo", request: "RunSettings", settings: "Settings") -> None:
    """Print warnings about a request on stderr, and raise ClickException for what prevents it.

    Loads the data set only where it must: to fetch what is not on this machine, when so few images train that a class
    could be missing, or when that is soon done.
    """
    from cnn_builder.data import is_local, load_dataset
    from cnn_builder.runs.image_counts import images_of
    from cnn_builder.runs.settings.checks import check_request

    labels = None
    kept, _ = images_of(info, request)
    problems = check_request(architecture, info, request, settings.memory_limit)
    if not any(problem.blocks for problem in problems):
        small = info.train_size < SOON_LOADED
        if not small and not is_local(info.name, settings):
            say(f"Downloading {info.title} …")
            labels = load_dataset(info.name, settings).y_train
        elif small or kept < ENOUGH_FOR_EVERY_CLASS:
            labels = load_dataset(info.name, settings).y_train
        if labels is not None:
            problems = check_request(architecture, info, request, settings.memory_limit, labels)
    blocking = [problem for problem in problems if problem.blocks]
    if blocking:
        raise click.ClickException(" ".join(with_fix(problem) for problem in blocking))
    for problem in problems:
        say(f"Warning: {with_fix(problem)}")


def with_fix(problem: Any) -> str:
    """A problem's message and, where there is one, the change that solves it."""
    fix = problem.fix or problem.settings_fix
    message = one_line(problem.message)
    return f"{message} Fix: {fix.title}." if fix else message

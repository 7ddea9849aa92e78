"""`forecast`: seconds per epoch and memory, before anything is trained."""

import json
import time
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from cnn_builder.runs.forecast import Calibration
    from cnn_builder.runs.forecast.calibration import Calibrator

POLL = 0.2
SAID = {
    "measuring": "Measuring the speed of this machine; needed once, takes about 15 seconds …",
    "waiting": "A run is training; this machine will be measured when it has ended. Press Ctrl-C to cancel.",
}


@click.command()
@click.argument("spec")
@click.option(
    "--dataset",
    required=True,
    metavar="NAME",
    help="mnist, mnist_sample, fashion_mnist, cifar10, digits or one of your own.",
)
@click.option("--batch-size", type=int, default=32, show_default=True)
@click.option("--train-limit", type=int, help="Use only the first N training images.")
@click.option(
    "--validation-split",
    type=float,
    default=0.1,
    show_default=True,
    help="Fraction of the training images held out for validation.",
)
@click.option("--precision", default="float32", show_default=True, help="float32 or mixed_bfloat16.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def forecast(spec: str, dataset: str, as_json: bool, **options: Any) -> None:
    """Estimate how long an epoch of SPEC takes on this machine, with Adam, and the memory it needs."""
    from cnn_builder.architecture import trace
    from cnn_builder.architecture.memory import inference_bytes, training_bytes
    from cnn_builder.cli.spec import read_spec
    from cnn_builder.data import describe
    from cnn_builder.runs import RunSettings
    from cnn_builder.runs.forecast import ADAM_SLOTS
    from cnn_builder.runs.forecast import forecast as expect
    from cnn_builder.runs.image_counts import images_of

    architecture = read_spec(spec)
    info = describe(dataset)
    settings = RunSettings(**options)
    walked = trace(architecture)
    if walked.error is not None:
        raise click.ClickException(walked.error.message)
    images, validated = images_of(info, settings)
    calibration = _calibration()
    if calibration.busy:
        click.echo("This machine was busy when it was measured, so the forecast may be too long.", err=True)
    expected = expect(calibration, architecture, images, validated, settings.batch_size, settings.precision)
    result = {
        "spec": spec,
        "dataset": dataset,
        "batch_size": settings.batch_size,
        "precision": settings.precision,
        "train_images": images,
        "validation_images": validated,
        "steps_per_epoch": expected.steps,
        "seconds_per_epoch": round(expected.seconds, 3),
        "training_bytes": training_bytes(walked, settings.batch_size, ADAM_SLOTS),
        "inference_bytes": inference_bytes(walked),
        "device": calibration.device,
    }
    click.echo(json.dumps(result) if as_json else _text(result))


def _calibration() -> "Calibration":
    """This machine's, measured first where it has to be. Raises ClickException."""
    from cnn_builder.runs import Store
    from cnn_builder.runs.forecast.calibration import Calibrator
    from cnn_builder.settings import Settings

    settings = Settings.from_env()
    with Store.open_own(settings) as store:
        calibrator = Calibrator(settings, lambda: bool(store.active()), last_device=store.last_device)
        try:
            return wait_for(calibrator)
        finally:
            calibrator.close()


def wait_for(calibrator: "Calibrator") -> "Calibration":
    """Wait until the calibration is there, saying on stderr what is waited for. Raises ClickException."""
    said = ""
    while True:
        standing = calibrator.poll()
        if standing.calibration is not None:
            return standing.calibration
        if standing.status == "failed":
            raise click.ClickException(f"No forecast is possible: {standing.reason}.")
        if standing.status != said:
            said = standing.status
            click.echo(SAID[said], err=True)
        time.sleep(POLL)


def _text(result: dict[str, Any]) -> str:
    from cnn_builder.architecture.memory import bytes_text
    from cnn_builder.figures.quantities import seconds_text

    measured = f", measured on {result['device']}" if result["device"] else ""
    return (
        f"About {seconds_text(result['seconds_per_epoch'])} per epoch on this machine (estimate{measured}): "
        f"{result['train_images']:,} images in {result['steps_per_epoch']:,} steps of {result['batch_size']}, "
        f"then {result['validation_images']:,} images for validation.\n"
        f"Memory for training about {bytes_text(result['training_bytes'])}, for predicting one image "
        f"{bytes_text(result['inference_bytes'])}, without TensorFlow and the data set."
    )

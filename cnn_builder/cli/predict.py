"""`predict`: what a run's best model reads in image files."""

import json
from typing import TYPE_CHECKING, Any

import click

from cnn_builder.cli.errors import tell

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from cnn_builder.data import DatasetInfo

    Read = Callable[[np.ndarray], list[float]]


@click.command()
@click.argument("run_id")
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line per image.")
def predict(run_id: str, images: tuple[str, ...], as_json: bool) -> None:
    """Read each IMAGE with the best model of the run RUN_ID (a unique beginning of it will do)."""
    from cnn_builder.data import ImageError, describe
    from cnn_builder.runs import ServiceClient, Store
    from cnn_builder.settings import Settings

    settings = Settings.from_env()
    with Store.open(settings) as store:
        run = store.get(run_id)
    info = describe(run.dataset)
    service = ServiceClient(settings)
    failed = False
    try:
        for file in images:
            try:
                answer = read_file(file, info, lambda image: service.predict(run.run_id, image))
            except ImageError as error:
                tell(ImageError(f"{file}: {error}"))
                failed = True
                continue
            click.echo(json.dumps(answer, allow_nan=False) if as_json else as_text(answer))
    finally:
        service.close()
    if failed:
        raise click.exceptions.Exit(1)


def read_file(file: str, info: "DatasetInfo", read: "Read") -> dict[str, Any]:
    """The stable JSON object for one image file; a refused image has a null label and the reason in `warnings`.

    `read` gives the probabilities, one a class in the data set's order. Raises ImageError for an unreadable file.
    """
    from cnn_builder.data.images import read_image
    from cnn_builder.data.prepare import prepare

    prepared = prepare(read_image(file), info)
    warnings = [*([prepared.refused] if prepared.refused else []), *prepared.warnings]
    if prepared.image is None:
        return {"file": file, "label": None, "probability": None, "probabilities": None, "warnings": warnings}
    probabilities = [float(value) for value in read(prepared.image)]
    best = max(range(len(probabilities)), key=probabilities.__getitem__)
    return {
        "file": file,
        "label": info.classes[best],
        "probability": probabilities[best],
        "probabilities": probabilities,
        "warnings": warnings,
    }


def as_text(answer: dict[str, Any]) -> str:
    notes = " ".join(answer["warnings"])
    if answer["label"] is None:
        return f"{answer['file']}: not read. {notes}"
    return f"{answer['file']}: {answer['label']} ({answer['probability']:.1%}) {notes}".rstrip()

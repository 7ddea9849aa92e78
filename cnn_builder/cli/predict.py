"""`predict`: classify image files with a run's best model."""

import json
from typing import TYPE_CHECKING, Any

import click

from cnn_builder.cli.errors import tell_error

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from cnn_builder.data import DatasetInfo

    Read = Callable[[np.ndarray], list[float]]


@click.command()
@click.argument("run_id")
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per image, one per line.")
def predict(run_id: str, images: tuple[str, ...], as_json: bool) -> None:
    """Classify each IMAGE with the best model of a run. RUN_ID can be a unique prefix of its id."""
    from cnn_builder.data import ImageError
    from cnn_builder.runs import ServiceClient, Store
    from cnn_builder.runs.image_kind import image_kind
    from cnn_builder.settings import Settings

    settings = Settings.from_env()
    with Store.open_own(settings) as store:
        run = store.get(run_id)
    info = image_kind(run)
    service = ServiceClient(settings)
    failed = False
    try:
        for file in images:
            try:
                answer = read_file(file, info, lambda image: service.predict(run.run_id, image))
            except ImageError as error:
                tell_error(ImageError(f"{file}: {error}"))
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
    from cnn_builder.data.drawings.images import read_image
    from cnn_builder.data.drawings.prepare import prepare

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
    from cnn_builder.figures.percentages import confidence

    notes = " ".join(answer["warnings"])
    if answer["label"] is None:
        return f"{answer['file']}: not classified. {notes}"
    return f"{answer['file']}: {answer['label']} ({confidence(answer['probability'], space='')}) {notes}".rstrip()

"""What tells one data set's content from another's: a few hexadecimal digits of all its images and labels."""

import json

from cnn_builder.data.sets.datasets import describe, is_local, load_dataset
from cnn_builder.data.sets.own.names import split_reference
from cnn_builder.data.sets.own.version import content_fingerprint
from cnn_builder.settings import Settings


def dataset_fingerprint(name: str, settings: Settings) -> str | None:
    """The fingerprint of a data set as it is here, 16 hexadecimal digits; None where it would have to be downloaded.

    That of an own data set is in its name; that of a known one is computed in the same way, from its content.
    Raises DatasetError.
    """
    _, known = split_reference(name)
    if known is not None:
        return known
    if not is_local(name, settings):
        return None
    info, found = describe(name, settings), load_dataset(name, settings)
    words = json.dumps([list(info.classes), info.preparation, info.light_background])
    return content_fingerprint(words, (found.x_train, found.y_train), (found.x_test, found.y_test))

"""The data sets to choose from: those of the app and one's own, and the current one even where it is gone."""

from cnn_builder.data import dataset_names, describe, find_dataset
from cnn_builder.data.sets.own.names import missing_title, split_reference
from cnn_builder.ui import server


def dataset_choices(current: str) -> list[str]:
    """Names for a field that shows `current`, which may name an older version of one's own."""
    names = dataset_names(server.settings())
    if current in names:
        return names
    own, _ = split_reference(current)
    if own in names and describe(own, server.settings()).name == current:  # the current version, named in full
        return [current if name == own else name for name in names]
    return [*names, current]


def choice_title(name: str) -> str:
    """A data set in such a field."""
    info = find_dataset(name, server.settings())
    return f"{missing_title(name).removesuffix(' (deleted)')} (deleted)" if info is None else info.title

"""Gathered images made into a data set, or added to one."""

import numpy as np

from cnn_builder.data.errors import DatasetError
from cnn_builder.data.imports.collect import Form, collect
from cnn_builder.data.imports.importing import ImportOptions, new_version
from cnn_builder.data.sets.info import DatasetInfo
from cnn_builder.data.sets.own.edits import add_images
from cnn_builder.data.sets.own.gathering import Gathering
from cnn_builder.data.sets.own.library import OwnDatasets
from cnn_builder.data.sets.own.version import Version
from cnn_builder.limits import ImportLimits


def make_dataset(gathering: Gathering, own: OwnDatasets, options: ImportOptions, limits: ImportLimits) -> DatasetInfo:
    """A new data set of the gathered images, which are forgotten then. Raises DatasetError; they are kept then."""
    own.check_new(gathering.name)
    version, images = new_version(gathering.source(), options, limits)
    info = own.save(gathering.name, version, images, new=True)
    gathering.clear()
    return info


def add_to_dataset(gathering: Gathering, own: OwnDatasets, limits: ImportLimits) -> DatasetInfo:
    """A version with the gathered images, in the form of the data set's own; they are forgotten then.

    Raises DatasetError; they are kept then.
    """
    version, source = own.version(gathering.name), gathering.source()
    collected = collect(source, form_of(version), limits)
    if not len(collected.labels):
        raise DatasetError(f"None of the images could be used: {collected.skipped[0].reason}.")
    names = [source.labels[place] for place in collected.labels]
    edited = add_images(version, own.images(gathering.name), np.asarray(collected.images), names)
    info = own.save(gathering.name, *edited)
    gathering.clear()
    return info


def form_of(version: Version) -> Form:
    """What images have to become to be added to a version."""
    if version.preparation == "mnist":
        return Form(drawn=True)
    return Form(version.input_shape[0], version.input_shape[2] == 3, version.preparation)

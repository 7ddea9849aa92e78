"""Training images that stay on the disk: their batches are read ahead of the training, by a thread of `tf.data`.

The operating system keeps what it read in memory that nobody needs: that is the cache, and it gives way by itself.
"""

from math import prod

import numpy as np

from cnn_builder.data.sets.on_disk import taken
from cnn_builder.engine.backend import tf

MOST_AHEAD = 8
AHEAD_BYTES = 32_000_000
"""Batches that are read ahead have at most about so many bytes; two are always."""
READERS = 2


class Stream:
    """The training images' batches in a given order.

    Args:
        images: uint8 (n, height, width, channels), on the disk.
        added: further images, in memory, whose places follow: the user's own drawings.
    """

    def __init__(self, images: np.ndarray, added: np.ndarray | None = None) -> None:
        self._images = images
        self._added = added
        self._shape = images.shape[1:]

    @property
    def spec(self) -> "tf.data.IteratorSpec":
        """What `batches` gives: places (batch,) int32, and their images (batch, height, width, channels) uint8."""
        places, pixels = tf.TensorSpec([None], tf.int32), tf.TensorSpec([None, *self._shape], tf.uint8)
        return tf.data.IteratorSpec((places, pixels))

    def batches(self, order: np.ndarray, batch_size: int) -> "tf.data.Iterator":
        """The batches of an order of places, int32 (n,); the last one may be smaller."""
        ahead = max(2, min(MOST_AHEAD, AHEAD_BYTES // (batch_size * prod(self._shape))))
        places = tf.data.Dataset.from_tensor_slices(order).batch(batch_size)
        return iter(places.map(self._read, num_parallel_calls=READERS, deterministic=True).prefetch(ahead))

    def _read(self, places: "tf.Tensor") -> tuple["tf.Tensor", "tf.Tensor"]:
        pixels = tf.numpy_function(self.taken, [places], tf.uint8, stateful=False)
        pixels.set_shape([None, *self._shape])
        return places, pixels

    def taken(self, places: np.ndarray) -> np.ndarray:
        """The images at these places, in memory."""
        count = len(self._images)
        if self._added is None or not len(places) or places.max() < count:
            return taken(self._images, places)
        drawn = places >= count
        pixels = np.empty((len(places), *self._shape), np.uint8)
        pixels[~drawn] = taken(self._images, places[~drawn])
        pixels[drawn] = self._added[places[drawn] - count]
        return pixels

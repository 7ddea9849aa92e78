"""A drawing or a photo, made to look like the images the model was trained on, or refused."""

import numpy as np

from cnn_builder.data.drawings import prepared
from cnn_builder.data.drawings.fit import CROP, PAD
from cnn_builder.data.drawings.prepared import Ink, Prepared, Refused
from cnn_builder.data.sets.info import DatasetInfo


def prepare(image: np.ndarray, info: DatasetInfo, ink_is: Ink | None = None) -> Prepared:
    """Make a picture look like the data set's own images.

    `image` is uint8, (height, width) or (height, width, 1, 3 or 4). `ink_is` says "bright" (a canvas) or "dark"
    (paper) where that is known; otherwise the border shows the background. What is blank, one dot, or covered all
    over is refused; what is off-centre, tiny, or of very thin or thick strokes is read, with a warning.
    Raises ValueError for an array of another kind.
    """
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] not in (1, 3, 4)):
        raise ValueError(
            f"expected uint8 (height, width) or (height, width, 1, 3 or 4), received {image.dtype} {image.shape}"
        )
    if not image.size:
        return Prepared(None, prepared.BLANK)
    # Imported here: SciPy takes long to import, and training never needs it.
    from cnn_builder.data.drawings import figure, objects

    try:
        if info.preparation == "fashion":
            return objects.fashion(image, ink_is)
        if info.preparation == "photo":
            return objects.photo(image, info.input_shape)
        if info.preparation in (CROP, PAD):
            return objects.photo(image, info.input_shape, info.preparation, info.light_background, ink_is)
        return figure.figure(image, info.preparation, ink_is, info.is_digits)
    except Refused as refused:
        return Prepared(None, str(refused))

"""A picture uploaded to the server: one of many pixels is read in a process of its own, and comes back smaller.

A few kilobytes may unpack to 150 MB of pixels. `python -m cnn_builder.data.drawings.uploads` takes the file on stdin
and gives an array in NumPy's format, or the error as text after an "E".
"""

import io
import subprocess
import sys
import warnings
from collections.abc import Sequence

import numpy as np
from PIL import Image

from cnn_builder.data.drawings.images import FORMATS, read_image
from cnn_builder.data.errors import ImageError
from cnn_builder.limits import (
    IMPORT_MEMORY_BYTES,
    IMPORT_SECONDS,
    MAX_HERE_PIXELS,
    MAX_PICTURE_BYTES,
    MAX_UPLOADED_SIDE,
)
from cnn_builder.own_process import limit_process, one_thread, package_env

COMMAND = (sys.executable, "-m", "cnn_builder.data.drawings.uploads")
_AGAIN = "Save it smaller, as PNG or JPEG."


def read_upload(content: bytes, command: Sequence[str] = COMMAND) -> np.ndarray:
    """As `read_image`; a picture of more than MAX_HERE_PIXELS has at most MAX_UPLOADED_SIDE pixels a side.

    Raises ImageError.
    """
    if not _is_large(content):
        return read_image(content)
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, env=one_thread(package_env()), timeout=IMPORT_SECONDS,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise ImageError(f"Reading the picture took longer than {IMPORT_SECONDS} s. {_AGAIN}") from None
    except OSError as error:
        raise ImageError(f"The picture cannot be read: no process can be started: {error.strerror}.") from None
    if done.stdout.startswith(b"E"):
        raise ImageError(done.stdout[1:].decode("utf-8", "replace"))
    try:
        image: np.ndarray = np.load(io.BytesIO(done.stdout), allow_pickle=False)
    except (ValueError, EOFError, OSError):
        raise ImageError(f"The picture is damaged, or needs too much memory. {_AGAIN}") from None
    return image


def _is_large(content: bytes) -> bool:
    """By its header; what has none is told by `read_image`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                return image.width * image.height > MAX_HERE_PIXELS
    except Exception:  # a decoder may raise anything over a damaged file
        return False


def main() -> int:
    """Read the picture on stdin, within the limits."""
    limit_process(IMPORT_MEMORY_BYTES, IMPORT_SECONDS)
    out = io.BytesIO()
    try:
        image = Image.fromarray(read_image(sys.stdin.buffer.read(MAX_PICTURE_BYTES + 1)))
        image.thumbnail((MAX_UPLOADED_SIDE, MAX_UPLOADED_SIDE))
        np.save(out, np.asarray(image), allow_pickle=False)
    except ImageError as error:
        out = io.BytesIO(b"E" + str(error).encode())
    sys.stdout.buffer.write(out.getvalue())
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""How many near duplicates are found among images with known ones, and how many images are called so that are none.

Of each set 2,000 images are searched, and with them 120 changed copies: compressed again as JPEG of quality 50, lighter
with less contrast, with noise, shifted by a pixel, and enlarged threefold and back. Run it with
`python -m benchmarks.near_duplicates`.
"""

import io
from collections import Counter

import numpy as np
from PIL import Image

from cnn_builder.data import is_local, load_dataset
from cnn_builder.data.imports.duplicates import duplicates
from cnn_builder.data.sets.own.version import Images

SEARCHED, COPIES = 2000, 120


def compressed(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    content = io.BytesIO()
    Image.fromarray(image).save(content, "JPEG", quality=50)
    return np.asarray(Image.open(content))


def lighter(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return np.rint(image * 0.8 + 30).astype(np.uint8)


def noisy(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return np.clip(image + random.normal(0, 6, image.shape), 0, 255).astype(np.uint8)


def shifted(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return np.roll(image, 1, axis=1)


def resized(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    size = (image.shape[1], image.shape[0])
    return np.asarray(Image.fromarray(image).resize((3 * size[0], 3 * size[1])).resize(size))


CHANGES = (compressed, lighter, noisy, shifted, resized)


def main() -> None:
    for name in ("mnist_sample", "fashion_mnist", "cifar10"):
        if not is_local(name):
            print(f"{name}: left out, as it is not on this machine")
            continue
        pictures = load_dataset(name).x_train[:SEARCHED]
        random = np.random.default_rng(0)
        picks = random.choice(len(pictures), COPIES, replace=False)
        changes = [CHANGES[number % len(CHANGES)] for number in range(COPIES)]
        copies = np.stack([change(pictures[at].squeeze(), random) for change, at in zip(changes, picks, strict=True)])
        copies = copies.reshape(COPIES, *pictures.shape[1:])
        zeros = np.zeros(len(pictures), np.int64)
        pairs = duplicates(Images(pictures, zeros, copies, zeros[:COPIES]))
        found = {p.second - SEARCHED for p in pairs if p.second >= SEARCHED and p.first == picks[p.second - SEARCHED]}
        missed = Counter(changes[number].__name__ for number in range(COPIES) if number not in found)
        others = sum(pair.second < SEARCHED for pair in pairs)
        print(
            f"{name}: {len(found)} of {COPIES} copies found; missed {dict(missed) or 'none'}; "
            f"{others} of the {SEARCHED:,} images themselves called duplicates"
        )


if __name__ == "__main__":
    main()

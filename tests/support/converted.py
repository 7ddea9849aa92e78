"""What a check of a converted model finds, as the engine gives it to be kept."""

from typing import Any

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
"""An image of one black pixel, as PNG in base64."""

FACTS: dict[str, Any] = {
    "images": 100, "test_accuracy": 0.75, "agreement": 0.99, "changed": [7], "gained": 0, "lost": 1, "difference": 0.25,
    "milliseconds": 0.5, "versions": {"keras": "3"},
    "pictures": [
        {
            "index": 7, "png": PIXEL, "actual": "3", "before": "3", "before_probability": 0.5, "after": "5",
            "after_probability": 0.625,
        }
    ],
}  # fmt: skip

"""The Start page: a network learns to read the visitor's own handwriting while they watch."""

from pathlib import Path

STYLE = Path(__file__).with_name("style.css")

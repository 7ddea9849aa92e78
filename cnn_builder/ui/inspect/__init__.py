"""The views of the Inspect page: one file each."""

from pathlib import Path

STYLE = Path(__file__).with_name("style.css")

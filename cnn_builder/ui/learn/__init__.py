"""The Learn page: lessons acted out step by step, drills from one's own network, a glossary."""

from pathlib import Path

STYLE = Path(__file__).with_name("style.css")

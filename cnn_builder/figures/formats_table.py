"""The formats of a model that were checked, as an HTML table, and the images whose answer changed."""

from collections.abc import Mapping
from html import escape

from cnn_builder.architecture.memory import bytes_text
from cnn_builder.figures.locale_text import number_text
from cnn_builder.figures.percentages import confidence
from cnn_builder.figures.shares import share
from cnn_builder.runs.exports.formats import CHECKED_FORMATS
from cnn_builder.runs.exports.kept import ChangedImage, FormatCheck
from cnn_builder.runs.exports.worth import worth_words

_HEAD = ("Format", "Size", "Test accuracy", "Changed", "ms an image")


def formats_table(checks: Mapping[str, FormatCheck]) -> str:
    """Two rows a format: its numbers, and in words whether it is worth having."""
    worth = worth_words(checks)
    head = "".join(
        f'<th scope="col"{"" if column == 0 else _NUMBER}>{title}</th>' for column, title in enumerate(_HEAD)
    )
    body = "".join(_rows(CHECKED_FORMATS[form].title, check, worth[form]) for form, check in checks.items())
    return (
        '<div class="cnn-table cnn-formats" role="region" aria-label="Formats of the model" tabindex="0"><table>'
        f"<thead><tr>{head}</tr></thead>{body}</table></div>"
    )


_NUMBER = ' class="number"'


def _rows(title: str, check: FormatCheck, words: str) -> str:
    cells = (
        bytes_text(check.bytes),
        share(check.test_accuracy),
        number_text(len(check.changed)),
        f"{check.milliseconds:.2f}",
    )
    numbers = "".join(f"<td{_NUMBER}>{cell}</td>" for cell in cells)
    return (
        f'<tbody><tr class="numbers"><th scope="row">{escape(title)}</th>{numbers}</tr>'
        f'<tr class="words"><td colspan="{len(_HEAD)}">{escape(words)}</td></tr></tbody>'
    )


def changed_images(check: FormatCheck) -> str:
    """The images whose answer changed, as far as they were kept, with both answers."""
    return f'<div class="cnn-changed">{"".join(map(_figure, check.pictures))}</div>'


def _figure(image: ChangedImage) -> str:
    before, after = escape(image.before), escape(image.after)
    caption = (
        f"<span>before <b>{before}</b>, {confidence(image.before_probability)}</span>"
        f"<span>now <b>{after}</b>, {confidence(image.after_probability)}</span>"
        f"<span>actual <b>{escape(image.actual)}</b></span>"
    )
    name = f"Test image {image.index + 1}, {escape(image.actual)}"
    source = f"data:image/png;base64,{escape(image.png)}"
    return f'<figure><img src="{source}" alt="{name}" title="{name}"><figcaption>{caption}</figcaption></figure>'

"""Writes docs/lessons.md, and a picture of each run's curves, from its records: `python -m scripts.lessons_page`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cnn_builder.architecture import PRESETS, Architecture, trace
from cnn_builder.architecture.repair import repairs
from cnn_builder.figures.line_chart import Line, line_chart
from cnn_builder.figures.trace_markdown import trace_markdown

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE, RECORDS = DOCS / "lessons.md", DOCS / "lessons"
HEAD = """# Three lessons

Each is a preset of the Build page and one command. What follows was recorded from real runs with seed 0
(`python -m scripts.lessons_record`, then `python -m scripts.lessons_page`); on another machine the last digits differ.
Work out the shapes on paper first: the answer is folded away under each network.
"""
STYLE = (
    "<style>svg{font:12px system-ui,sans-serif;fill:#55555f}.title{font-weight:650}.grid{stroke:#9a9aa8;"
    "stroke-opacity:.35;fill:none}.best{stroke:#8a8a98;stroke-dasharray:3 3;fill:none}.line{fill:none;stroke-width:2;"
    "stroke-linejoin:round}.train{stroke:#6366f1}.validation{stroke:#ea580c}"
    "@media(prefers-color-scheme:dark){svg{fill:#b9b9c6}.train{stroke:#a5b4fc}.validation{stroke:#fdba74}}</style>"
)
L1 = """
## L1: a first network

MNIST's 60,000 digits. The 10,000 test images validate, as in many tutorials, so the test score is not independent of a
choice made by it; here none is made.
"""
L2 = """
## L2: clothes, and a gap to watch

The first 15,000 images of Fashion-MNIST, a fifth of them to validate on.
"""
L3 = """
## L3: deeper, and broken on purpose

The network of a lesson that forgets a line. The trace says where, and what would mend it:
"""


def record(name: str) -> dict[str, Any]:
    """What was kept of a run."""
    content: dict[str, Any] = json.loads((RECORDS / f"{name}.json").read_text(encoding="utf-8"))
    return content


def page() -> str:
    """The whole page, in Markdown."""
    return "\n".join([HEAD, *_l1(), *_l2(), *_l3()]) + "\n"


def _l1() -> Iterator[str]:
    yield L1
    yield _shapes(PRESETS["L1"].architecture)
    yield _command("train L1 --dataset mnist --epochs 5 --batch-size 32 --validation-data test")
    yield _told("L1", validated_on_test=True)


def _l2() -> Iterator[str]:
    options = "--dataset fashion_mnist --train-limit 15000 --test-limit 3000 --validation-split 0.2"
    yield L2
    yield _shapes(PRESETS["L2"].architecture)
    yield _command(f"train L2 {options} \\\n    --epochs 10 --batch-size 64")
    yield _told("L2")
    yield "\n### Two changes to try\n"
    yield "Make the first convolution `valid` (26×26×32 comes out), or put a third block of convolution and pooling"
    yield "before the Flatten. The gap is training minus validation accuracy after the last epoch.\n"
    yield "| network | parameters | training | validation | gap | test |"
    yield "| --- | --: | --: | --: | --: | --: |"
    for name in ("L2", "L2-valid", "L2-third-block"):
        yield _compared(name)
    for name in ("L2-valid", "L2-third-block"):
        title, evidence = record(name)["verdict"]
        yield f"\n**{title}.** {evidence}"


def _l3() -> Iterator[str]:
    broken = PRESETS["L3"].architecture
    error, repair = trace(broken).error, repairs(broken)[0]
    assert error is not None
    yield L3
    yield f"> {error.message}\n"
    total = trace(repair.architecture).total_params
    yield f"One click, *{repair.title}*, gives {total:,} parameters."
    yield "Downloaded as JSON (in the view Code), and trained as L1:\n"
    yield _shapes(repair.architecture)
    yield _command("train L3.json --dataset mnist --epochs 5 --batch-size 32 --validation-data test")
    yield _told("L3", validated_on_test=True)


def _shapes(architecture: Architecture) -> str:
    table = trace_markdown(architecture, trace(architecture))
    return f"<details><summary>Its shapes and parameters</summary>\n\n{table}\n</details>\n"


def _command(command: str) -> str:
    return f"```sh\npython -m cnn_builder {command}\n```\n"


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"


def _told(name: str, validated_on_test: bool = False) -> str:
    """Epochs, curves and score of a run."""
    kept = record(name)
    lines = ["| epoch | loss | accuracy | validation loss | validation accuracy |", "| --: | --: | --: | --: | --: |"]
    for row in kept["epochs"]:
        values = (row["loss"], row["accuracy"], row["val_loss"], row["val_accuracy"])
        lines.append(f"| {row['epoch']} | {' | '.join(f'{value:.4f}' for value in values)} |")
    test = kept["test"]
    low, high = (_percent(value) for value in test["interval"])
    model = "The last epoch's model" if validated_on_test else f"The best model (epoch {kept['best_epoch']})"
    score = (
        f"\n{model} classifies {_percent(test['accuracy'])} of {test['images']:,} test images correctly (95 % "
        f"confidence interval {low} to {high}); it predicts the first five as {', '.join(kept['first_readings'])}."
    )
    return "\n".join([*lines, f"\n![Accuracy by epoch](lessons/{name}.svg)", score])


def _compared(name: str) -> str:
    kept = record(name)
    architecture, last = Architecture.from_dict(kept["architecture"]), kept["epochs"][-1]
    gap = last["accuracy"] - last["val_accuracy"]
    values = (last["accuracy"], last["val_accuracy"], gap, kept["test"]["accuracy"])
    cells = " | ".join(f"{value:.3f}" for value in values)
    return f"| {architecture.name} | {trace(architecture).total_params:,} | {cells} |"


def picture(name: str) -> str:
    """The accuracy of a run by epoch, as an SVG file."""
    kept = record(name)
    lines = [
        Line(title, css, [(float(row["epoch"]), row[key]) for row in kept["epochs"]])
        for title, css, key in (("training", "train", "accuracy"), ("validation", "validation", "val_accuracy"))
    ]
    drawn = line_chart("Accuracy", lines, float(kept["best_epoch"]))
    return drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" width="520" ', 1).replace(
        ">", f">{STYLE}", 1
    )


def names() -> list[str]:
    """The records there are."""
    return sorted(path.stem for path in RECORDS.glob("*.json"))


if __name__ == "__main__":
    for name in names():
        (RECORDS / f"{name}.svg").write_text(picture(name) + "\n", encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")

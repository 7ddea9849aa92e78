"""How long a page by itself takes for a stroke in Chromium, and how large its file is.

    python -m benchmarks.offline_page

For L1 (untrained: the arithmetic is the same) the milliseconds from a drawing to its ten probabilities, preparation and
network, median and 95th percentile over drawings by many hands; for First-reader the size of the file. The goals are
30 ms and 400 kB.
"""

import base64
import os
import shutil

import numpy as np

from benchmarks.hands import HELD_OUT, TUNED, paint, some_style, written
from cnn_builder.architecture import PRESETS
from cnn_builder.data import DATASETS, load_dataset
from cnn_builder.engine.build import build_model
from cnn_builder.engine.export.page import SAMPLES, network_data
from cnn_builder.offline.bundle import joined
from cnn_builder.offline.limits import layer_files
from cnn_builder.offline.page import html
from cnn_builder.runs import Run, RunSettings

GOAL_MS, GOAL_BYTES = 30.0, 400_000
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")
ROUNDS = 3
READ = """([stored, drawings]) => {
  const network = offline.createNetwork(stored, offline);
  return drawings.map((text) => {
    const data = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const began = performance.now();
    const { pixels } = offline.mnist({ height: 112, width: 112, data });
    const prepared = performance.now();
    network.probabilities(pixels);
    return [prepared - began, performance.now() - prepared];
  });
}"""


def reading_ms() -> np.ndarray:
    """Milliseconds of preparation and of the network for each drawing, (drawings, 2)."""
    from playwright.sync_api import sync_playwright

    random = np.random.default_rng(0)
    styles = [(hand, some_style(random)) for hand in (*TUNED, *HELD_OUT)]
    drawings = [paint(written(hand, style, random), style.pen) for hand, style in styles]
    sent = [base64.b64encode(drawing.tobytes()).decode() for drawing in drawings]
    files = {name: f"layers/{path.name}" for name, path in layer_files().items()}
    files |= {"createNetwork": "network/network.js", "mnist": "prepare/figure.js"}
    lines = [f'import {{ {name} }} from "offline/{file}";\n' for name, file in files.items()]
    architecture = PRESETS["L1"].architecture
    stored = network_data(build_model(architecture, seed=0), architecture, "float16")
    with sync_playwright() as playwright:
        found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page = browser.new_page()
        page.add_script_tag(content=joined(f"{''.join(lines)}globalThis.offline = {{ {', '.join(files)} }};\n"))
        page.evaluate(READ, [stored, sent[:10]])  # the browser compiles what is called often
        took = [page.evaluate(READ, [stored, sent]) for _ in range(ROUNDS)]
        browser.close()
    return np.array(took).reshape(-1, 2)


def file_bytes() -> int:
    """Size of the page of a First-reader."""
    architecture, images = PRESETS["First-reader"].architecture, load_dataset("mnist_sample").x_test[:SAMPLES]
    samples = {
        "images": base64.b64encode(images.tobytes()).decode(),
        "labels": [0] * SAMPLES,
        "probabilities": [[0.1234567] * 10] * SAMPLES,
    }
    data = {"network": network_data(build_model(architecture, seed=0), architecture, "float16"), "samples": samples}
    settings = RunSettings()
    run = Run("0abcdefg-hijkl", "First-reader", "finished", None, "mnist_sample", architecture, settings, 75_010, 0.0)
    return len(html(run, DATASETS["mnist_sample"], data).encode())


def main() -> int:
    took, size = reading_ms(), file_bytes()
    for name, values in (("preparation", took[:, 0]), ("network", took[:, 1]), ("both", took.sum(axis=1))):
        print(f"L1  {name:12}  p50 {np.median(values):5.1f} ms   p95 {np.quantile(values, 0.95):5.1f} ms", flush=True)
    late = float(np.quantile(took.sum(axis=1), 0.95))
    print(f"First-reader's file: {size:,} bytes")
    print(f"The goals: at most {GOAL_MS:.0f} ms and {GOAL_BYTES:,} bytes")
    return 0 if late <= GOAL_MS and size <= GOAL_BYTES else 1


if __name__ == "__main__":
    raise SystemExit(main())

"""A page by itself: what it can hold, its script in one piece, its HTML, and the command that writes it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cnn_builder.architecture import LAYER_TYPES, PRESETS, Architecture
from cnn_builder.architecture.layers.settings import ACTIVATIONS
from cnn_builder.cli import main
from cnn_builder.data import DATASETS
from cnn_builder.data.drawings import prepared
from cnn_builder.offline import limits
from cnn_builder.offline.bundle import PACKAGE, exported, joined
from cnn_builder.offline.limits import MOST_PARAMS, activations, layer_files, obstacle
from cnn_builder.offline.page import html, script
from cnn_builder.runs import Run, RunSettings, Store
from cnn_builder.settings import Settings
from tests.support.own_data import imported, pictures

DATA: dict[str, Any] = {"network": {}, "samples": {"images": "", "labels": [], "probabilities": []}}
NASTY = "</script><script>alert(1)</script>"


def network(*layers: dict[str, Any]) -> Architecture:
    return Architecture.from_dict({"version": 1, "name": "n", "input_shape": [28, 28, 1], "layers": list(layers)})


def dense(units: int, activation: str | None = None) -> dict[str, Any]:
    return {"type": "Dense", "units": units, "activation": activation}


def a_run(preset: str = "L1", name: str = "mine", dataset: str = "mnist") -> Run:
    architecture = PRESETS[preset].architecture
    return Run("0abcdefg-hij", name, "finished", None, dataset, architecture, RunSettings(), 515_146, 0.0)


def test_every_layer_type_and_activation_has_its_javascript() -> None:
    assert set(layer_files()) == {name for name, cls in LAYER_TYPES.items() if not cls.training_only}
    # Keras itself cannot call this one: it has no defaults for the numbers it takes.
    assert set(ACTIVATIONS) - activations() == {"threshold"}
    assert activations() <= set(ACTIVATIONS)


def test_what_cannot_become_a_page_says_so_before(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flat = {"type": "Flatten"}
    for name, preset in PRESETS.items():
        assert obstacle(preset.architecture, preset.dataset) is None, name
    reason = obstacle(network(flat, dense(3, "threshold")), "mnist")
    assert reason is not None and "layer 2 (Dense) has the activation threshold" in reason
    large = network(flat, dense(30_000), dense(10))
    assert f"23,850,010 parameters; a page holds at most {MOST_PARAMS:,}" in str(obstacle(large, "mnist"))
    assert "'mine' is not known here" in str(obstacle(network(flat), "mine"))
    colour, grey = imported(own_home, "colour", pictures(("a", "b"), 5, 20, 20, 3)), imported(own_home, "grey")
    assert obstacle(network(flat), colour.name) is None
    assert "no JavaScript that prepares pictures as grey" in str(obstacle(network(flat), grey.name))
    known = {name: path for name, path in layer_files().items() if name != "Flatten"}
    monkeypatch.setattr(limits, "layer_files", lambda: known)
    assert obstacle(network(dense(2), flat), "mnist") == "layer 2 is a Flatten, which the page has no JavaScript for"


@pytest.mark.parametrize("dataset", DATASETS)
def test_the_script_is_one_piece_without_imports(dataset: str) -> None:
    text = script(DATASETS[dataset], set(layer_files()))
    assert not re.search(r"^\s*(import|export)\b", text, re.MULTILINE) and "</script" not in text.lower()
    assert text.count("function bytesOf(") == 1 and text.count("function createPanel(") == 1
    assert ("createImageBitmap" in text) == DATASETS[dataset].takes_photos
    assert ("function createPad(" in text) == (not DATASETS[dataset].takes_photos)


def test_a_page_holds_only_the_layers_of_its_network() -> None:
    text = script(DATASETS["mnist"], {layer.type for layer in PRESETS["L1"].architecture.layers})
    assert "function Conv2D(" in text and "function PReLU(" not in text


def test_a_module_in_another_form_is_refused() -> None:
    for line in ("import x from './x.js';", "export default 1;", 'export { a } from "./a.js";'):
        with pytest.raises(ValueError, match="expected `import"):
            joined(f"{line}\n")
    assert exported("export const a = 1;\nexport function b() {}\nconst c = 2;\n") == ["a", "b"]
    renamed = joined('import { mnist as prepare } from "offline/prepare/figure.js";\nprepare();\n')
    assert re.search(r"const \{ mnist: prepare \} = module\d+;\nprepare\(\);", renamed)


def test_the_page_loads_nothing_and_escapes_what_people_wrote() -> None:
    text = html(a_run(name=NASTY), DATASETS["mnist"], {**DATA, "note": NASTY})
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "") and "https://" not in text
    assert "url(" not in text and "@import" not in text and "src=" not in text
    assert text.count("</script") == 2 and "default-src 'none'" in text
    assert "&lt;/script&gt;" in text and "\\u003c/script>" in text
    assert '<html lang="en">' in text and 'name="viewport"' in text


def test_the_page_has_the_words_of_the_preparation() -> None:
    """Every name that the JavaScript refuses or warns with is a sentence of the app."""
    text = html(a_run(), DATASETS["mnist"], DATA)
    stored = json.loads(re.findall(r'<script type="application/json" id="data">(.*?)</script>', text)[0])
    sentences = {name for name in vars(prepared) if name.isupper()}
    assert stored["words"]["sentences"]["BLANK"] == prepared.BLANK and stored["phrases"][8] == "an 8"
    sources = [path.read_text(encoding="utf-8") for path in (PACKAGE / "offline" / "prepare").glob("*.js")]
    named = {name for source in sources for name in re.findall(r'"([A-Z_]{3,})"', source)}
    assert named <= sentences and {"BLANK", "FULL", "DOT", "OFF_CENTRE", "THIN", "SEVERAL", "SMALL"} <= named


@pytest.fixture
def threshold_run(own_home: Path) -> str:
    architecture = network({"type": "Flatten"}, dense(10, "threshold"))
    with Store.open(Settings(home=own_home)) as store:
        run = store.create_run(architecture, "digits", RunSettings())
        store.request_stop(run.run_id)
    return run.run_id


def test_the_command_says_why_there_is_no_page_and_tells_of_a_file(threshold_run: str, tmp_path: Path) -> None:
    def export(*arguments: str) -> Any:
        return CliRunner().invoke(main, ["runs", "export", threshold_run, *arguments])

    refused = export("--to", "html", "-o", str(tmp_path / "a.html"))
    assert refused.exit_code == 1 and refused.stderr.count("\n") == 1
    assert "cannot be exported as a page by itself: layer 2 (Dense)" in refused.stderr
    assert not (tmp_path / "a.html").exists()
    report = tmp_path / "r.html"
    told = json.loads(export("--to", "report", "-o", str(report), "--json").stdout)
    assert told == {"file": str(report), "format": "report", "bytes": report.stat().st_size}
    assert export("--to", "report", "--json").exit_code == 2

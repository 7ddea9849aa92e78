"""PyTorch code is recognized, and the error says what to write instead."""

import pytest

from cnn_builder.architecture.errors import ArchitectureFileError
from cnn_builder.architecture.formats import keras_code

MODULE = """import torch
import torch.nn as nn
import torch.nn.functional as F

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3)
        self.fc = nn.Linear(1600, 10)

    def forward(self, x):
        return self.fc(torch.flatten(F.max_pool2d(F.relu(self.conv1(x)), 2), 1))

model = Net().to("cuda")
for epoch in range(10):
    loss.backward()
"""
PYTORCH = {
    "a module": (MODULE, 1, "Conv2D for Conv2d, Dense for Linear"),
    "a Sequential": ("from torch import nn\nmodel = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2))", 1,
                     "Conv2D for Conv2d, MaxPooling2D for MaxPool2d"),
    "imports left out": ("model = nn.Sequential(\n  nn.Flatten(),\n  nn.Linear(784, 10),\n)", 1, "Dense for Linear"),
    "names alone": ("from torch.nn import *\nc = Conv2d(1, 8, 3)", 1, "Conv2D for Conv2d"),
    "data alone": ("x = 1\nimport torchvision", 2, "Conv2D for Conv2d, Dense for Linear, MaxPooling2D for MaxPool2d"),
    "in the names of Keras": ("import keras\nfrom torch import nn\nm = keras.Sequential([\n  nn.Conv2d(1, 8, 3)])", 2,
                              "Conv2D for Conv2d"),
    "a loop that does not end": ("import torch\nls = []\nwhile True:\n  ls.append(1)", 1, "Dense for Linear"),
}  # fmt: skip


@pytest.mark.parametrize("name", PYTORCH)
def test_pytorch_is_told_with_the_layers_of_keras(name: str) -> None:
    source, line, instead = PYTORCH[name]
    with pytest.raises(keras_code.CodeError, match="this is PyTorch code, and only Keras code can be read") as caught:
        keras_code.parse_code(source)
    assert instead in str(caught.value)
    assert caught.value.line == line
    assert "\n" not in str(caught.value)


def test_keras_on_torch_is_keras() -> None:
    source = "import os\nos.environ['KERAS_BACKEND'] = 'torch'\nimport torch, keras\nx = torch.zeros(1)\n"
    read = keras_code.parse_code(source + "m = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten()])")
    assert [layer.type for layer in read.layers] == ["Flatten"]
    with pytest.raises(ArchitectureFileError, match="a layer depends on"):
        keras_code.parse_code(source + "m = keras.Sequential([keras.Input((28, 28, 1)), block()])")


@pytest.mark.parametrize("code", ["x = nn.relu(3)", "from tensorflow import nn\nx = nn.Module", "print('torch')"])
def test_other_code_is_not_taken_for_pytorch(code: str) -> None:
    with pytest.raises(ArchitectureFileError, match="No model found"):
        keras_code.parse_code(code)

"""The names of Keras' optimizers that a run can be trained with; code that names one of them is read."""

from typing import Literal

Optimizer = Literal["Adam", "SGD", "RMSprop", "AdamW", "Lion", "Adagrad", "Nadam", "Adamax"]

"""While loops in pasted code: walked as long as they count numbers, and refused at once where they do not end."""

from time import process_time

import pytest

from cnn_builder.architecture.formats import keras_code

START = "m = Sequential([Input((28, 28, 1))])\nn = 0\n"
END = "\nm.add(Flatten())\nm.add(Dense(3))"

WALKED = {
    "it counts up": ("while n < 3:\n  m.add(Conv2D(8 + n, 3))\n  n += 1", "8 9 10"),
    "it counts down": ("n = 3\nwhile n:\n  m.add(Conv2D(n, 3))\n  n -= 1", "3 2 1"),
    "it doubles": ("n = 8\nwhile n <= 32:\n  m.add(Conv2D(n, 3))\n  n *= 2", "8 16 32"),
    "a list is taken apart": ("f = [4, 5]\nwhile f:\n  m.add(Conv2D(f.pop(0), 3))", "4 5"),
    "a break": ("while True:\n  n += 1\n  if n > 2:\n    break\n  m.add(Conv2D(n, 3))", "1 2"),
    "a continue": ("while n < 4:\n  n += 1\n  if n % 2:\n    continue\n  m.add(Conv2D(n, 3))", "2 4"),
    "an else": ("while n < 1:\n  n += 1\nelse:\n  m.add(Conv2D(7, 3))", "7"),
    "a break leaves the else out": ("while True:\n  m.add(Conv2D(1, 3))\n  break\nelse:\n  m.add(Conv2D(7, 3))", "1"),
    "no round": ("while n > 0:\n  m.add(Conv2D(1, 3))", ""),
    "a return": ("def grow(n):\n  while True:\n    m.add(Conv2D(n, 3))\n    n += 1\n    if n == 3:\n      return\n"
                 "grow(1)", "1 2"),
    "a loop in a loop": ("while n < 2:\n  n += 1\n  k = 0\n  while k < n:\n    k += 1\n"
                       "    m.add(Conv2D(n, 3))", "1 2 2"),
    "a loop that builds nothing": ("while True:\n  predict(m)\nm.add(Conv2D(3, 3))", "3"),
    "a loop over data": ("while wait():\n  print(n)\nm.add(Conv2D(3, 3))", "3"),
    "a long loop that builds nothing": ("while n < 5000:\n  n += 1\nm.add(Conv2D(3, 3))", "3"),
}  # fmt: skip


@pytest.mark.parametrize("name", WALKED)
def test_a_while_loop_over_numbers_is_walked(name: str) -> None:
    source, filters = WALKED[name]
    *convolutions, _, _ = keras_code.parse_code(START + source + END).layers
    assert " ".join(str(layer.settings()["filters"]) for layer in convolutions) == filters


REFUSED = {
    "without an end": ("while True:\n  m.add(ReLU())", "Line 3: a while loop without an end cannot be read"),
    "a one": ("while 1:\n  n += 1\n  m.add(ReLU())\n  continue", "Line 3: a while loop without an end cannot be read"),
    "it counts away": ("while n >= 0:\n  n += 1\n  m.add(ReLU())", "Line 3: a while loop that does not end within"),
    "a list": ("ls = []\nwhile n >= 0:\n  ls.append(3)", "Line 4: a while loop that does not end within 1,000 rounds"),
    "not known": ("while deep:\n  m.add(ReLU())", "Line 3: a while loop whose condition is not a constant"),
    "not known any more": ("while n < 9:\n  n = next(n)\n  m.add(ReLU())", "a while loop whose condition is not a"),
    "a break that is not known": ("while n < 9:\n  n += 1\n  if deep:\n    break\n  m.add(ReLU())",
                                  "a branch whose condition is not a constant cannot be read"),
    "its number reaches a layer": ("while n >= 0:\n  n += 1\nm.add(Dense(n))", "Dense's units depends on a while loop"),
    "loops in loops": ("while n < 900:\n  n += 1\n  k = 0\n  while k < 900:\n    k += 1", "more than 20,000 steps"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_while_loop_that_cannot_be_walked_is_refused_at_once(name: str) -> None:
    source, says = REFUSED[name]
    started = process_time()
    with pytest.raises(keras_code.CodeError, match=says) as caught:
        keras_code.parse_code(START + source + END)
    assert "\n" not in str(caught.value)
    assert process_time() - started < 2

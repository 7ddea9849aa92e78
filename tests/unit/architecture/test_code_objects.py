"""Classes, records and settings in pasted code: their objects are followed, or refused where they cannot be."""

from time import process_time

import pytest

from cnn_builder.architecture.errors import ArchitectureFileError
from cnn_builder.architecture.formats import keras_code

HEAD = "import argparse\nfrom dataclasses import dataclass, field, replace, asdict\nfrom typing import NamedTuple\n"
MODEL = "\nm = Sequential([Input((28, 28, 1)), Conv2D(%s, 3), Flatten(), Dense(%s)])"


def numbers(source: str) -> str:
    """Filters and units of the network."""
    settings = [layer.settings() for layer in keras_code.parse_code(source).layers]
    return " ".join(str(one.get("filters", one.get("units"))) for one in settings if {"filters", "units"} & {*one})


SETTINGS = {
    "a dataclass": ("@dataclass\nclass C:\n  f: int = 8\n  u: int = 10\ncfg = C()", "8 10"),
    "a dataclass with arguments": ("@dataclass(frozen=True)\nclass C:\n  f: int\n  u: int = 10\ncfg = C(4)", "4 10"),
    "a dataclass by name": (
        "import dataclasses\n@dataclasses.dataclass\nclass C:\n  f: int\n  u: int\ncfg = C(u=3, f=4)",
        "4 3",
    ),
    "fields": (
        "@dataclass\nclass C:\n  fs: list = field(default_factory=lambda: [6, 7])\n  u: int = field(default=5)\n"
        "  f: int = 0\ncfg = C()\ncfg.f = cfg.fs[1]",
        "7 5",
    ),
    "a list of its own": (
        "@dataclass\nclass C:\n  fs: list = field(default_factory=list)\n  u: int = 2\n"
        "a, cfg = C(), C()\na.fs.append(9)\ncfg.fs.append(3)\ncfg.f = cfg.fs[0]",
        "3 2",
    ),
    "__post_init__": (
        "@dataclass\nclass C:\n  u: int = 2\n  def __post_init__(self):\n    self.f = self.u * 2\ncfg = C(3)",
        "6 3",
    ),
    "a property": (
        "@dataclass\nclass C:\n  u: int = 2\n  @property\n  def f(self):\n    return self.u + 1\ncfg = C()",
        "3 2",
    ),
    "a base": ("@dataclass\nclass B:\n  f: int = 2\n@dataclass\nclass C(B):\n  u: int = 3\ncfg = C(7)", "7 3"),
    "settings in settings": (
        "@dataclass\nclass H:\n  u: int = 3\n@dataclass\nclass C:\n  head: H\n  f: int = 1\n"
        "c = C(H(4))\ncfg = c\ncfg.u = c.head.u",
        "1 4",
    ),
    "replace": ("@dataclass\nclass C:\n  f: int = 8\n  u: int = 10\nold = C()\ncfg = replace(old, f=5)", "5 10"),
    "asdict": (
        "@dataclass\nclass C:\n  f: int = 8\n  u: int = 10\nd = asdict(C(u=4))\ncfg = SimpleNamespace(**d)",
        "8 4",
    ),
    "a named tuple": ("class C(NamedTuple):\n  f: int = 8\n  u: int = 10\ncfg = C(u=3)", "8 3"),
    "_replace": ("class C(NamedTuple):\n  f: int = 8\n  u: int = 10\ncfg = C()._replace(f=2)", "2 10"),
    "namedtuple": ("from collections import namedtuple\nC = namedtuple('C', 'f u')\ncfg = C(8, u=1)", "8 1"),
    "namedtuple with defaults": (
        "import collections\nC = collections.namedtuple('C', ['f', 'u'], defaults=[4])\ncfg = C(8)",
        "8 4",
    ),
    "SimpleNamespace": ("import types\ncfg = types.SimpleNamespace(f=8, u=10)\ncfg.f *= 2", "16 10"),
    "object.__setattr__ of a frozen one": (
        "@dataclass(frozen=True)\nclass C:\n  u: int = 2\n  def __post_init__(self):\n"
        "    object.__setattr__(self, 'f', self.u * 2)\ncfg = C()",
        "4 2",
    ),
    "vars": ("cfg = SimpleNamespace(f=8, u=10)\nvars(cfg)['f'] = 5", "5 10"),
    "argv of a notebook": (
        "import sys\nsys.argv = ['x']\np = argparse.ArgumentParser()\np.add_argument('--f', default=1)\n"
        "cfg = p.parse_args(namespace=SimpleNamespace(u=3))",
        "1 3",
    ),
    "a class of names": ("class cfg:\n  f = 8\n  u = f + 2", "8 10"),
    "a class with a changed name": ("class Config:\n  f = 8\n  u = 10\nConfig.f = 4\ncfg = Config()", "4 10"),
    "a plain class": ("class C:\n  def __init__(self, f, u=10):\n    self.f, self.u = f, u\ncfg = C(6)", "6 10"),
    "setting by __dict__": (
        "class C:\n  def __init__(self, **more):\n    self.__dict__.update(more)\ncfg = C(f=6, u=1)",
        "6 1",
    ),
    "argparse": (
        "p = argparse.ArgumentParser()\np.add_argument('--f', type=int, default=32)\n"
        "p.add_argument('-u', '--u', type=int, default='7', help='units')\ncfg = p.parse_args()",
        "32 7",
    ),
    "argparse with dest": (
        "p = argparse.ArgumentParser('x')\ng = p.add_argument_group('a')\n"
        "g.add_argument('--num-filters', default=3, dest='f')\np.add_argument('--u', default=2)\n"
        "cfg, rest = p.parse_known_args()",
        "3 2",
    ),
    "argparse in a notebook": (
        "p = argparse.ArgumentParser()\np.add_argument('--f', default=1)\np.set_defaults(u=4)\n"
        "cfg = p.parse_args([])\ncfg.f = cfg.f + 1",
        "2 4",
    ),
    "argparse with a dash and a flag": (
        "p = argparse.ArgumentParser()\np.add_argument('--wide-net', action='store_true')\n"
        "p.add_argument('--f', default=1)\nargs = p.parse_args(args=[])\n"
        "cfg = SimpleNamespace(f=8 if args.wide_net else args.f, u=vars(args)['f'])",
        "1 1",
    ),
    "argparse in a function": (
        "def parse():\n  p = argparse.ArgumentParser()\n  p.add_argument('--f', type=int, default=3)\n"
        "  p.add_argument('--u', type=int, default=9)\n  return p.parse_args()\ncfg = parse()",
        "3 9",
    ),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_in_one_object_are_followed(name: str) -> None:
    source, expected = SETTINGS[name]
    assert numbers(HEAD + source + MODEL % ("cfg.f", "cfg.u")) == expected


BUILDER = """
class Builder:
    kernel = 3
    def __init__(self, filters=8, *, classes=10):
        self.filters = filters
        self.classes = classes
        self.model = Sequential()
        self.sizes = []
    def block(self, times=1):
        for n in range(times):
            self.sizes.append(self.filters)
            self.model.add(Conv2D(self.filters, self.kernel))
        self.filters *= 2
        return self
    def build(self):
        self.model.add(Input((28, 28, 1)))
        self.block().block(times=2)
        self.model.add(Flatten())
        self.model.add(Dense(self.classes))
        return self.model
"""
CLASSES = {
    "a builder": (BUILDER + "model = Builder().build()", "8 16 16 10"),
    "a builder with arguments": (BUILDER + "b = Builder(4, classes=3)\nb.build()\nb.model.summary()", "4 8 8 3"),
    "a builder nobody uses": (BUILDER, "8 16 16 10"),
    "a builder that is made only": (BUILDER + "b = Builder(2)", "2 4 4 10"),
    "a base class": (
        BUILDER + "class Mine(Builder):\n  kernel = 5\n  def __init__(self):\n    super().__init__(2)\nMine().build()",
        "2 4 4 10",
    ),
    "an old super": (
        BUILDER + "class Mine(Builder):\n  def __init__(self):\n    super(Mine, self).__init__(3)\nMine().build()",
        "3 6 6 10",
    ),
    "a base by name": (
        BUILDER + "class Mine(Builder):\n  def __init__(self):\n    Builder.__init__(self, 5)\nMine().build()",
        "5 10 10 10",
    ),
    "a method overrides": (
        BUILDER + "class Mine(Builder):\n  def block(self, times=1):\n"
        "    return super().block(times + 1)\nMine().build()",
        "8 8 16 16 16 10",
    ),
    "a class method": (
        "class Net:\n  @classmethod\n  def small(cls):\n    return cls(2)\n  def __init__(self, f):\n"
        "    self.f = f\n  def model(self):\n    return Sequential([Input((28, 28, 1)), Conv2D(self.f, 3)])\n"
        "m = Net.small().model()",
        "2",
    ),
    "a call": (
        "class Net:\n  def __init__(self, f):\n    self.f = f\n  def __call__(self, x):\n"
        "    return Conv2D(self.f, 3)(x)\ni = Input((28, 28, 1))\nm = Model(i, Dense(2)(Flatten()(Net(4)(i))))",
        "4 2",
    ),
    "objects in a list": (
        "class B:\n  def __init__(self, f):\n    self.f = f\nbs = [B(3), B(5)]\nbs[0].f += 1\n"
        "m = Sequential([Input((28, 28, 1)), *[Conv2D(b.f, 3) for b in bs]])",
        "4 5",
    ),
    "a passed-over trainer": (
        BUILDER + "class T:\n  def __init__(self, m):\n    self.m, self.step = m, 0\n"
        "  def run(self, data):\n    for x in data:\n      self.step += 1\n"
        "      self.m.train_on_batch(x)\nT(Builder(1).build()).run(load())",
        "1 2 2 10",
    ),
    "a trainer that notes its losses": (
        BUILDER + "class T:\n  def __init__(self, m):\n    self.m, self.losses = m, []\n  def run(self, data):\n"
        "    for x in data:\n      self.losses.append(self.m.train_on_batch(x))\n    return self.losses[-1]\n"
        "T(Builder(1).build()).run(load())",
        "1 2 2 10",
    ),
    "a class of Keras's is left alone": (
        "class Stop(keras.callbacks.Callback):\n  def __init__(self):\n    self.n = 0\n"
        "s = Stop()\ns.n += 1" + MODEL % (3, 4),
        "3 4",
    ),
}


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_that_builds_the_network_is_followed(name: str) -> None:
    source, expected = CLASSES[name]
    assert numbers(source) == expected


SPACE = "cfg = SimpleNamespace(f=8, u=10, m=None)\n"
END = MODEL % ("cfg.f", "cfg.u")
SETTER = "class C:\n  f, u = 3, 4\n  def set(self, n):\n    self.f = n\ncfg = C()\n"
REFUSED = {
    "no default": (
        "p = argparse.ArgumentParser()\np.add_argument('f', type=int)\ncfg = p.parse_args()" + END,
        "Conv2D's filters depends on the argument 'f', which has no default",
    ),
    "a required argument": (
        "p = argparse.ArgumentParser()\np.add_argument('--f', required=True)\ncfg = p.parse_args()" + END,
        "which has no default",
    ),
    "words of its own": (
        "p = argparse.ArgumentParser()\np.add_argument('--f', default=3)\ncfg = p.parse_args(['--f', '4'])" + END,
        "depends on the argument 'f'",
    ),
    "an unknown type": (
        "p = argparse.ArgumentParser()\np.add_argument('--f', type=pair, default='3')\ncfg = p.parse_args()" + END,
        "depends on the type of '--f'",
    ),
    "defaults in a branch": (
        "p = argparse.ArgumentParser()\np.add_argument('--f', default=3)\nif deep:\n"
        "  p.set_defaults(f=4)\ncfg = p.parse_args()" + END,
        "Line 3: a branch",
    ),
    "no such setting": (SPACE + MODEL % ("cfg.g", 1), "Conv2D's filters depends on .g"),
    "a branch": (SPACE + "if deep:\n  cfg.f = 3" + END, "Conv2D's filters depends on .f"),
    "a branch in a method": (
        "class C:\n  u = 3\n  def __init__(self):\n    self.f = 1\n    if deep:\n      self.f = 2\ncfg = C()" + END,
        "Conv2D's filters depends on .f",
    ),
    "a method in a branch": (
        "class C:\n  f, u = 3, 3\n  def grow(self):\n    self.f = 9\ncfg = C()\nif deep:\n  cfg.grow()" + END,
        "Conv2D's filters depends on .f",
    ),
    "another name in a loop": (SPACE + "other = cfg\nfor x in data:\n  other.u += 1" + END, "units depends on .u"),
    "one of several": (SPACE + "for c in pick([cfg]):\n  c.f = 2" + END, "Conv2D's filters depends on .f"),
    "an unknown object": (SPACE + "pick(cfg).f = 2" + END, "Conv2D's filters depends on .f"),
    "a loop ends early": (SPACE + "for i in range(3):\n  if deep:\n    break\n  cfg.f = 2" + END, "depends on .f"),
    "a model in a branch": (
        SPACE + "cfg.m = Sequential([Input((8, 8, 1)), Flatten()])\nif deep:\n  cfg.m = other\ncfg.m.pop()",
        "changes a part of a model",
    ),
    "setattr": (SPACE + "setattr(cfg, 'f', 3)" + END, "setattr changes an object"),
    "del": (SPACE + "del cfg.f" + END, "del changes an object"),
    "an unknown base": ("class C(Base):\n  f, u = 1, 2\ncfg = C()" + MODEL % ("cfg.f", 3), "depends on .f"),
    "a metaclass": (
        "class C(metaclass=Meta):\n  def __init__(self):\n    self.f = 3\ncfg = C()" + MODEL % ("cfg.f", 3),
        "depends on .f",
    ),
    "attributes of its own": (
        "class C:\n  def __init__(self):\n    self.f = 3\n  def __setattr__(self, k, v):\n    pass\n"
        "cfg = C()" + MODEL % ("cfg.f", 3),
        "depends on .f",
    ),
    "an unknown decorator": (
        "@register\nclass C:\n  def __init__(self):\n    self.f = 3\ncfg = C()" + MODEL % ("cfg.f", 3),
        "depends on .f",
    ),
    "a missing argument": ("@dataclass\nclass C:\n  f: int\n  u: int = 2\ncfg = C()" + END, "depends on 'f' of C"),
    "too many arguments": ("@dataclass\nclass C:\n  f: int = 1\ncfg = C(1, 2)" + END, "Line 4: C takes at most 1"),
    "unknown arguments": (
        "@dataclass\nclass C:\n  f: int = 1\n  u: int = 2\ncfg = C(**more)" + END,
        "depends on 'f' of C",
    ),
    "object.__setattr__": (SPACE + "object.__setattr__(cfg, key, 3)" + END, "__setattr__ changes an object"),
    "__setattr__": (SPACE + "cfg.__setattr__('f', 3)" + END, "changes a part of a model"),
    "a method handed on": (SETTER + "list(map(cfg.set, [5]))" + END, "Conv2D's filters depends on .f"),
    "a building method handed on": (
        BUILDER + "b = Builder()\nlist(map(b.block, [1, 2]))\nb.build()",
        "block, called by",
    ),
    "a method in a lambda": (SETTER + "change = lambda: cfg.set(5)\nchange()" + END, "depends on .f"),
    "a method that is replaced": (
        "class C:\n  def f(self):\n    return 3\ndef g(self):\n  return 5\nC.f = g" + MODEL % ("C().f()", 1),
        "Conv2D's filters depends on",
    ),
    "a method that is replaced in a branch": (
        "class C:\n  def f(self):\n    return 3\nif deep:\n  C.f = g" + MODEL % ("C().f()", 1),
        "Conv2D's filters depends on",
    ),
    "arguments in sys.argv": ("import sys\nsys.argv = ['x', '--f', '9']" + MODEL % (1, 1), "sys.argv = … is not foll"),
    "arguments put into sys.argv": (
        "import sys\nsys.argv.append('--f=9')" + MODEL % (1, 1),
        "sys.argv.append.*defaults",
    ),
    "a list that data changes": (
        "class C:\n  def __init__(self):\n    self.fs = [1]\nc = C()\nfor x in data:\n  c.fs.append(x)"
        + MODEL % ("c.fs[0]", "len(c.fs)"),
        "Conv2D's filters depends on",
    ),
    "very many bases": (
        "class C0:\n  f = 3\n" + "".join(f"class C{n + 1}(C{n}): pass\n" for n in range(99)) + MODEL % ("C99.f", 1),
        "Conv2D's filters depends on .f",
    ),
    "an object as a layer": (SPACE + "m = Sequential([Input((8, 8, 1)), cfg])", "a layer, received an instance"),
    "methods without end": ("class C:\n  def f(self):\n    return self.f()\nC().f()", "more than 20 deep"),
    "objects without end": ("class C:\n  def __init__(self):\n    self.c = C()\nC()", "more than 20 deep"),
    "a building method in a branch": (BUILDER + "b = Builder()\nif deep:\n  b.block()\nb.build()", "a branch whose"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_object_that_cannot_be_followed_is_refused(name: str) -> None:
    source, says = REFUSED[name]
    with pytest.raises(ArchitectureFileError, match=says) as caught:
        keras_code.parse_code(source)
    assert "\n" not in str(caught.value)
    assert " object at 0x" not in str(caught.value)


EXHAUSTING = {
    "objects": "class C:\n  a = 1\nxs = [C() for i in range(1000)]\nfor j in range(99):\n  for x in xs:\n    x.a += 1",
    "stores that are not known": "class C:\n  a = 1\nxs = [C() for i in range(900)]\nfor j in range(900):\n  u.a = 3",
    "blocks of blocks": "".join(
        f"class B{n}(layers.Layer):\n  def __init__(self):\n    self.a, self.b = "
        + (f"B{n - 1}(), B{n - 1}()" if n else "ReLU(), ReLU()")
        + "\n  def call(self, x):\n    return self.b(self.a(x))\n"
        for n in range(18)
    )
    + "m = Sequential([Input((28, 28, 1)), B17()])",
    "classes on classes": "class C0: pass\n"
    + "".join(f"class C{n + 1}(C{n}): pass\n" for n in range(5000))
    + "C5000().x",
    "a method that calls itself twice": "class C:\n  def f(self):\n    self.f()\n    self.f()\nC().f()",
    "a while loop in a method": "class C:\n  def f(self):\n    while True:\n      self.m.add(Dense(1))\nC().f()",
    "10 MB": "class C:\n  f = 3\n" * 600_000,
    "nesting": "class C:\n  f = " + "[" * 9_000 + "]" * 9_000,
}


@pytest.mark.parametrize("name", EXHAUSTING)
def test_objects_without_number_end_at_once_in_an_error(name: str) -> None:
    started = process_time()
    with pytest.raises(ArchitectureFileError):
        keras_code.parse_code(EXHAUSTING[name])
    assert process_time() - started < 5

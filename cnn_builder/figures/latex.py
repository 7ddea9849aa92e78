"""Formula lines as LaTeX: what the layers explain in plain text, typeset."""

import re

from cnn_builder.figures.locale_text import localized_numbers

_FLOOR = re.compile(r"⌊\((?P<above>.*)\) / (?P<below>\d+)⌋")
_CEILING = re.compile(r"⌈(?P<above>[\d.,]+) / (?P<below>\d+)⌉")
_SIGNS = {
    "·": r" \cdot ", "×": r" \times ", "−": "-", "→": r" \rightarrow ", "←": r" \leftarrow ", "⌊": r"\lfloor ",
    "⌋": r"\rfloor ", "⌈": r"\lceil ", "⌉": r"\rceil ", "%": r"\%", "#": r"\#", "_": r"\_", "&": r"\&", "$": r"\$",
}  # fmt: skip
_WORDS = re.compile(r"(?<![A-Za-z0-9_\\])(?:[A-Za-z_]{2,}[.,:;'\"]*)(?: +[A-Za-z_]{2,}[.,:;'\"]*)*")
_MOST = 400


def latex(line: str) -> str:
    r"""``height = ⌊(28 − 3) / 1⌋ + 1`` as LaTeX for between dollars: fractions, ``\cdot``, words as text.

    Single letters are variables; what looks like a word is set as text. Nothing of the line is run as a command: a
    backslash or brace in it is dropped.
    """
    text = re.sub(r"[\\{}^~]", "", line[:_MOST])
    head, fractions = text, []

    def kept(found: str) -> str:
        fractions.append(found)
        return f"\x00{len(fractions) - 1}\x00"

    floor, ceiling = r"\left\lfloor \frac{%s}{%s} \right\rfloor ", r"\left\lceil \frac{%s}{%s} \right\rceil "
    head = _FLOOR.sub(lambda one: kept(floor % (_inner(one["above"]), one["below"])), head)
    head = _CEILING.sub(lambda one: kept(ceiling % (_inner(one["above"]), one["below"])), head)
    whole = re.sub(r"\x00(\d+)\x00", lambda one: fractions[int(one[1])], _inner(head))
    return re.sub(r"^(\\;)+|(\\;)+$", "", whole.strip())


def _inner(text: str) -> str:
    parts, last = [], 0
    for word in _WORDS.finditer(text):
        parts += [_signs(text[last : word.start()]), _word(word[0])]
        last = word.end()
    return "".join([*parts, _signs(text[last:])])


def _word(word: str) -> str:
    if word == "max":
        return r"\max"
    escaped = word.replace("_", r"\_")
    return rf"\;\text{{{escaped}}}\;"


def _signs(text: str) -> str:
    # A comma within a number has no space behind it; the spaces and strokes between thousands are no letters of TeX.
    text = re.sub(r"(?<=\d),(?=\d)", "{,}", text)
    text = re.sub(r"(?<=\d)[\u00a0\u202f](?=\d)", r"\\,", text)
    text = re.sub(r"(?<=\d)(['\u2019])(?=\d)", r"\\text{\1}", text)
    return "".join(_SIGNS.get(sign, sign) for sign in text)


def formula_markdown(lines: list[str] | tuple[str, ...]) -> str:
    """Lines as a Markdown list: those that are formulas typeset, the others as they are."""
    shown = []
    for line in (localized_numbers(one, decimals=True) for one in lines):
        place, colon, rest = line.partition(": ")
        if " = " in rest and colon:
            shown.append(f"- {_plain(place)}: ${latex(rest)}$")
        elif " = " in line:
            shown.append(f"- ${latex(line)}$")
        else:
            shown.append(f"- {_plain(line)}")
    return "\n".join(shown)


def _plain(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]#<>~$|])", r"\\\1", text)

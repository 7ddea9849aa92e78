"""`drill`: questions about a network, with their answers."""

import json

import click


@click.command()
@click.argument("spec")
@click.option("--count", type=int, default=5, show_default=True, metavar="N", help="How many questions.")
@click.option("--seed", type=int, default=0, show_default=True, metavar="N", help="The same seed, the same questions.")
@click.option("--level", type=int, metavar="1|2|3", help="All of this level; otherwise from easy to hard.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per question, one per line.")
def drill(spec: str, count: int, seed: int, level: int | None, as_json: bool) -> None:
    """Ask questions about SPEC, to be worked out on paper, and print their answers with the formulas."""
    from cnn_builder.cli.spec import read_spec
    from cnn_builder.learn.drills import drill_series
    from cnn_builder.learn.drills.drill import layer_lines
    from cnn_builder.learn.drills.marking import answer_text

    for place, one in enumerate(drill_series(read_spec(spec), count, seed, level), 1):
        if as_json:
            click.echo(json.dumps(one.to_dict(), ensure_ascii=False))
            continue
        lines = [f"{place}. {one.question}"]
        if one.lists_network:
            lines += [f"     {line}" for line in layer_lines(one.architecture)]
        lines += [f"   - {choice}" for choice in one.choices]
        lines += [f"   Answer: {answer_text(one.answer)}", *(f"     {line}" for line in one.explanation), ""]
        click.echo("\n".join(lines))

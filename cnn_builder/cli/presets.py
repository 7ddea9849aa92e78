"""`presets`: the networks to start from."""

import click


@click.command()
def presets() -> None:
    """List the presets with their parameters, one per line."""
    from cnn_builder.architecture import PRESETS, trace

    width = max(len(name) for name in PRESETS)
    for name, preset in PRESETS.items():
        traced = trace(preset.architecture)
        if traced.error is None:
            size = f"{traced.total_params:,} parameters. {preset.story}"
        else:
            size = f"does not fit. {traced.error.message}"
        click.echo(f"{name:<{width}}  {size}")

"""What happened to a run besides its metrics, in words; the same on every page, in the report and in the CSV."""

from collections.abc import Sequence

from cnn_builder.runs.store.events import LEARNING_RATE, RESUMED, Event


def event_words(event: Event) -> str:
    """An event in one line."""
    match event.kind:
        case kind if kind == LEARNING_RATE:
            why = f" ({event.text})" if event.text else ""
            return f"After step {event.step:,}: learning rate {event.value:g}{why}"
        case kind if kind == RESUMED:
            return f"Resumed after step {event.step:,}" if event.step else "Resumed from the start"
        case _:
            return f"After step {event.step:,}: {event.text}" if event.step else event.text


def history_words(events: Sequence[Event], most: int | None = None) -> list[str]:
    """The events in the order in which they happened, each in a line; of many the latest `most`."""
    lines = [event_words(event) for event in events]
    if most is None or len(lines) <= most:
        return lines
    return [f"{len(lines) - most} earlier events", *lines[-most:]]

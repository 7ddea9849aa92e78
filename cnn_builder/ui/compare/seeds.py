"""Networks over their seeds: their curves as bands, and two of them compared pair by pair."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from cnn_builder.figures.many_curves import ComparedRun
from cnn_builder.figures.seed_bands import SeedBand, seed_bands
from cnn_builder.figures.verdict import seed_verdict_words
from cnn_builder.runs import Run
from cnn_builder.runs.results.seeds import seed_scores, seed_verdict, seed_words
from cnn_builder.ui import server
from cnn_builder.ui.shared.reader import localized
from cnn_builder.ui.shared.text import plain


@dataclass(frozen=True)
class SeedGroup:
    """The finished runs of one request, or a single run; `place` is that of its first run among those compared."""

    name: str
    runs: tuple[Run, ...]
    place: int


def seed_groups(runs: Sequence[Run], names: Mapping[str, str]) -> list[SeedGroup]:
    """The runs that are compared by their requests: each with all its finished seeds, also those not among them.

    A group's name has the letters of its runs that are.
    """
    groups: list[SeedGroup] = []
    seen: set[str] = set()
    for place, run in enumerate(runs):
        if run.run_id in seen:
            continue
        alike = tuple(one for one in server.store().seed_runs(run.run_id) if one.status == "finished")
        if run.run_id not in {one.run_id for one in alike}:  # it repeats no request, or has not finished
            alike = (run,)
        ids = {one.run_id for one in alike}
        seen |= ids
        letters = [names[one.run_id].split(" · ")[0] for one in runs if one.run_id in ids]
        name = names[run.run_id] if len(alike) == 1 else f"{', '.join(letters)} · {run.name}, {len(alike)} seeds"
        groups.append(SeedGroup(name, alike, place))
    return groups


def seed_curves(groups: Sequence[SeedGroup], measure: str, curve: Callable[[Run], ComparedRun]) -> None:
    """One band for each network that was trained with several seeds, with the scores in words.

    Args:
        groups: as `seed_groups` finds them; `measure`: one of MEASURES.
        curve: makes a run's curve.
    """
    bands = [SeedBand(group.name, [curve(run) for run in group.runs], group.place) for group in groups]
    figure = seed_bands(bands, measure)
    if not figure.data:
        st.info(f"None of these networks has {article(measure)} {measure.lower()} yet.")
        return
    st.plotly_chart(localized(figure), width="stretch", key="compare-curves", config={"displayModeBar": False})
    st.caption(
        "A line with a band is the mean over all seeds that a network was trained with in the same way; the band is "
        "from the lowest to the highest."
    )
    for group in groups:
        found = seed_scores(group.runs)
        if found is not None:
            st.caption(f"**{plain(group.name)}**: {plain(seed_words(found))}")


def judge_seeds(one: Run, other: Run, letters: tuple[str, str]) -> None:
    """The two runs' networks over all seeds that both were trained with, where these are several."""
    runs = [server.store().seed_runs(run.run_id) for run in (one, other)]
    if runs[0] and one.run_id in {run.run_id for run in runs[1]}:
        st.caption("The two runs differ by their seed alone: they are the same network, trained in the same way.")
        return
    found = seed_verdict(*runs)
    if found is None:
        st.caption(
            "To judge the networks instead, train both with the same seeds (More seeds, on Train): then they are "
            "compared pair by pair."
        )
        return
    title, words = seed_verdict_words(found, f"{letters[0]}'s network", f"{letters[1]}'s network")
    with st.container(border=True, key="seed-verdict"):
        st.markdown(f"**{plain(title)}**  \n{plain(words)}")
        st.caption(f"Paired t-test over the seeds: p = {p_text(found.p_value)}. This compares the networks.")


def p_text(value: float) -> str:
    """A p-value: three decimals, or that it is smaller."""
    return "less than 0.001" if value < 0.001 else f"{value:.3f}"


def article(word: str) -> str:
    """ "a" or "an", as the word begins."""
    return "an" if word[0] in "AEIOU" else "a"

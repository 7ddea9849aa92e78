"""Data sets of one's own on two machines that share a URL and no folder."""

from pathlib import Path

import pytest

from cnn_builder.data import DatasetError, describe, find_dataset, load_dataset
from cnn_builder.data.imports.collect import Form
from cnn_builder.data.imports.importing import ImportOptions, import_data
from cnn_builder.data.sets.own import shared_sets
from cnn_builder.data.sets.own.library import OwnDatasets
from cnn_builder.data.sets.own.version import Images
from cnn_builder.limits import ImportLimits
from cnn_builder.settings import Settings
from tests.support.own_data import pictures, zipped


@pytest.fixture(autouse=True)
def nothing_was_missed() -> None:
    shared_sets._missed.clear()


@pytest.fixture
def machines(tmp_path: Path) -> tuple[Settings, Settings]:
    url = (tmp_path / "url").as_uri()
    return Settings(home=tmp_path / "a", artifacts=url), Settings(home=tmp_path / "b", artifacts=url)


def import_pets(settings: Settings, name: str = "my pets") -> str:
    settings.home.mkdir(parents=True, exist_ok=True)
    path = zipped(settings.home / "pets.zip", pictures())
    return import_data(path, name, OwnDatasets.of(settings), ImportOptions(Form()), ImportLimits()).name


def edited(settings: Settings, name: str = "my pets") -> str:
    """Another version: its first training image is left out."""
    own = OwnDatasets.of(settings)
    version, images = own.version(name), own.images(name)
    fewer = Images(images.x_train[1:], images.y_train[1:], images.x_test, images.y_test)
    return own.save(name, version, fewer).name


def test_another_machine_finds_it_by_name_and_by_version(machines: tuple[Settings, Settings]) -> None:
    a, b = machines
    reference = import_pets(a)
    assert describe("my pets", b).name == reference
    assert (load_dataset(reference, b).x_train == load_dataset(reference, a).x_train).all()
    second = edited(a)
    assert find_dataset(second, b) is not None
    assert describe("my pets", b).name == second and load_dataset(second, b).info.train_size == 7
    assert OwnDatasets.of(b).get("my pets").fingerprints == OwnDatasets.of(a).get("my pets").fingerprints


def test_an_edit_there_goes_on_from_what_was_made_here(machines: tuple[Settings, Settings]) -> None:
    a, b = machines
    first = import_pets(a)
    describe(first, b)
    second = edited(a)
    third = edited(b)  # of the first version, which is what b has read; the list is that of both
    assert third == second
    assert [OwnDatasets.of(one).get("my pets").number(second.partition("@")[2]) for one in (a, b)] == [2, 2]
    assert (load_dataset(first, b).x_train == load_dataset(first, a).x_train).all()


def test_people_have_theirs_apart(machines: tuple[Settings, Settings]) -> None:
    a, b = machines
    reference = import_pets(a.of_owner("1" * 32))
    assert find_dataset(reference, b) is None and find_dataset(reference, b.of_owner("2" * 32)) is None
    assert find_dataset(reference, b.of_owner("1" * 32)) is not None


def test_what_was_deleted_is_found_nowhere(machines: tuple[Settings, Settings], tmp_path: Path) -> None:
    a, b = machines
    reference = import_pets(a)
    OwnDatasets.of(a).delete("my pets")
    assert find_dataset(reference, a) is None and find_dataset(reference, b) is None
    assert [path for path in (tmp_path / "url").rglob("*") if path.is_file()] == []


def test_versions_that_no_run_needs_are_removed_for_all(machines: tuple[Settings, Settings]) -> None:
    a, b = machines
    first = import_pets(a)
    second = edited(a)
    assert OwnDatasets.of(a).remove_unused("my pets", [], keep=1) == 1
    assert find_dataset(second, b) is not None
    with pytest.raises(DatasetError, match="is not there: it was deleted"):
        OwnDatasets.of(b).version(first)


def test_it_is_kept_here_while_the_url_is_away_and_sent_before_a_run_needs_it(
    machines: tuple[Settings, Settings], tmp_path: Path
) -> None:
    a, b = machines
    (tmp_path / "url").write_text("a file in its place")
    reference = import_pets(a)
    assert load_dataset(reference, a).info.name == reference and find_dataset(reference, b) is None
    (tmp_path / "url").unlink()
    sets = shared_sets.SharedSets.of(a)
    assert sets is not None
    sets.send("my pets")
    shared_sets._missed.clear()  # a page looks again after half a minute
    assert find_dataset(reference, b) is not None


def test_a_damaged_one_is_told(machines: tuple[Settings, Settings], tmp_path: Path) -> None:
    a, b = machines
    reference = import_pets(a)
    objects = sorted((tmp_path / "url").rglob("objects/*"), key=lambda path: path.stat().st_size)
    objects[-1].write_bytes(b"damaged")
    sets = shared_sets.SharedSets.of(b)
    assert sets is not None
    with pytest.raises(DatasetError, match=r"my pets is damaged under file://.*\.npz"):
        sets.fetch("my pets", reference.partition("@")[2])


def test_one_that_is_not_there_is_not_looked_for_at_every_run(
    machines: tuple[Settings, Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(shared_sets.SharedSets, "fetch", lambda *arguments: asked.append(arguments[1:]))
    for _ in range(5):
        assert find_dataset("gone@0123456789abcdef", machines[1]) is None
    assert asked == [("gone", "0123456789abcdef"), ("gone", None)]

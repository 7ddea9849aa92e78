from pathlib import Path

import pytest

from cnn_builder.architecture import PRESETS
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.documents.library import Networks, NetworksError
from cnn_builder.limits import MAX_NETWORKS

L1, L2 = PRESETS["L1"].architecture, PRESETS["L2"].architecture


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


@pytest.fixture
def networks(tmp_path: Path) -> Networks:
    return Networks(tmp_path / "networks", Clock())


def names(networks: Networks) -> list[str]:
    return [network.name for network in networks.list()[0]]


def test_what_is_saved_is_listed_the_newest_first(networks: Networks) -> None:
    assert networks.list() == ([], 0)
    first, second = networks.save(L1, "mnist"), networks.save(L2, "digits")
    assert networks.list() == ([second, first], 0)
    assert (first.size, second.dataset) == ("6 layers, 515,146 parameters", "digits")
    assert networks.get(first.network_id) == first
    assert networks.save(PRESETS["L3"].architecture, "mnist").size == "7 layers, does not fit"


def test_replacing_keeps_the_place_and_takes_the_new_time(networks: Networks) -> None:
    first = networks.save(L1, "mnist")
    networks.save(L2, "mnist")
    again = networks.save(L1.remove(0), "digits", first.network_id)
    assert networks.list()[0][0] == again
    assert len(networks.list()[0]) == 2


def test_a_rename_keeps_the_time(networks: Networks) -> None:
    first = networks.save(L1, "mnist")
    renamed = networks.rename(first.network_id, "Mine")
    assert (renamed.name, renamed.saved, names(networks)) == ("Mine", first.saved, ["Mine"])


def test_a_deleted_one_comes_back(networks: Networks) -> None:
    first = networks.save(L1, "mnist")
    gone = networks.delete(first.network_id)
    assert names(networks) == []
    with pytest.raises(NetworksError, match="was deleted"):
        networks.get(first.network_id)
    networks.put(gone)
    assert networks.list() == ([first], 0)


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "../../etc/passwd", "a/b\\c", "קפה", "x" * 200, "CON"])
def test_any_name_is_kept_and_none_becomes_a_path(networks: Networks, name: str) -> None:
    networks.save(L1.with_name(name), "mnist")
    assert names(networks) == [name]
    assert [path.stem for path in networks.folder.iterdir()] == [networks.list()[0][0].network_id]
    assert list(networks.folder.parent.iterdir()) == [networks.folder]


@pytest.mark.parametrize("name", ["", "  ", "a\x00b", "\u202eevil", "x" * 10_000_000, "tab\t"])
def test_a_name_that_is_refused_changes_nothing(networks: Networks, name: str) -> None:
    saved = networks.save(L1, "mnist")
    with pytest.raises(CnnBuilderError) as refusal:
        networks.rename(saved.network_id, name)
    assert len(str(refusal.value)) < 300
    assert networks.list() == ([saved], 0)


def test_a_network_without_a_name_is_not_saved(networks: Networks) -> None:
    with pytest.raises(NetworksError, match="name first"):
        networks.save(L1.with_name(" "), "mnist")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"architecture": 3}', "\udcff", "[" * 50_000])
def test_a_file_that_cannot_be_read_is_counted_and_left_alone(networks: Networks, content: str) -> None:
    saved = networks.save(L1, "mnist")
    damaged = networks.folder / f"{'a' * 16}.json"
    damaged.write_bytes(content.encode(errors="surrogateescape"))
    assert networks.list() == ([saved], 1)
    assert damaged.exists()


@pytest.mark.parametrize("network_id", ["../../x", "", "a" * 15, "A" * 16, "a" * 16 + "\n"])
def test_an_id_cannot_lead_out_of_the_folder(networks: Networks, network_id: str) -> None:
    with pytest.raises(NetworksError, match="not one of ours"):
        networks.get(network_id)


def test_there_is_a_limit(networks: Networks) -> None:
    networks.folder.mkdir()
    for number in range(MAX_NETWORKS):
        (networks.folder / f"{number:016}.json").touch()
    with pytest.raises(NetworksError, match=f"At most {MAX_NETWORKS}"):
        networks.save(L1, "mnist")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NetworksError, match="could not be saved"):
        Networks(tmp_path / "file").save(L1, "mnist")

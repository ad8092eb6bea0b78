"""The plugins that decompose, by name."""

import pytest

from engine.core.errors import InvalidValue, UsageError
from engine.core.methods import ABOUT, GROUPS, USUAL, Methods, check_installed, entry_point, installed, methods_of
from engine.core.names import MAX_PATH


@pytest.mark.parametrize("name", ["", "a\nb", "a\0b", "x" * (MAX_PATH + 1)])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidValue, match="No separator can be called"):
        Methods(separator=name)


def test_a_plugin_is_chosen_by_its_kind() -> None:
    chosen = USUAL.changed("extractor", "select")
    assert chosen == Methods("tao", "tao", "select") and chosen.words == "tao, tao, select"
    assert methods_of({"extractor": "select", "separator": None, "audio": "jack"}) == chosen
    with pytest.raises(InvalidValue, match="no kind of plugin 'conductor'"):
        USUAL.changed("conductor", "tao")
    with pytest.raises(InvalidValue, match="No transcriber can be called ''"):
        methods_of({"transcriber": ""})


def test_an_argument_is_no_part_of_the_name() -> None:
    assert entry_point("transcriber", "paper:weights.safetensors").name == "paper"
    check_installed(Methods(transcriber="paper:weights.safetensors"))
    with pytest.raises(UsageError, match=r"No extractor is called 'nobody'\. Installed: .*solve"):
        check_installed(Methods(extractor="nobody:x"))


@pytest.mark.parametrize("kind", GROUPS)
def test_taos_own_plugins_are_described(kind: str) -> None:
    own = {name for name, point in installed(GROUPS[kind]).items() if point.dist and point.dist.name == "tao-live"}
    assert own == set(ABOUT[kind])

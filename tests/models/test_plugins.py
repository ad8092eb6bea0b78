import sys
from pathlib import Path

import numpy as np
import pytest

from engine.core.errors import InvalidValue, TaoError, UsageError
from engine.core.methods import GROUPS, installed
from models import plugins
from models.hearing.onset_strength import OnsetStrength
from models.plugins import Onset
from models.separation.template_masks import TemplateMasks
from models.sounds.one_shots import LeastDisturbed


@pytest.fixture
def third_party(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else's package, installed beside Tao, with a transcriber that takes an argument."""
    (tmp_path / "elsewhere.py").write_text(
        "class Ears:\n    def __init__(self, model='small'):\n        self.name = f'ears:{model}'\n")
    info = tmp_path / "elsewhere-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: elsewhere\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[tao.transcribers]\nears = elsewhere:Ears\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "elsewhere", raising=False)


def test_tao_finds_its_own_plugins_by_name():
    assert isinstance(plugins.transcriber("onset-strength"), OnsetStrength)
    assert isinstance(plugins.separator("template-masks"), TemplateMasks)
    assert isinstance(plugins.extractor("least-disturbed"), LeastDisturbed)


@pytest.mark.usefixtures("third_party")
def test_an_installed_package_adds_a_plugin():
    assert "ears" in installed(GROUPS["transcriber"])
    assert plugins.transcriber("ears").name == "ears:small"
    assert plugins.transcriber("ears:large").name == "ears:large"


def test_an_unknown_name_is_answered_with_what_is_installed():
    with pytest.raises(UsageError, match=r"No separator is called 'magic'.*template-masks"):
        plugins.separator("magic")


@pytest.mark.usefixtures("third_party")
@pytest.mark.parametrize("failure", ["OSError('libtorchaudio.so: undefined symbol: aoti_torch')",
                                     "ImportError('libtorchaudio.so: undefined symbol: aoti_torch')"])
def test_a_broken_installation_is_one_sentence_with_versions_and_a_remedy(failure, tmp_path):
    (tmp_path / "elsewhere.py").write_text(f"raise {failure}\n")
    with pytest.raises(TaoError, match=r"'ears' cannot be loaded .*undefined symbol.*torchaudio 2.*Reinst") as caught:
        plugins.transcriber("ears")
    assert "\n" not in str(caught.value)


def test_a_file_that_a_plugin_cannot_open_is_no_broken_installation():
    with pytest.raises(FileNotFoundError), plugins.loading("The ears"):
        Path("/no/such/file").read_text()


@pytest.mark.parametrize("onset", [("kick", np.nan, 1.0, 1.0), ("kick", 0.0, 0.0, 1.0), ("kick", 0.0, 1.0, 1.5)])
def test_an_impossible_onset_never_exists(onset):
    with pytest.raises(InvalidValue):
        Onset(*onset)

"""Which backend `auto` takes: the first that is there."""

import sys
import types
from pathlib import Path

import pytest

from engine.audio import devices
from engine.audio.failover import NO_DEVICE, NO_SOUND, FailoverDevice
from engine.audio.null import NullBackend
from engine.audio.settings import AUTO, EngineSettings
from engine.core.errors import DeviceNotFound


def opened(monkeypatch: pytest.MonkeyPatch, there: set[str], **options: str) -> str:
    """The name of the backend that is opened on a computer that has these."""
    def maker(name: str) -> type:
        class Backend:
            def __init__(self, *_: object) -> None:
                if name not in there:
                    raise DeviceNotFound("There is none.")
                self.name = name

        return Backend

    for module, class_name, name in (("jack", "JackBackend", "jack"), ("portaudio", "PortAudioBackend", "portaudio")):
        monkeypatch.setitem(sys.modules, f"engine.audio.{module}",
                            types.SimpleNamespace(**{class_name: maker(name)}))
    return devices.open_backend(EngineSettings(AUTO, "takes", "sessions", **options)).name


@pytest.mark.parametrize(("there", "taken"), [
    ({"jack", "portaudio"}, "jack"), ({"portaudio"}, "portaudio"), (set(), "null")])
def test_auto_takes_the_first_backend_that_is_there(monkeypatch: pytest.MonkeyPatch, there: set[str], taken: str
                                                     ) -> None:
    assert opened(monkeypatch, there) == taken


def test_a_device_that_was_named_is_portaudios(monkeypatch: pytest.MonkeyPatch) -> None:
    assert opened(monkeypatch, {"jack", "portaudio"}, device="USB") == "portaudio"
    with pytest.raises(DeviceNotFound):
        opened(monkeypatch, {"jack"}, device="USB")


def test_the_banner_without_sound_says_why_and_what_to_do_with_make() -> None:
    null = NullBackend(48000, 128)
    for sentence in (NO_SOUND, NO_DEVICE):
        banner = FailoverDevice(null, lambda: null, None, print, sentence).banner  # type: ignore[arg-type]
        assert banner == sentence and "make run" in sentence and "AUDIO=jack" in sentence
    assert "AUDIO" in Path("Makefile").read_text(encoding="utf-8")

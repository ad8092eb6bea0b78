"""The weights that ship with Tao: file, SHA-256, licence and model card. Loads no torch."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.core.errors import WeightsMissing

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Shipped:
    """A bundled file. licence: of the weights; origin: the model card that says how they were made."""

    name: str
    file: str
    sha256: str
    licence: str
    origin: str

    @property
    def path(self) -> Path:
        """Where the file is."""
        return FOLDER / self.file


SHIPPED: tuple[Shipped, ...] = (
    Shipped("second-look", "second-look.json", "c020c88343d045eb828f033dd65f96bda31a373ea0bd1eb645f1661c38165f8d",
            "MIT; fitted on loops made of one-shots under the licences that TRANSCRIBER.md lists",
            "models/weights/SECOND_LOOK.md"),
    Shipped("drum-priors", "drum-priors.safetensors",
            "6a61cf9ac92aaa5b5861ed9e1146ececcd7559f08cfe76dae99698189de9fb26",
            "MIT; means over one-shots under the licences that DRUM_PRIORS.md lists", "models/weights/DRUM_PRIORS.md"),
    Shipped("idm", "idm.safetensors", "d8e6da13ad1d63d0c218d0e1973a9c2309a7df40dabc96a1acbdfe538289a025",
            "MIT; trained on kits under the licences that IDM.md lists", "models/weights/IDM.md"),
    Shipped("idm-sounds", "idm-sounds.safetensors",
            "42c71c1d3a1d16ae8c3e9acf5dc2f76afcb06b6d2ae6fb2ee1ff3bf6eae4e898",
            "MIT; fitted to one-shots under the licences that IDM.md lists", "models/weights/IDM.md"),
    Shipped("paper", "paper.safetensors", "4ffc55df82a3804ee479bec43d828681c216a960241aafde62a41f31899f5930",
            "MIT; trained on one-shots under the licences that TRANSCRIBER.md lists", "models/weights/PAPER.md"),
    Shipped("rhythm", "rhythm.safetensors", "494681322004e82b82ea4e551f9ff5ffe94ca67cef3121995d46a633c909c436",
            "MIT; trained on one-shots and grooves under the licences that TRANSCRIBER.md lists",
            "models/weights/RHYTHM.md"),
    Shipped("tao", "tao.safetensors", "e2b7e852cd553dbd79b5cc6250e7976f3dcf731f6b08a94c22972cc7c0ff5bfb",
            "MIT; trained on one-shots under the licences that TRANSCRIBER.md lists", "models/weights/TRANSCRIBER.md"),
    Shipped("tao-reader", "tao-reader.safetensors",
            "63901ea5cda8de621309d63f4b5b3bc0853872f01f4e685e9725cfa05a3a6307",
            "MIT; trained on grooves under the licences that READER.md lists", "models/weights/READER.md"),
    Shipped("tao-separator", "tao-separator.safetensors",
            "cb0366a2f200d7427ada70299941d3a72b3f20922e49ed2b5d6fe4c236c45b61",
            "MIT; trained on one-shots under the licences that TRANSCRIBER.md lists", "models/weights/SEPARATOR.md"),
)


def shipped(name: str) -> Shipped:
    """The bundled weights of that name. Raises WeightsMissing when there are none."""
    for one in SHIPPED:
        if one.name == name:
            return one
    known = ", ".join(one.name for one in SHIPPED) or "none"
    raise WeightsMissing(f"No weights named {name!r} come with Tao. Included: {known}. "
                         "Train some with `tao_live.py train`.")


def verify_weights() -> Iterator[tuple[str, str | None]]:
    """(name, fault) of each bundled file: "missing", "damaged", or None when it is intact."""
    for one in SHIPPED:
        if not one.path.is_file():
            yield one.name, "missing"
        elif hashlib.sha256(one.path.read_bytes()).hexdigest() != one.sha256:
            yield one.name, "damaged"
        else:
            yield one.name, None

"""What the runs that follow a paper's recipe are asked for."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from engine.core.errors import UsageError


@dataclass(frozen=True, slots=True)
class RunSettings:
    """data: folders of one-shots; run: the folder of the run; minutes: how long this call may take, 0 for as long as it
    needs; resume: go on from the checkpoint; network: the name of what is trained, in checkpoints and weights. Raises
    UsageError without data."""

    network: ClassVar[str]

    data: tuple[Path, ...]
    run: Path
    minutes: float = 0.0
    resume: bool = False
    seed: int = 1
    licence: str = "all"
    rows: int = 0
    threads: int | None = None
    validate_every: int = 250
    save_every: int = 50

    def __post_init__(self) -> None:
        if not self.data:
            raise UsageError("Give at least one --data folder of one-shots.")

    @property
    def identity(self) -> dict[str, object]:
        """The settings that must not change when a run is resumed."""
        return {"network": self.network, "seed": self.seed, "licence": self.licence, "rows": self.rows}

"""One measured figure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """value: in `unit`, or None if it could not be measured. target: such as "<= 250", in the same unit, or empty.
    how: one line on how it was measured."""

    name: str
    value: float | None
    unit: str
    target: str
    how: str

    def line(self) -> str:
        """The figure for a person to read."""
        value = "not measured" if self.value is None else f"{self.value:g} {self.unit}".strip()
        goal = f" (target {self.target})" if self.target else ""
        return f"{self.name}: {value}{goal}\n    {self.how}"

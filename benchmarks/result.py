"""One measured figure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """name; value in unit; target as it was promised, or empty; how: one line on how it was measured."""

    name: str
    value: float | None
    unit: str
    target: str
    how: str

    def line(self) -> str:
        """The figure as a person reads it."""
        value = "not measured" if self.value is None else f"{self.value:g} {self.unit}".strip()
        goal = f" (target {self.target})" if self.target else ""
        return f"{self.name}: {value}{goal}\n    {self.how}"

"""Old names in stored messages: classes and fields that were renamed since they were written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec import inspect


@dataclass(frozen=True, slots=True)
class Renames:
    """classes: the present name by the old one; fields: by the present name of their class, likewise."""

    classes: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def touches(self, info: inspect.Type) -> bool:
        """Whether a value of this type can contain a renamed field."""
        if isinstance(info, inspect.DataclassType) and info.cls.__name__ in self.fields:
            return True
        return any(self.touches(part) for part in _parts(info))

    def renamed(self, data: Any, info: inspect.Type) -> Any:
        """Plain dicts and lists as they were written, with the present names of a value of type `info`."""
        match info, data:
            case inspect.DataclassType(), dict():
                names = self.fields.get(info.cls.__name__, {})
                types = {part.encode_name: part.type for part in info.fields}
                present = {names.get(key, key): value for key, value in data.items()}
                return {key: self.renamed(value, types[key]) if key in types else value
                        for key, value in present.items()}
            case inspect.DictType(), dict():
                return {key: self.renamed(value, info.value_type) for key, value in data.items()}
            case inspect.VarTupleType() | inspect.ListType(), list():
                return [self.renamed(value, info.item_type) for value in data]
            case inspect.UnionType(), _:
                for choice in info.types:
                    data = self.renamed(data, choice)
        return data


def _parts(info: inspect.Type) -> Iterable[inspect.Type]:
    """The types that a value of this type is made of, as far as `renamed` looks into it."""
    match info:
        case inspect.DataclassType():
            return [part.type for part in info.fields]
        case inspect.DictType():
            return [info.value_type]
        case inspect.VarTupleType() | inspect.ListType():
            return [info.item_type]
        case inspect.UnionType():
            return info.types
    return []

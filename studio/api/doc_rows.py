"""The schemas of a document as tables that people read: a row for each field, those of an object below it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]
Prose = Sequence[tuple[bool, str]]
"""The pieces of a text, and of each whether it is code."""
DEEPEST = 3
TYPES = {"boolean": "true or false", "integer": "whole number", "binary": "file"}
"""What people call a JSON type, where they call it otherwise."""


@dataclass(frozen=True, slots=True)
class Row:
    """One field: ``limits`` are its least, most and allowed values in words."""

    name: str
    type: str
    required: bool
    default: str
    limits: str
    description: Prose


@dataclass(frozen=True, slots=True)
class Table:
    """The fields of one model; ``about`` says what it is."""

    name: str
    about: Prose
    rows: Sequence[Row]


def prose(text: str) -> Prose:
    """A text of a document in its pieces: what stands between backticks is code."""
    return [(at % 2 == 1, part) for at, part in enumerate(" ".join(text.split()).split("`")) if part]


class Schemas:
    """The schemas of a document by name."""

    def __init__(self, found: Mapping[str, Schema]) -> None:
        self._found = found

    def resolved(self, schema: Schema) -> Schema:
        """The schema that is meant, with what is said of it here."""
        if "$ref" not in schema:
            return schema
        here = {name: value for name, value in schema.items() if name != "$ref"}
        return {**self._found[schema["$ref"].rpartition("/")[2]], **here}

    def tables(self, schema: Schema) -> Iterator[Table]:
        """A table for each model that the schema may be."""
        found = self.resolved(schema)
        if "anyOf" in found and "properties" not in found:
            for each in found["anyOf"]:
                yield from self.tables(each)
            return
        yield Table(found.get("title", ""), prose(found.get("description", "")), list(self.rows(found)))

    def rows(self, schema: Schema, before: str = "", depth: int = 0) -> Iterator[Row]:
        """The fields of an object, required ones first, and below each that is one its own, as ``image.url``."""
        needed = schema.get("required", ())
        for name, field in sorted(
            schema.get("properties", {}).items(), key=lambda each: each[0] not in needed
        ):
            yield self.row(before + name, field, required=name in needed)
            inner, step = self._inside(field)
            if inner and depth < DEEPEST:
                yield from self.rows(inner, f"{before}{name}{step}", depth + 1)

    def row(self, name: str, field: Schema, *, required: bool) -> Row:
        """One field."""
        meant = self._meant(field)
        default = field.get("default")
        return Row(
            name=name,
            type=self._type(meant),
            required=required,
            default=""
            if default in (None, "")
            else str(default).lower()
            if isinstance(default, bool)
            else str(default),
            limits=self._limits({**meant, **field}),
            description=prose(str(field.get("description") or meant.get("description", ""))),
        )

    def _meant(self, field: Schema) -> Schema:
        """Without null, which says no more than leaving the field out."""
        found = self.resolved(field)
        choices = [each for each in found.get("anyOf", ()) if each.get("type") != "null"]
        return self.resolved(choices[0]) if len(choices) == 1 else found

    def _inside(self, field: Schema) -> tuple[Schema, str]:
        meant = self._meant(field)
        if meant.get("type") == "array":
            return self._meant(meant.get("items", {})), "[]."
        if isinstance(more := meant.get("additionalProperties"), Mapping):
            return self._meant(more), ".*."
        return meant, "."

    def _type(self, schema: Schema) -> str:
        if choices := schema.get("anyOf"):
            known = dict.fromkeys(
                self._type(self._meant(each)) for each in choices if each.get("type") != "null"
            )
            return " or ".join(known)
        if schema.get("type") == "array":
            return f"list of {self._type(self._meant(schema.get('items', {})))}"
        kind = str(schema.get("format") if schema.get("format") == "binary" else schema.get("type", "any"))
        return TYPES.get(kind, kind)

    def _limits(self, schema: Schema) -> str:
        said = [", ".join(str(each) for each in schema["enum"])] if "enum" in schema else []
        if "const" in schema:
            said.append(str(schema["const"]))
        for least, most, unit in (
            ("minimum", "maximum", ""),
            ("minLength", "maxLength", " characters"),
            ("minItems", "maxItems", " of them"),
        ):
            low, high = schema.get(least), schema.get(most)
            if high is not None:
                said.append(f"{low:,} to {high:,}{unit}" if low is not None else f"at most {high:,}{unit}")
            elif low and least != "minLength":
                said.append(f"at least {low:,}{unit}")
        if pattern := schema.get("pattern"):
            said.append(str(pattern))
        if not said and (shown := schema.get("examples")):
            said.append("such as " + ", ".join(str(each) for each in shown))
        return "; ".join(said)

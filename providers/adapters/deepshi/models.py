"""What the vendor's list says of each model: which sizes, how long a prompt, how many references.

A field that a model does not know is ignored and the default is billed, so a request is held against the
list before it costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from providers import errors, wire

CHOICES = {
    "width": "a size in pixels",
    "height": "a size in pixels",
    "aspect_ratio": "this shape",
    "resolution": "this resolution",
    "image_size": "this size",
    "quality": "this quality",
    "seed": "a seed",
    "output_format": "this format",
    "n": "so many pictures at once",
}
"""The fields that a model may not know, and what they stand for."""


@dataclass(frozen=True, slots=True)
class Model:
    """One model as this key sees it; None is what the list leaves open."""

    parameters: Mapping[str, Any] | None = None
    prompt_limit: int | None = None
    max_references: int | None = None


def models_of(document: Any) -> dict[str, Model]:
    """The models of ``GET /models`` by id. Raises AnswerLost where it is no list."""
    entries = document.get("data") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise errors.AnswerLost("The vendor's list of models cannot be read.")
    found = [entry for entry in entries if isinstance(entry, dict) and isinstance(entry.get("id"), str)]
    return {entry["id"]: _model(entry) for entry in found}


def _model(entry: Mapping[str, Any]) -> Model:
    """One entry. Guess [?]: the seed says what it holds, but shows no names for the edit block."""
    parameters, edit = entry.get("parameters"), entry.get("edit")
    references = None
    if isinstance(edit, dict):
        references = 0 if edit.get("supported") is False else wire.count(edit.get("max_images"))
    return Model(
        parameters if isinstance(parameters, dict) else None,
        wire.count(entry.get("prompt_max_length")),
        references,
    )


def _accepts(parameter: Any, value: Any) -> bool:
    """Whether a parameter takes this value. Guess [?]: the names of its type, values and bounds."""
    if not isinstance(parameter, dict):
        return True
    allowed = parameter.get("allowed", parameter.get("enum"))
    if isinstance(allowed, list):
        return value in allowed
    least, most = parameter.get("min"), parameter.get("max")
    if not isinstance(value, int):
        return True
    return not (isinstance(least, int) and value < least) and not (isinstance(most, int) and value > most)


def fitted(model: Model, fields: Mapping[str, Any], references: int) -> dict[str, Any]:
    """The fields that go to this model: PNG is not said where there is no choice of format.

    Raises PromptTooLong or InvalidRequest for what the model would refuse, or ignore and bill.
    """
    if model.prompt_limit is not None and len(fields["prompt"]) > model.prompt_limit:
        raise errors.PromptTooLong(f"This model takes a prompt of {model.prompt_limit:,} characters at most.")
    if model.max_references is not None and references > model.max_references:
        raise errors.InvalidRequest(f"This model takes {model.max_references} references at most.")
    sent = dict(fields)
    if model.parameters is None:
        return sent
    if "output_format" not in model.parameters and sent["output_format"] == "png":
        del sent["output_format"]
    for name, meaning in CHOICES.items():
        if name not in sent or (name == "n" and sent["n"] == 1):
            continue
        if name not in model.parameters or not _accepts(model.parameters[name], sent[name]):
            raise errors.InvalidRequest(f"This model does not take {meaning}.")
    return sent

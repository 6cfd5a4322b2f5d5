"""Servers of one's own that speak the Images API with words of theirs: LocalAI and stable-diffusion.cpp."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from providers.adapters.openai.request import Call, form_of
from providers.base import EDIT, GENERATE, INPAINT, Finished, ImageRequest
from providers.masks import white_where_clear
from providers.refusals import AUTO, half_sized, raise_first
from providers.sending import encoded

SPLITS = "|"
"""What LocalAI takes for the end of the prompt and the beginning of the negative one."""


@dataclass(frozen=True, slots=True)
class Server:
    """What one kind of server takes; ``options`` are the parameters that only ``extra`` can carry."""

    max_n: int
    references: int
    formats: tuple[str, ...]
    edit_formats: tuple[str, ...]
    tagged: bool = False
    options: frozenset[str] = frozenset()


LOCALAI = Server(10, 4, ("png",), ("png",), options=frozenset(["step"]))
SD_CPP = Server(8, 4, ("png", "jpeg", "webp"), ("png", "jpeg"), tagged=True)
SERVERS = {"sd-cpp-local": SD_CPP}
"""By the model's name; every other name is one that a LocalAI's owner gave."""


def call_of(request: ImageRequest) -> Call:
    """The call of this kind of server. Raises InvalidRequest for what it cannot do."""
    server = SERVERS.get(request.model, LOCALAI)
    _refuse_what_it_cannot(request, server)
    if server.tagged:
        return _tagged(request)
    return _inpainting(request) if request.mask is not None else _generation(request)


def with_seeds(finished: Finished, request: ImageRequest) -> Finished:
    """stable-diffusion.cpp counts up from the seed, one for each picture."""
    server = SERVERS.get(request.model, LOCALAI)
    if not server.tagged or request.seed is None or len(finished.outputs) != request.n:
        return finished
    outputs = (replace(output, seed=request.seed + k) for k, output in enumerate(finished.outputs))
    return replace(finished, outputs=tuple(outputs))


def _refuse_what_it_cannot(request: ImageRequest, server: Server) -> None:
    edit, masked = bool(request.references), request.mask is not None
    formats = server.edit_formats if edit else server.formats
    refusals = {
        "This kind of work is not offered by this server.": request.kind not in (GENERATE, EDIT, INPAINT),
        "An edit needs a picture.": request.kind != GENERATE and not edit,
        "An area to repaint needs a mask.": request.kind == INPAINT and not masked,
        "A mask needs a picture beneath it.": masked and not edit,
        "This server makes fewer pictures at a time.": not 1 <= request.n <= server.max_n,
        "This server takes fewer references.": len(request.references) > server.references,
        "This server takes a size in pixels.": bool(
            request.aspect_ratio or request.resolution or request.preset
        ),
        "A choice of quality is not offered by this server.": request.quality not in AUTO,
        "A style is not offered by this server.": bool(request.style),
        "A choice of moderation is not offered by this server.": request.moderation not in AUTO,
        "This server makes no transparent background.": request.background not in (*AUTO, "opaque"),
        "This server sends no previews.": request.partials > 0,
        "This server does not answer in this format.": request.output_format not in formats,
        "An extra parameter is not one of this server's.": not set(request.extra) <= server.options,
    }
    if not server.tagged:
        refusals |= _refused_by_localai(request, masked=masked)
    raise_first(refusals | half_sized(request))


def _refused_by_localai(request: ImageRequest, *, masked: bool) -> dict[str, bool]:
    """A prompt with a bar would lose its end in silence, and one seed would paint the same picture several times.

    Inpainting is 512x512, with a seed of the server's.
    """
    return {
        f"This server ends a prompt at {SPLITS}. Leave it out.": SPLITS in request.prompt + request.negative_prompt,
        "With a seed this server paints one picture at a time.": request.n > 1 and request.seed is not None,
        "Strength is not offered by this server.": request.strength is not None,
        "A compression is not offered by this server.": request.output_compression is not None,
        "Inpainting makes one picture of one.": masked and (request.n, len(request.references)) != (1, 1),
        "Inpainting takes no negative prompt.": masked and bool(request.negative_prompt),
        "Inpainting takes no seed.": masked and request.seed is not None,
        "Inpainting is 512x512.": masked and (request.width, request.height) not in ((None, None), (512, 512)),
    }  # fmt: skip


def _tagged(request: ImageRequest) -> Call:
    """stable-diffusion.cpp: what OpenAI has no parameter for goes along at the end of the prompt.

    A strength says how much of a picture is changed, so without one it says nothing.
    """
    strength = request.strength if request.references else None
    told = {"seed": request.seed, "negative_prompt": request.negative_prompt, "strength": strength}
    options = {name: value for name, value in told.items() if value not in (None, "")}
    prompt = request.prompt
    if options:
        prompt = f"{prompt} <sd_cpp_extra_args>{json.dumps(options)}</sd_cpp_extra_args>"
    fields = _sized(request, {"model": request.model, "prompt": prompt, "n": request.n})
    fields["output_format"] = request.output_format
    if request.output_format != "png" and request.output_compression is not None:
        fields["output_compression"] = request.output_compression
    if not request.references:
        return Call("/images/generations", document=fields)
    return Call("/images/edits", form=form_of(fields, _with_grey_mask(request)))


def _generation(request: ImageRequest) -> Call:
    """LocalAI: the picture to be changed is ``file``, all others are ``ref_images`` [?]."""
    prompt = (
        f"{request.prompt}{SPLITS}{request.negative_prompt}" if request.negative_prompt else request.prompt
    )
    fields = _sized(request, {"model": request.model, "prompt": prompt, "n": request.n})
    fields["response_format"] = "b64_json"
    if request.seed is not None:
        fields["seed"] = request.seed
    pictures = [encoded(picture.data) for picture in request.references]
    if request.kind == EDIT:
        fields["file"] = pictures.pop(0)
    if pictures:
        fields["ref_images"] = pictures
    return Call("/images/generations", document=fields | dict(request.extra))


def _inpainting(request: ImageRequest) -> Call:
    """LocalAI's own path. The mask is white where it is repainted."""
    fields = {"model": request.model, "prompt": request.prompt}
    if "step" in request.extra:
        fields["steps"] = str(request.extra["step"])
    return Call("/images/inpainting", form=form_of(fields, _with_grey_mask(request)))


def _with_grey_mask(request: ImageRequest) -> ImageRequest:
    """Both servers read one channel of a mask, white where it is repainted."""
    if request.mask is None:
        return request
    return replace(request, mask=replace(request.mask, data=white_where_clear(request.mask.data)))


def _sized(request: ImageRequest, fields: dict[str, Any]) -> dict[str, Any]:
    return fields | ({"size": f"{request.width}x{request.height}"} if request.width else {})

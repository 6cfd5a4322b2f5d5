"""The dialect of prepaid tasks (seed 1): its addresses, and how it tells errors."""

from __future__ import annotations

from studio.api.endpoints import Endpoint, Part
from studio.api.errors import Kind
from studio.api.inputs import REFUSES
from studio.api.tasks import views
from studio.api.tasks.envelopes import Artifact, Quote, Task
from studio.api.tasks.errors import DIALECT
from studio.api.tasks.fields import ImageToImage, Media, TextToImage, Upload

__all__ = ["DIALECT", "ENDPOINTS"]

ENDPOINTS = (
    Endpoint(
        "POST",
        "v1/images/generations",
        views.generations,
        "Begin a task: pictures from a prompt",
        scope="generate",
        body=TextToImage,
        answers={202: Task},
        dry=Quote,
        example={"model": "gesso/paint", "prompt": "A quiet terracotta stair", "aspect_ratio": "4:3"},
    ),
    Endpoint(
        "POST",
        "v1/images/image-to-image",
        views.image_to_image,
        "Begin a task: pictures from pictures and a prompt",
        scope="generate",
        body=ImageToImage,
        answers={202: Task},
        dry=Quote,
        refuses=REFUSES,
        example={
            "model": "gesso/paint",
            "prompt": "The same at night",
            "image": {"type": "url", "url": "https://example.com/photo.png"},
        },
    ),
    Endpoint(
        "GET",
        "v1/tasks/<str:task_id>",
        views.task,
        "How far a task is, and what came of it",
        scope="generate | pictures",
        answers={200: Task},
        example={"task_id": "tsk_01jdwm6c2ke0sbt7q2f8v9xyz4"},
    ),
    Endpoint(
        "POST",
        "v1/tasks/<str:task_id>/cancel",
        views.cancel,
        "Stop a task, and give back what no picture had come for",
        scope="generate",
        answers={200: Task, 202: Task},
        refuses=(Kind.CONFLICT,),
        example={"task_id": "tsk_01jdwm6c2ke0sbt7q2f8v9xyz4"},
    ),
    Endpoint(
        "POST",
        "v1/uploads",
        views.uploads,
        "Keep a picture, to name it by its artifact_id",
        scope="generate",
        body=Media,
        form=Upload,
        answers={201: Artifact},
        files=(Part("file", "The picture, of at most 50 MB."),),
        refuses=REFUSES,
        example={"type": "url", "url": "https://example.com/photo.png"},
        form_example={"file": "@photo.png"},
    ),
)

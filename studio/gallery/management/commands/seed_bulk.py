"""`manage.py seed_bulk --images N`: rows to measure pages with."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studio.gallery import bulk
from studio.images.models import Image


class Command(BaseCommand):
    help = "Fills an empty database with rows of pictures, without files, to measure pages with."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--images", type=int, required=True, metavar="N")

    def handle(self, *args: Any, images: int, **options: Any) -> None:
        if images < 1:
            raise CommandError("--images takes a number above 0.")
        if Image.objects.exists():
            raise CommandError(
                "This database has pictures. seed_bulk is for an empty one: set another DATA_DIR."
            )
        user = bulk.seed(images)
        self.stdout.write(
            f"Made {images:,} pictures without files. {user.email} is in the team with a tenth of them."
        )

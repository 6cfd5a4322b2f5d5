"""The living studio's disk, which a test can fill."""

from __future__ import annotations

import errno
import os

from django.core.files.storage import FileSystemStorage

ENDINGS = (".png", ".jpg", ".webp", ".avif")
FULL = "full"
"""While there is a file of this name there is no room for another picture."""


class FillableDisk(FileSystemStorage):
    def path(self, name: str) -> str:
        """Where the file lies. Raises what a full disk does for a picture that is not there yet."""
        path = super().path(name)
        picture = name.startswith("blobs/") and name.endswith(ENDINGS)
        if picture and os.path.exists(super().path(FULL)) and not os.path.exists(path):
            raise OSError(errno.ENOSPC, "no space left on device")
        return path

    def exists(self, name: str) -> bool:
        return os.path.lexists(super().path(name))

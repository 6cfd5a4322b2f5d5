from __future__ import annotations

from django.apps import AppConfig


class GalleryConfig(AppConfig):
    name = "studio.gallery"
    label = "gallery"

    def ready(self) -> None:
        from studio.gallery import keys
        from studio.jobs import signals

        signals.delivered.connect(keys.file_delivered, dispatch_uid="gallery.keys")

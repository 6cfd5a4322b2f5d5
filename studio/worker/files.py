"""The filesystem broker with messages that appear whole.

Kombu writes a message under the name that readers look for; one that read it half-written ended its worker.
"""

from __future__ import annotations

import os
import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    def _put(self, queue: str, message: Any, **_: Any) -> None:
        """Write under another name, then rename; the name begins with the time, so that readers keep the order."""
        folder = Path(self.data_folder_out)
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        part = folder / f"{name}.part"
        part.write_text(dumps(message))
        os.replace(part, folder / name)


class Transport(filesystem.Transport):
    Channel = Channel

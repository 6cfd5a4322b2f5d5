"""What happens while a vendor works: previews, progress, pictures that come early, and the wish to stop."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from django.db import DatabaseError

from providers.base import Delivered, Event, Facts, Output, Partial, Progress
from studio.core import db
from studio.images import services as images
from studio.images.errors import BadPicture, Busy, NotKept
from studio.jobs import notices
from studio.jobs.models import Job, State
from studio.jobs.queue import Claim

log = logging.getLogger(__name__)
Preview = Partial
"""A preview as whoever waits in this process hears of it: ``data`` of type ``mime``, as the vendor sent it."""

LOOK_SECONDS = 0.3
"""How often, at most, the database is asked whether somebody pressed Cancel."""

WHOLE = "all"
"""Where a job's ``previews`` keep how far the call as a whole is."""


class CancelWanted(Exception):
    """Somebody pressed Cancel and the vendor takes nothing for a call that is broken off."""


class ClaimLost(Exception):
    """Somebody else works on the job now, or ended it: nothing more is to be sent, asked or cancelled."""


class Listener:
    """Called by an adapter with each event of one call, from whichever thread it likes."""

    def __init__(
        self,
        claim: Claim,
        job: Job,
        facts: Facts,
        deliver: Callable[[int, Output], object],
        tap: Callable[[Preview], None] | None = None,
    ) -> None:
        self._claim, self._job, self._facts, self._deliver = claim, job, facts, deliver
        self._tap = tap
        self._previews: dict[str, dict[str, float]] = {}
        self._looked = 0.0
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        """Show the event. Raises CancelWanted or ClaimLost where stopping costs nothing."""
        try:
            self._show(event)
            if not self._facts.billed_when_cancelled and self.cancel_wanted():
                raise CancelWanted
        finally:
            db.release()

    def _show(self, event: Event) -> None:
        match event:
            case Partial():
                if self._tap:
                    self._tap(event)
                self._preview(event)
            case Progress():
                self.progress(event.fraction)
            case Delivered() if event.index < self._job.n:
                self._take_in(event)

    def _take_in(self, event: Delivered) -> None:
        """One that cannot be kept yet is tried again when the whole answer is there: the call is not broken off."""
        try:
            self._deliver(event.index, event.output)
        except (NotKept, Busy) as error:
            log.warning("job %s picture %d is not kept yet: %s", self._job.pk, event.index, error)

    def _preview(self, event: Partial) -> None:
        """Nothing hangs on a preview: the call is paid, and goes on without one that cannot be read or kept."""
        try:
            images.put_preview(self._job.pk, event.index, event.step, event.data)
        except (BadPicture, Busy, OSError) as error:
            log.warning("job %s goes on without a preview: %s", self._job.pk, error)
        else:
            self._note(event.index, event.step / (event.steps + 1), event.step)

    def progress(self, fraction: float | None) -> None:
        """Note how far all pictures are; None where the vendor does not say."""
        if fraction is not None:
            self._note(WHOLE, fraction, 0)

    def _note(self, place: int | str, fraction: float, step: int) -> None:
        with self._lock:
            self._previews[str(place)] = {"fraction": round(fraction, 3), "step": step}
            try:
                with db.atomic():
                    if self._claim.rows().filter(state=State.RUNNING).update(previews=self._previews):
                        notices.run_changed(self._job.run)
            except DatabaseError as error:
                # Told again with the next sign of life; a paid call is not broken off for it.
                log.warning("job %s could not tell how far it is: %s", self._job.pk, error)

    def cancel_wanted(self) -> bool:
        """Whether Cancel was pressed. Raises ClaimLost once the job is no longer ours."""
        now = time.monotonic()
        if now - self._looked < LOOK_SECONDS:
            return False
        self._looked = now
        try:
            wanted = self._claim.rows().values_list("cancel_requested", flat=True).first()
        except DatabaseError as error:
            log.warning("job %s could not look for a wish to stop: %s", self._job.pk, error)
            return False
        if wanted is None:
            raise ClaimLost
        return wanted

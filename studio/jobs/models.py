"""A project's runs, the jobs in them, and every paid call made for a job."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from studio.accounts.actors import Owned, OwnedManager
from studio.core import clock
from studio.core.ids import uuid7


class Project(Owned):
    """A named thread of runs. ``last_number`` is moved by a guarded update, so numbers have no gaps or twins."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120)
    last_number = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    used_at = models.DateTimeField(default=clock.now, editable=False)

    objects = OwnedManager()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-used_at"], name="project_by_owner"),
            models.Index(fields=["team", "-used_at"], name="project_by_team"),
        ]

    def __str__(self) -> str:
        return self.name


class Run(Owned):
    """One press of Generate: a row #number on the page, with one job or several.

    ``key`` makes a submit safe to repeat: the same owner and key give the same run. ``body_hash`` proves
    that the repeat asks for the same thing. ``api_key`` asked for it, where a program did; ``end_user`` is a keyed hash
    of whom that program named as its own user.
    """

    class Origin(models.TextChoices):
        STUDIO = "studio", _("Studio")
        API = "api", _("API")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="runs")
    number = models.PositiveIntegerField()
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="children"
    )
    prompt = models.TextField()
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.STUDIO)
    key = models.CharField(max_length=80)
    body_hash = models.CharField(max_length=64)
    api_key = models.ForeignKey(
        "accounts.ApiKey", null=True, blank=True, on_delete=models.SET_NULL, related_name="runs"
    )
    end_user = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = OwnedManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="run_number_in_project"),
            models.UniqueConstraint(fields=["owner", "key"], name="one_run_per_key"),
        ]

    def __str__(self) -> str:
        return f"#{self.number}"


class State(models.TextChoices):
    ASKED = "asked", _("Waits for approval")
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    UNCONFIRMED = "unconfirmed", _("Unconfirmed")
    SUCCEEDED = "succeeded", _("Done")
    PARTIAL = "partial", _("Part done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


FINAL = frozenset({State.SUCCEEDED, State.PARTIAL, State.FAILED, State.CANCELLED})
OPEN = frozenset({State.ASKED, State.QUEUED, State.RUNNING, State.UNCONFIRMED})


class Job(models.Model):
    """One model × prompt × parameters × seed, for ``n`` pictures, with one hold unless it is free.

        asked ──► queued ──► running ──► succeeded
                    │  ▲        │  ├────► partial
                    │  └────────┤  ├────► failed
                    │   safe to │  └────► unconfirmed ──► succeeded | partial | failed
                    ▼    resend ▼
                 cancelled   cancelled

    Pictures that went on by their header (see ``images.unseen``) and turn out to be none are taken back (``looking``):
    succeeded becomes partial or failed then, as if they had never come.

    ``services`` and ``execution`` are the only writers of ``state``. The columns from ``model`` to ``route`` (why
    ``auto`` chose this model, where it did) are the snapshot that a retry repeats; they never change. A row is the
    outbox too: ``dispatched_at`` is null until a message was published and swept while null or stale. Who works on a
    job holds its lease; every write of theirs says ``fence = mine``.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="jobs")
    position = models.PositiveSmallIntegerField(default=0)
    payer = models.ForeignKey("credits.Account", on_delete=models.PROTECT, related_name="+")
    model = models.CharField(max_length=120)
    model_label = models.CharField(max_length=120)
    provider = models.CharField(max_length=40)
    upstream = models.CharField(max_length=120)
    kind = models.CharField(max_length=10)
    prompt = models.TextField()
    negative_prompt = models.TextField(blank=True)
    n = models.PositiveSmallIntegerField(default=1)
    seed = models.BigIntegerField(null=True, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    parameters = models.JSONField(default=dict)
    price_version = models.ForeignKey("catalog.PriceVersion", on_delete=models.PROTECT, related_name="+")
    quote = models.JSONField()
    route = models.JSONField(null=True, blank=True)
    retry_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="retries"
    )

    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    priority = models.SmallIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    due_at = models.DateTimeField()
    dispatched_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveIntegerField(default=0)
    claims = models.PositiveSmallIntegerField(default=0)
    deadline_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    cancel_requested = models.BooleanField(default=False)
    previews = models.JSONField(default=dict, blank=True)
    charged = models.BigIntegerField(default=0)
    error_code = models.CharField(max_length=32, blank=True)
    error_detail = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="job_position_in_run")]
        indexes = [
            models.Index(fields=["-priority", "due_at"], condition=Q(state="queued"), name="job_queue"),
            models.Index(fields=["lease_until"], condition=Q(state="running"), name="job_leases"),
            models.Index(fields=["model", "-finished_at"], name="job_weather"),
            models.Index(fields=["finished_at"], condition=Q(state="unconfirmed"), name="job_unconfirmed"),
            models.Index(
                fields=["payer"], condition=Q(state__in=["queued", "running"]), name="job_payer_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} × {self.n}"

    @property
    def hold_key(self) -> str:
        """The ledger's key of this job's hold."""
        return f"job:{self.pk}"


class Attempt(models.Model):
    """One paid call. ``sending`` is committed before a byte leaves; who finds it without an answer knows nothing.

    ``sent`` is how often it went out: more than once only to a vendor that knows it again by its ``client_ref``.
    """

    class State(models.TextChoices):
        SENDING = "sending", _("Sending")
        TICKET = "ticket", _("Waiting for the vendor")
        DONE = "done", _("Answered")
        FAILED = "failed", _("Failed")
        UNKNOWN = "unknown", _("Answer lost")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.SENDING)
    client_ref = models.CharField(max_length=64, unique=True)
    sent = models.PositiveSmallIntegerField(default=1)
    vendor_ref = models.CharField(max_length=200, blank=True)
    ticket = models.JSONField(null=True, blank=True)
    usage = models.JSONField(null=True, blank=True)
    billed = models.BigIntegerField(null=True, blank=True)
    error_code = models.CharField(max_length=32, blank=True)
    error_detail = models.CharField(max_length=500, blank=True)
    started_at = models.DateTimeField(default=clock.now, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="attempt_number")]

    def __str__(self) -> str:
        return f"{self.job_id} try {self.number} {self.state}"


class Reference(models.Model):
    """A picture that goes along with a job, in order. ``sent_sha256`` is of the very bytes that were sent."""

    class Role(models.TextChoices):
        SUBJECT = "subject", _("Subject")
        STYLE = "style", _("Style")
        PALETTE = "palette", _("Palette")
        LAYOUT = "layout", _("Layout")
        POSE = "pose", _("Pose")
        SOURCE = "source", _("Edit source")
        MASK = "mask", _("Mask")

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="references")
    position = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=8, choices=Role, default=Role.SUBJECT)
    image = models.ForeignKey("images.Image", on_delete=models.PROTECT, related_name="+")
    sent_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["job", "position"], name="reference_position")]

    def __str__(self) -> str:
        return f"{self.position} {self.role}"


class Output(models.Model):
    """Picture ``position`` (0-based) of a job. It stays when the picture is gone for good: it was delivered."""

    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="outputs")
    position = models.PositiveSmallIntegerField()
    image = models.OneToOneField("images.Image", null=True, on_delete=models.SET_NULL, related_name="made_by")

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["job", "position"], name="output_position")]

    def __str__(self) -> str:
        return f"{self.job_id} picture {self.position}"


class WorkerBeat(models.Model):
    """When each worker process last said that it is there."""

    name = models.CharField(max_length=120, primary_key=True)
    at = models.DateTimeField(default=None, null=True)

    def __str__(self) -> str:
        return self.name

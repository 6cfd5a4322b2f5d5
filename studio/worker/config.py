"""Celery's settings. A message is a hint, so losing or repeating one is harmless and it is acknowledged early."""

from __future__ import annotations

from django.conf import settings

from studio.worker import broker

broker_url = settings.BROKER_URL
task_ignore_result = True
task_serializer = "json"
accept_content = ["json"]
task_acks_late = False
worker_prefetch_multiplier = 1
worker_pool = "threads"
worker_concurrency = settings.WORKER_THREADS
worker_hijack_root_logger = False
worker_send_task_events = False
worker_enable_remote_control = False
worker_cancel_long_running_tasks_on_connection_loss = False
broker_connection_retry_on_startup = True
task_default_queue = "gesso"

if broker_url.startswith("filesystem"):
    broker.use()
    for folder in ("in", "control"):
        (settings.BROKER_DIR / folder).mkdir(parents=True, exist_ok=True)
    broker_transport_options = {
        "data_folder_in": str(settings.BROKER_DIR / "in"),
        "data_folder_out": str(settings.BROKER_DIR / "in"),
        "control_folder": str(settings.BROKER_DIR / "control"),
        "store_processed": False,
        # The default second between looks would be most of a run's waiting time.
        "polling_interval": 0.02,
    }
else:
    broker_transport_options = {
        "socket_timeout": 30,
        "socket_connect_timeout": 1,
        "health_check_interval": 25,
        # A press of Generate must not wait for a broker that is away: the sweeper sends the hint later.
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0.1,
        "interval_max": 0.1,
    }

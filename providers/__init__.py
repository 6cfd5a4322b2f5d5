"""Adapters to image services. Plain Python: knows nothing of Django, Celery or a database."""

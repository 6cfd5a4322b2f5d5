"""An API of tasks that are prepaid in credits, after seed 1.

The seed names addresses, parameters, prices and that results carry an address and an artifact id. Whatever it does not
say is a guess, marked ``[?]``, and each guess stands in one function.
"""

from __future__ import annotations

from providers.adapters.async_tasks.adapter import AsyncTasks

__all__ = ["AsyncTasks"]

"""Vendors on real loopback sockets."""

from __future__ import annotations

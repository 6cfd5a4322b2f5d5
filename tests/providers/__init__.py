"""Tests of the providers: adapters against vendors on real sockets."""

from __future__ import annotations

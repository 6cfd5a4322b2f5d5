"""A simulator in a process of its own, for the demo and to try an adapter by hand."""

from __future__ import annotations

import argparse

from tests.providers.simulators.base import Simulator


def main(simulator: type[Simulator], described: str, *, seconds: float = 2.0) -> None:
    """The command line: runs until interrupted, a paid call taking ``seconds`` unless told otherwise."""
    parser = argparse.ArgumentParser(description=f"{described}, simulated on loopback.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=seconds, help="how long a paid call takes")
    options = parser.parse_args()
    serve(simulator(options.port, seconds=options.seconds))


def serve(simulator: Simulator) -> None:
    """Runs until interrupted. Prints the base URL first."""
    with simulator:
        print(simulator.url, flush=True)
        try:
            simulator.stopping.wait()
        except KeyboardInterrupt:
            return

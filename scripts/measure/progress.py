# The line that says how much is done, and how long the rest will take.

import sys
import time


class Progress:
    """Counts work, and shows the share of it that is done."""

    def __init__(self, weight: float) -> None:
        self._all, self._kept, self._done = weight, 0.0, 0.0
        self._start = self._shown = time.monotonic()

    def add(self, done: float, kept: float = 0) -> None:
        """Count work that was done now, and work that an earlier run has left."""
        self._done += done
        self._kept += kept
        now = time.monotonic()
        if now - self._shown < (1 if sys.stdout.isatty() else 60):
            return
        self._shown = now
        share = (self._done + self._kept) / self._all
        rest = max(0.0, self._all - self._done - self._kept)
        seconds = (now - self._start) * rest / max(self._done, 1)
        line = f"{share:5.1%} done, about {_duration(seconds)} left"
        print(f"{line:<70}", end=self._end(), flush=True)

    def say(self, text: str) -> None:
        """Say something that stays."""
        print(f"{text:<70}", flush=True)

    def _end(self) -> str:
        return "\r" if sys.stdout.isatty() else "\n"


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes else "a minute"

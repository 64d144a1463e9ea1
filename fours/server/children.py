"""One child process of the supervisor: started, watched, started again when it dies."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping

from fours.server.processes import dies_with_parent, wait_until
from fours.server.programs import Program

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
# A child that has worked this long is taken to be healthy: its next death is a new story.
HEALTHY_SECONDS = 60.0


class Child:
    """A program and, while it runs, its process. Restarts wait longer each time it dies young."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.process: subprocess.Popen[bytes] | None = None
        self._pause = FIRST_PAUSE
        self._started_at = 0.0
        self._start_at = 0.0

    def is_due(self) -> bool:
        """Whether it does not run and its pause is over."""
        return self.process is None and time.monotonic() >= self._start_at

    def start(self, environment: Mapping[str, str]) -> None:
        self._started_at = time.monotonic()
        self.process = subprocess.Popen(
            self.program.command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            # An own group: Ctrl-C reaches only the supervisor, and leftovers of a dead child can be ended.
            start_new_session=True,
            # Safe though threads may run: arm() is loaded before the fork and only calls prctl.
            preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509
        )

    def death(self) -> str | None:
        """A sentence about its end, once, when it has ended by itself; it is started again after a pause."""
        if self.process is None or self.process.poll() is None:
            return None
        status = self.process.returncode
        self._end_group(signal.SIGKILL)
        self.process = None
        if time.monotonic() - self._started_at > HEALTHY_SECONDS:
            self._pause = FIRST_PAUSE
        self._start_at = time.monotonic() + self._pause
        sentence = f"{self.program.name} ended with status {status}, starts again in {self._pause:g} s"
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        return sentence

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def wait_for_end(self, seconds: float) -> None:
        """Wait until it has ended after `ask_to_stop`; by force when `seconds` are over."""
        if self.process is None:
            return
        process = self.process
        wait_until(lambda: process.poll() is not None, seconds)
        self._end_group(signal.SIGKILL)
        process.wait()
        self.process = None

    def _end_group(self, signum: signal.Signals) -> None:
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signum)
            except ProcessLookupError:
                return

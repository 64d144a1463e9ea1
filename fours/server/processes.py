"""Small facts about operating system processes that the embedded database and the supervisor share."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

PR_SET_PDEATHSIG = 1


def dies_with_parent(signum: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn` that makes the kernel send `signum` to the child when its parent ends (Linux only).

    Must be used from the main thread: the kernel watches the thread that started the child.
    """
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    parent = os.getpid()

    def arm() -> None:
        if libc is None:
            return
        libc.prctl(PR_SET_PDEATHSIG, int(signum))
        # The parent may have ended between fork and prctl; then no signal would ever come.
        if os.getppid() != parent:
            os._exit(1)

    return arm


def command_line(pid: int) -> list[str]:
    """The arguments of a running process; empty when there is none, or only its zombie."""
    proc = Path("/proc")
    if (proc / "self" / "cmdline").exists():
        try:
            raw = (proc / str(pid) / "cmdline").read_bytes()
        except OSError:
            return []
        return [part.decode(errors="replace") for part in raw.split(b"\0") if part]
    listing = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listing.stdout.split()


def wait_until(condition: Callable[[], bool], seconds: float, pause: float = 0.03) -> bool:
    """Whether `condition` came true within `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True

"""Many at once: 16 clients against two web processes, 8 writers, and four who read while four write."""

import http.client
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from multiprocessing import SimpleQueue, get_context
from pathlib import Path
from urllib.parse import quote

from django.db import connections

from fours.kernel.models import Store
from fours.server.programs import web_program

from .cycle import crew, run_cycle
from .figures import Figure, Times
from .samples import Samples, bearer, browser

READERS, WRITERS = 16, 8
SECONDS = 10
WARM_UP = 2

Served = Sequence[tuple[float, float]]
"""(when it ended, how long it took) of each answer, in seconds."""


def rates(samples: Samples) -> list[Figure]:
    """Answers a second of search and order page, and the memory of the web processes after it."""
    cookie = _cookie()
    with web_server() as (port, pid):
        search = _hammer(port, cookie, [f"/search/?q={quote(text)}" for text in samples.plates], READERS)
        pages = _hammer(port, cookie, [f"/service/orders/{pk}/" for pk in samples.orders], READERS)
        token = bearer("advisor")
        api = _hammer(port, token, [f"/api/v1/search?q={quote(text)}" for text in samples.plates], READERS)
        memory = _largest_child(pid)
    return [
        Figure("search, 16 clients", _rate(search), "requests/s", aim=980, at_least=True),
        Figure("search (API), 16 clients", _rate(api), "requests/s", aim=980, at_least=True),
        Figure("order page, 16 clients", _rate(pages), "requests/s", aim=410, at_least=True),
        Figure("largest web process", memory, "MB", aim=250),
    ]


def writers(samples: Samples) -> list[Figure]:
    """Whole write cycles a second by eight processes, each with its own crew."""
    done, _ = _write_together(samples, WRITERS)
    return [Figure("write cycles, 8 clients", done / SECONDS, "cycles/s", aim=38, at_least=True)]


def together(samples: Samples) -> list[Figure]:
    """Four read pages and search while four write: what each of them waits for."""
    cookie = _cookie()
    addresses = [f"/service/orders/{pk}/" for pk in samples.orders]
    texts = [f"/search/?q={quote(text)}" for text in samples.plates]
    found: dict[str, Served] = {}
    with web_server() as (port, _):
        readers = [
            threading.Thread(target=lambda: found.update(page=_hammer(port, cookie, addresses, 2))),
            threading.Thread(target=lambda: found.update(search=_hammer(port, cookie, texts, 2))),
        ]
        for reader in readers:
            reader.start()
        _, verbs = _write_together(samples, 4)
        for reader in readers:
            reader.join()
    page, search = (Times.of(took for _, took in found[name]) for name in ("page", "search"))
    verb = Times.of(verbs)
    return [
        Figure("page, p95 of 4 readers and 4 writers", page.p95, "ms", aim=200),
        Figure("search, p95 of 4 readers and 4 writers", search.p95, "ms", aim=100),
        Figure("any verb, p95 of 4 readers and 4 writers", verb.p95, "ms", aim=150),
    ]


def _write_together(samples: Samples, clients: int) -> tuple[int, list[float]]:
    """How many cycles so many processes finished in time, and the seconds of all their verbs."""
    connections.close_all()
    context = get_context("fork")
    answers: SimpleQueue[tuple[int, list[float]]] = context.SimpleQueue()
    share = len(samples.cars) // clients
    workers = [
        context.Process(
            target=_write, args=(samples.store, n, samples.cars[n * share : (n + 1) * share], answers)
        )
        for n in range(clients)
    ]
    for worker in workers:
        worker.start()
    told = [answers.get() for _ in workers]
    for worker in workers:
        worker.join()
    return sum(cycles for cycles, _ in told), [second for _, seconds in told for second in seconds]


def _write(
    store: Store, client: int, cars: Sequence[int], answers: "SimpleQueue[tuple[int, list[float]]]"
) -> None:
    team, done, verbs = crew(store, client), 0, list[float]()
    until = time.monotonic() + SECONDS
    for car in cycle(cars):
        if time.monotonic() >= until:
            break
        verbs += run_cycle(team, car)
        done += 1
    answers.put((done, verbs))


@contextmanager
def web_server() -> Iterator[tuple[int, int]]:
    """The product's own web server with two processes, on a free port; (port, pid)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = web_program("127.0.0.1", port)
    process = subprocess.Popen(program.command)
    try:
        _wait_until_it_answers(port)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_until_it_answers(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            _get(http.client.HTTPConnection("127.0.0.1", port, timeout=5), "/healthz", {})
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the web server did not begin to answer")


def _hammer(port: int, headers: dict[str, str], addresses: Sequence[str], clients: int) -> Served:
    """So many clients ask one address after another for some seconds; the first two seconds are not counted."""
    served: list[tuple[float, float]] = []
    begun = time.monotonic()

    def client(first: int) -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for address in cycle([*addresses[first:], *addresses[:first]]):
            sent = time.monotonic()
            if sent - begun > SECONDS + WARM_UP:
                return
            _get(line, address, headers)
            if sent - begun > WARM_UP:
                served.append((time.monotonic(), time.monotonic() - sent))

    _in_threads(client, [n % len(addresses) for n in range(clients)])
    return served


def _in_threads(work: Callable[[int], None], given: Sequence[int]) -> None:
    threads = [threading.Thread(target=work, args=(value,)) for value in given]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _get(line: http.client.HTTPConnection, address: str, headers: dict[str, str]) -> None:
    line.request("GET", address, headers=headers)
    answer = line.getresponse()
    answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{address} answered {answer.status}")


def _rate(served: Served) -> float:
    return len(served) / SECONDS


def _cookie() -> dict[str, str]:
    cookies = browser("advisor").cookies
    return {"Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())}


def _largest_child(pid: int) -> float:
    """Proportional memory in MB of the largest of the server's processes."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return max(_proportional(int(child)) for child in [*children, str(pid)])


def _proportional(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"no memory figure of process {os.getpid()}")

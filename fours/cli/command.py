"""What the `fours` program needs to know of a subcommand."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass

from fours.server.environment import Role


@dataclass(frozen=True)
class Command:
    """A subcommand: `add` declares its arguments, `run` works and returns the exit status.

    `role` tells as which database role it works; None: it looks after database and Django itself.
    """

    help: str
    add: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]
    role: Callable[[Namespace], Role] | Role | None = "app"

    def role_for(self, arguments: Namespace) -> Role | None:
        """The database role for this call."""
        return self.role(arguments) if callable(self.role) else self.role


def no_arguments(parser: ArgumentParser) -> None:
    """For subcommands that take none."""

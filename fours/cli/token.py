"""`fours token`: a bearer token for the REST interface (PF-14)."""

from argparse import ArgumentParser, Namespace

from fours.cli.command import Command


def add(parser: ArgumentParser) -> None:
    parser.add_argument("user", help="user name the token works for")


def run(arguments: Namespace) -> int:
    from fours.desk.tokens import issue_token

    # Scripts take the last word of the output.
    print(f"Token for {arguments.user} (shown only now): {issue_token(arguments.user)}")
    return 0


COMMAND = Command("issue a token for the REST interface", add, run)

"""The `fours` command: one module per subcommand, each with `add` (its arguments) and `run` (its work).

What a subcommand needs from the product is imported inside `run`: arguments are read before Django is set up,
and models can only be imported after it.
"""

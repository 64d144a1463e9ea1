"""Everything one can do to a vehicle file."""

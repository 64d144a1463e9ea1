"""Everything one can do to a customer file."""

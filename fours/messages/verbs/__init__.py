"""Everything that can be done with messages."""

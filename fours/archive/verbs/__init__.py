"""Everything that can be done with bindings."""

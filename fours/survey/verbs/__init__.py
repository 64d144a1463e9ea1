"""Everything customer care can do."""

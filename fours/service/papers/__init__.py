"""Papers of the service area."""

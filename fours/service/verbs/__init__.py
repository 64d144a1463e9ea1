"""Everything the service area can do, one module per aggregate."""

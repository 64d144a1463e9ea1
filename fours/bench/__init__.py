"""`fours bench`: how long the product's work takes on a demo database, each figure beside hand-written SQL of the same work."""

"""Django's PostgreSQL backend, with the columns of a whole row written out once for each model (`compiler`)."""

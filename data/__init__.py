"""Records of the clinic: one SQLite file, a hash-chained event log, and the repositories over them."""

"""Knowledge: clinical content as data, and the search over the clinic's guidelines."""

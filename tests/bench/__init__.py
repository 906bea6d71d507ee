"""How fast it is: `make bench`. No test: it never fails because of slowness."""

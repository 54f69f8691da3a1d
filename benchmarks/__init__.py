"""What is measured from outside: simulations and timings. Nothing here is part of the program."""

"""Several people at one file: values that wait to be settled, who is where, and whether anybody saved something."""

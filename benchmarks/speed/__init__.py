"""How quick the program is: whole commands beside a floor and beside what a person would use instead."""

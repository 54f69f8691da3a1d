"""What a credential looks like: vendors' formats, values beside a telling name, and what hides one."""

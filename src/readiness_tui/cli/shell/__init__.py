"""What ties the commands to a person's shell: completion, help on a topic."""

"""What the app does beside the screen: in which thread, and what of it whoever leaves waits for."""

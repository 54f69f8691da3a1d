"""The app in a browser: who may come in, and one process of the app for each window."""

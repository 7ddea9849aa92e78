"""The Status page: how the app is doing, for whoever runs it."""

"""What each phase does: pure functions, and steps of a few lines that read, call one function and write."""

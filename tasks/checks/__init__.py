"""Field checks: one module a family, pure functions on frames; tasks/checking.py puts them together."""

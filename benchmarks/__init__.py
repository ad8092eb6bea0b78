"""Every figure the README quotes, each one command: python -m benchmarks [NAME ...] [--json]."""

"""Measures every figure that the README quotes: python -m benchmarks [NAME ...] [--json].

A benchmark is a module with `run() -> list[Result]`. The `make_*` modules and `decompose_set` are programs of their
own; they produce data that Tao ships or is scored on. Start at `startup.py`, the shortest.
"""

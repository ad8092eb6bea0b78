"""The worker process as the engine sees it. Start at `jobs`, what is asked of the worker and what comes back; `job` is
one of them, `process` the process itself."""

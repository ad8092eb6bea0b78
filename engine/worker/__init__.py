"""The worker process as the engine sees it: the process, its jobs, and what becomes of their results."""

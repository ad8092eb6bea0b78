"""The engine process: start-up, the control loop, and the socket its clients attach to. Start at `process.py`."""

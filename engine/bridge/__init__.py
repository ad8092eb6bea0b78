"""What crosses processes: typed messages, framed sockets and pipes, audio and meters in shared memory.

Start with `messages` (what is said) and `client` (how a screen talks to the engine).
"""

"""All that crosses processes: typed messages, framed sockets and pipes, audio and meters in shared memory."""

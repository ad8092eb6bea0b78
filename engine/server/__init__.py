"""The engine process. Start at `process`, the control thread's loop; `engine` puts the parts together, `requests` says
who carries out what a client asks for, `control_socket` is where clients attach, `launch` starts the process."""

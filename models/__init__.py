"""The science, loop in, kit and pattern out: the only home of torch."""

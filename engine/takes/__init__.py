"""Takes, from the first frame to the loop that plays. Start at `planner`, which decides when one begins and ends;
`recorder` cuts it from the ring, `take_file` writes it, and `finished` loads it. `calibration` measures how late the
input arrives."""

"""Takes: planning, recording, writing and finishing one, and calibrating how late the input arrives."""

"""Analysis by synthesis: all one-shots of a loop found jointly, so that played at the hits they are the loop."""

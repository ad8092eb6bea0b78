"""The machine: musical values (core), sound (dsp), the audio process (live), files (library)."""

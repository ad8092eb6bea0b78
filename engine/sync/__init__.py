"""What else may keep the time: a MIDI clock (`clock_follower`, on top of `tempo_filter`) or Ableton Link (`link`)."""

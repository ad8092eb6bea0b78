"""What else may keep the time: a MIDI clock (`clock_follower`, on top of `tempo_filter`), Ableton Link (`link`) or
JACK's transport (`jack_transport`), which Tao may lead, too."""

"""The screen: a thin Textual skin. Commands go in, snapshots come out; TaoApp holds the handle."""

"""What the screens are made of: reactives in, messages out."""

"""What the screens are made of: values come in as reactives, clicks go out as messages. No widget asks the engine."""

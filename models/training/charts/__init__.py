"""Charts: bars, and validation curves. plotext draws them as text, and rich keeps that as an SVG file."""

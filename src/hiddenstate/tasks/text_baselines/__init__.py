"""What a network that reads must beat: plain methods that label texts."""

"""What a network that tags must beat: plain methods that look at a word or at its neighbours."""

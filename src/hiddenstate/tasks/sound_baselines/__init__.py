"""What a network that hears must beat: plain methods on two figures of each cepstrum."""

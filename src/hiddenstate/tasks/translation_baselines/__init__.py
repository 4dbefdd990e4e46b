"""What a translator must beat: methods that write no sentence of their own."""

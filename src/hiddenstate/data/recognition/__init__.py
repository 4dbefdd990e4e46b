"""What kind of data a file or folder holds, told from a sample of it; nothing here loads torch."""

"""Which network fits a file, told from the file and from what it must run on; nothing is trained."""

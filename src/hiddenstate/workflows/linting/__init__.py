"""Look for classic mistakes in a torch module that somebody wrote: from a file of Python and a batch on the disk."""

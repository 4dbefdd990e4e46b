"""Whether anything of the test rows could be known before they are answered: what was checked and what was found."""

"""What can be done in the census, one sentence of the domain each, by noun: waves, codes, responses."""

"""Pages of the census: `answering` for those who reply, `staff` for those who run it, `access` for who may answer what."""

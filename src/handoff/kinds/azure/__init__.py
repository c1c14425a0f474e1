"""Ways into an estate on azure."""

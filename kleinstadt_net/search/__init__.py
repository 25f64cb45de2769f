"""How names are written so that they can be found and put in order; pure functions on text."""

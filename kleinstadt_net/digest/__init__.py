"""Pure decisions about the Monatsbrief: when an issue is due and what deserves to be in it."""

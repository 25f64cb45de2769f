"""One file per kind of news: its value, the key under which a person is told it once, and the choice."""

"""The mail room: letters are rendered, laid in the outbox as bytes, and delivered from there."""

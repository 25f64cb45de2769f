"""The use cases: one function, one transaction, one commit; who acts is an argument."""

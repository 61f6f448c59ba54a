"""What plays HighLevel on this machine: a stateful server that speaks its contract, for demos, development, training and tests."""

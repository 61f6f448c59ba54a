"""What is the same for every endpoint of the API: who calls, what they may, how often, once only, and how errors look."""

"""Did it work? What was advised, what the agent did, what happened next, and what to change. Reads everyone; nobody imports it."""

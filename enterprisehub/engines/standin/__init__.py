"""What plays Claude when there is no key: a local server that speaks the Messages API, for demos, drills and tests."""

"""What happens in analytics: events are gathered and rolled up, questions about them answered."""

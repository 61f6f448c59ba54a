"""EnterpriseHub: coaching for real-estate agents while they talk with a prospect."""

"""Changes of state: the outbox is written and delivered."""

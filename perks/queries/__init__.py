"""What pages, commands and the deadline engine ask about effective rest."""

"""What pages show of people’s own facts."""

"""Changes of state: each does all of it in one transaction, or raises one named error and leaves no trace."""

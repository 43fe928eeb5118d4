"""All that one page or command shows about hand-ins and grades, in a fixed number of statements each."""

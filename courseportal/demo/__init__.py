"""The demo: the real course with made-up people, once finished and once in progress around today."""

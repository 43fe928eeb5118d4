"""The calendar feeds: classes, the exam and the deadlines that hold for a person, as .ics.

docs/calendar.md tells readers and operators what is in them; docs/decisions/ why they are made this way.
"""

"""A lesson with a class: the teacher's page, and what the other pages are in a lesson."""

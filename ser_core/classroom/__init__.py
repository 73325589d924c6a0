"""A lesson with a class: who is in it, whose turn it is, what all of them found, and deleting all of it at the end.

A class is a folder SER_HOME/class/<name>/ that is the whole SER_HOME of the server of its lesson: pupils, recordings, runs, queue and
cache lie in it and nowhere else, so that deleting that folder deletes everything.
"""

from ser_core.classroom.lesson import ClassError, Lesson, folder_of, here, open_class
from ser_core.classroom.pupils import Pupil

__all__ = ["ClassError", "Lesson", "Pupil", "folder_of", "here", "open_class"]

"""Lessons: what there is to learn about emotion in speech, by reading, listening and guessing."""

"""Studies: several networks trained alike, held against each other, and written up; each a folder of SER_HOME/studies."""

from ser_core.studies.study import FEWEST, MOST, MOST_SEEDS, Member, Study, StudyError, all_studies, find

__all__ = ["FEWEST", "MOST", "MOST_SEEDS", "Member", "Study", "StudyError", "all_studies", "find"]

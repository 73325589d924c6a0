"""Results: can this model be trusted?"""

"""Live: what does the model hear now?"""

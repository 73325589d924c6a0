"""Analyze: what does the model hear in this clip, and why?"""

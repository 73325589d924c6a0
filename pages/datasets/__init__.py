"""Datasets: what is in this corpus?"""

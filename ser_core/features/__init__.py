"""Features of clips: log-mel pictures, spectral descriptors, modulation spectra, and their store on disk."""

"""Augmentation of the train part: waveforms with audiomentations, pictures with NumPy. No Keras: pages use it too."""

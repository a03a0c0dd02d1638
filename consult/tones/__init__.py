"""What people corrected of the tones that the machine found, and the tone models that this installation holds."""

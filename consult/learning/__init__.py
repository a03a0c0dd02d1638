"""Learning from officers: correcting tones at the desk, training models from the corrections, choosing one."""
